use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::audit::testing::{DAY, noon};
use crate::policy::testing::tool;

/// Takes what it can, at once or later.
#[derive(Default)]
struct Seen {
    records: Mutex<Vec<Refusal>>,
    fails: AtomicBool,
    waits: AtomicBool,
}

impl Journal for Seen {
    fn write(&self, entry: Entry) -> Step<Written> {
        let written = if self.fails.load(Ordering::Relaxed) {
            Err(StoreError("no".to_owned()))
        } else {
            let Some(Draft::Refusal(refusal)) = entry.record else { panic!("a refusal") };
            self.records.lock().unwrap().push(*refusal);
            Ok(Written::default())
        };
        if self.waits.load(Ordering::Relaxed) {
            Step::Waits(Box::pin(async { written }))
        } else {
            Step::Done(Some(written))
        }
    }

    fn newest(&self, _: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        Ok(Vec::new())
    }
}

impl Seen {
    /// Who, the code and how many, of what came since it was asked last.
    fn news(&self) -> Vec<(String, String, u64)> {
        let records = std::mem::take(&mut *self.records.lock().unwrap());
        let of =
            |one: Refusal| (one.principal.or(one.peer).unwrap_or_default(), one.code, one.count);
        records.into_iter().map(of).collect()
    }
}

fn refusing() -> (Refusing, Arc<Seen>) {
    let seen = Arc::new(Seen::default());
    (Refusing::new(Arc::clone(&seen) as Arc<dyn Journal>), seen)
}

fn refuse(refusing: &Refusing, who: &str, code: &Code, at: Duration) {
    let tool = tool();
    let refused = Refused {
        call_id: Some("call"),
        principal: Some(who),
        peer: None,
        tool: Some(&tool),
        code,
        trace: None,
    };
    refusing.refused(&refused, noon() + at, DAY);
}

fn of(who: &str, code: &str, count: u64) -> (String, String, u64) {
    (who.to_owned(), code.to_owned(), count)
}

/// Long enough for a window to end.
async fn window() {
    tokio::time::sleep(WINDOW + Duration::from_millis(1)).await;
}

#[tokio::test(start_paused = true)]
async fn the_first_is_written_at_once_and_those_like_it_together() {
    let (refusing, seen) = refusing();
    let (limited, busy) = (Code::RateLimited, Code::Overloaded);
    for second in 0..5 {
        refuse(&refusing, "anna", &limited, Duration::from_secs(second));
    }
    refuse(&refusing, "anna", &busy, Duration::ZERO);
    refuse(&refusing, "bert", &limited, Duration::ZERO);
    let at_once =
        [of("anna", "rate_limited", 1), of("anna", "overloaded", 1), of("bert", "rate_limited", 1)];
    assert_eq!(seen.news(), at_once);
    window().await;
    let counted = seen.records.lock().unwrap()[0].clone();
    assert_eq!(
        (counted.first, counted.time),
        (noon() + Duration::from_secs(1), noon() + Duration::from_secs(4))
    );
    assert_eq!(seen.news(), [of("anna", "rate_limited", 4)]);
    // One more within the next window is counted again; after a quiet one it is a first one.
    refuse(&refusing, "anna", &limited, Duration::ZERO);
    assert_eq!(seen.news(), []);
    window().await;
    assert_eq!(seen.news(), [of("anna", "rate_limited", 1)]);
    window().await;
    refuse(&refusing, "anna", &limited, Duration::ZERO);
    assert_eq!(seen.news(), [of("anna", "rate_limited", 1)]);
}

#[tokio::test(start_paused = true)]
async fn no_task_is_left_when_nothing_is_counted() {
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let (refusing, _) = refusing();
    assert_eq!(tasks(), 0);
    for _ in 0..10 {
        refuse(&refusing, "anna", &Code::RateLimited, Duration::ZERO);
    }
    assert_eq!(tasks(), 1);
    window().await;
    window().await;
    window().await;
    assert_eq!(tasks(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_flood_costs_few_records_and_loses_none() {
    let (refusing, seen) = refusing();
    for _ in 0..100_000 {
        refuse(&refusing, "anna", &Code::RateLimited, Duration::ZERO);
    }
    window().await;
    assert_eq!(seen.news(), [of("anna", "rate_limited", 1), of("anna", "rate_limited", 99_999)]);
    // Everyone another.
    let (refusing, seen) = self::refusing();
    for number in 0..100_000 {
        refuse(&refusing, &format!("caller-{number}"), &Code::RateLimited, Duration::ZERO);
    }
    window().await;
    let news = seen.news();
    assert_eq!(news.len(), MAX_KINDS + 1);
    assert_eq!(news.last().unwrap(), &of("(others)", "(others)", 99_000));
    assert_eq!(news.iter().map(|(_, _, count)| count).sum::<u64>(), 100_000);
    assert!(refusing.0.refusals().kinds.len() <= MAX_KINDS + 1);
}

#[tokio::test(start_paused = true)]
async fn what_the_journal_does_not_take_is_counted_again() {
    for waits in [false, true] {
        let (refusing, seen) = refusing();
        seen.waits.store(waits, Ordering::Relaxed);
        seen.fails.store(true, Ordering::Relaxed);
        for _ in 0..7 {
            refuse(&refusing, "anna", &Code::RateLimited, Duration::ZERO);
        }
        for _ in 0..5 {
            window().await;
        }
        assert_eq!(seen.news(), []);
        seen.fails.store(false, Ordering::Relaxed);
        window().await;
        assert_eq!(seen.news(), [of("anna", "rate_limited", 7)], "waits: {waits}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_flush_writes_what_is_counted() {
    let (refusing, seen) = refusing();
    for _ in 0..3 {
        refuse(&refusing, "anna", &Code::RateLimited, Duration::ZERO);
    }
    seen.news();
    refusing.flush();
    assert_eq!(seen.news(), [of("anna", "rate_limited", 2)]);
    window().await;
    assert_eq!(seen.news(), [], "once");
}

#[test]
fn without_a_runtime_it_is_written_at_the_end() {
    let (refusing, seen) = refusing();
    for _ in 0..3 {
        refuse(&refusing, "anna", &Code::RateLimited, Duration::ZERO);
    }
    assert_eq!(seen.news(), [of("anna", "rate_limited", 1)]);
    refusing.flush();
    assert_eq!(seen.news(), [of("anna", "rate_limited", 2)]);
}
