//! A sink on a thread of its own, as a server has it.

use std::any::Any;
use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use mcp_runtime::{AuditLine, AuditSink};
use tokio::sync::oneshot;
use tokio::time::timeout;

/// A sink that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(10);

/// What became of an append, and how long it took.
pub(super) type Appended = (Result<(), String>, Duration);

type Job = (Vec<AuditLine>, oneshot::Sender<Appended>);

pub(super) struct Writer {
    jobs: mpsc::Sender<Job>,
    /// Hears nothing but that the sink was dropped.
    ended: oneshot::Receiver<Infallible>,
}

impl Writer {
    pub(super) fn new(mut sink: impl AuditSink) -> Result<Self, String> {
        let (jobs, taken) = mpsc::channel::<Job>();
        let (alive, ended) = oneshot::channel::<Infallible>();
        let work = move || {
            for (lines, done) in taken {
                let begun = Instant::now();
                let appended = catch_unwind(AssertUnwindSafe(|| sink.append(&lines)));
                let appended = match appended {
                    Ok(appended) => appended.map_err(|error| error.to_string()),
                    Err(panic) => Err(format!("it panicked: {}", words(&*panic))),
                };
                let _ = done.send((appended, begun.elapsed()));
            }
            drop(sink);
            drop(alive);
        };
        let thread = thread::Builder::new().name("audit sink".to_owned()).spawn(work);
        thread.map_err(|error| format!("there is no thread for it: {error}"))?;
        Ok(Self { jobs, ended })
    }

    /// Drops the sink, as a process does that ends in good order.
    ///
    /// # Errors
    ///
    /// It hangs.
    pub(super) async fn end(self) -> Result<(), String> {
        drop(self.jobs);
        let hangs = |_| format!("dropping it hangs: it took more than {PATIENCE:?}");
        timeout(PATIENCE, self.ended).await.map(drop).map_err(hangs)
    }

    /// # Errors
    ///
    /// It hangs.
    pub(super) async fn append(&self, lines: &[AuditLine]) -> Result<Appended, String> {
        let (done, appended) = oneshot::channel();
        let gone = "its thread is gone";
        self.jobs.send((lines.to_vec(), done)).map_err(|_| gone)?;
        let hangs = |_| format!("`append` hangs: it took more than {PATIENCE:?}");
        timeout(PATIENCE, appended).await.map_err(hangs)?.map_err(|_| gone.to_owned())
    }

    /// The same, of what has to be taken.
    ///
    /// # Errors
    ///
    /// It hangs, or fails.
    pub(super) async fn takes(&self, lines: &[AuditLine]) -> Result<(), String> {
        let (appended, _) = self.append(lines).await?;
        appended.map_err(|error| format!("`append` failed: {error}"))
    }
}

fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}
