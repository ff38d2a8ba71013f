//! A batch that runs a few at a time, and keeps what it has when the time is nearly up.

use std::fmt::Display;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::time::{Instant, timeout_at};

use super::{Missing, Partial};
use crate::error::{Code, IntoToolError, ToolError};

/// The share of the remaining time, and the most of it, that is kept for the reply to leave in.
const RESERVE_SHARE: u32 = 10;
const RESERVE_MOST: Duration = Duration::from_millis(100);

/// How far one item is.
enum Progress<T> {
    Waits,
    Runs,
    Done(Result<T, Missing>),
}

impl<T> Partial<T> {
    /// Runs `fetch` for each item, at most `concurrency` at a time, and collects what succeeds in
    /// the order of the items. What doesn't is named by its item.
    ///
    /// Bounds nothing but its concurrency: bound the number of items in the tool's schema
    /// (`#[arg(items(..=20))]`), and its time by [`collect_until`](Self::collect_until). The tool's
    /// own deadline drops a batch as a whole.
    pub async fn collect<I, F, R, E>(items: I, concurrency: usize, fetch: F) -> Self
    where
        I: IntoIterator<Item: Display>,
        F: FnMut(I::Item) -> R,
        R: Future<Output = Result<T, E>>,
        E: IntoToolError,
    {
        Batch::new(items, concurrency, fetch).run(None).await
    }

    /// [`collect`](Self::collect) that stops shortly before `deadline`, such as
    /// [`ctx.deadline()`](crate::Context::deadline), and returns what is there by then: a tenth of
    /// the time, at most 100 ms, is left for the reply.
    ///
    /// An item whose turn didn't come is missing with `timeout`, and is retryable. One that was
    /// running is dropped and missing with `timeout` too, but not as retryable: if it changes
    /// something, nobody knows whether it did.
    pub async fn collect_until<I, F, R, E>(
        deadline: Instant,
        items: I,
        concurrency: usize,
        fetch: F,
    ) -> Self
    where
        I: IntoIterator<Item: Display>,
        F: FnMut(I::Item) -> R,
        R: Future<Output = Result<T, E>>,
        E: IntoToolError,
    {
        let left = deadline.saturating_duration_since(Instant::now());
        let reserve = (left / RESERVE_SHARE).min(RESERVE_MOST);
        Batch::new(items, concurrency, fetch).run(Some(deadline - reserve)).await
    }
}

struct Batch<T, I, F> {
    /// What each item is called, and how far it is.
    entries: Vec<(String, Progress<T>)>,
    items: std::vec::IntoIter<I>,
    concurrency: usize,
    fetch: F,
}

impl<T, K, F, R, E> Batch<T, K, F>
where
    K: Display,
    F: FnMut(K) -> R,
    R: Future<Output = Result<T, E>>,
    E: IntoToolError,
{
    fn new(items: impl IntoIterator<Item = K>, concurrency: usize, fetch: F) -> Self {
        let items: Vec<K> = items.into_iter().collect();
        let entries = items.iter().map(|item| (item.to_string(), Progress::Waits)).collect();
        Self { entries, items: items.into_iter(), concurrency: concurrency.max(1), fetch }
    }

    async fn run(mut self, until: Option<Instant>) -> Partial<T> {
        match until {
            None => self.work().await,
            // What is unfinished then is still marked as such.
            Some(until) if Instant::now() < until => {
                let _ = timeout_at(until, self.work()).await;
            }
            Some(_) => {}
        }
        self.finish()
    }

    async fn work(&mut self) {
        let Self { entries, items, concurrency, fetch } = self;
        let mut next = items.enumerate();
        let mut running = FuturesUnordered::new();
        loop {
            while running.len() < *concurrency
                && let Some((index, item)) = next.next()
            {
                entries[index].1 = Progress::Runs;
                let work = fetch(item);
                running.push(async move { (index, work.await) });
            }
            let Some((index, result)) = running.next().await else { return };
            let (what, progress) = &mut entries[index];
            *progress = Progress::Done(result.map_err(|error| Missing::new(what.as_str(), error)));
        }
    }

    fn finish(self) -> Partial<T> {
        let (mut data, mut missing) = (Vec::with_capacity(self.entries.len()), Vec::new());
        for (what, progress) in self.entries {
            let error = match progress {
                Progress::Done(Ok(value)) => {
                    data.push(value);
                    continue;
                }
                Progress::Done(Err(entry)) => {
                    missing.push(entry);
                    continue;
                }
                Progress::Waits => {
                    let message = "its turn did not come in time; ask for it again";
                    ToolError::new(Code::Timeout, message).retryable()
                }
                Progress::Runs => {
                    let message = "it was not done in time; ask for it again only if that \
                                   changes nothing";
                    ToolError::new(Code::Timeout, message)
                }
            };
            missing.push(Missing::new(what, error));
        }
        Partial { data, missing }
    }
}
