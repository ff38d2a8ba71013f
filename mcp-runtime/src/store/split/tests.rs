//! The order of two writes, and what becomes of errors.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use futures_util::FutureExt;
use tokio::sync::oneshot;

use super::*;
use crate::store::once::OnceAnswer;
use crate::store::suite::{begin, clock, intent};

/// Says what was written to it in which order, and fails or waits where it is told to.
struct Told {
    name: &'static str,
    heard: Arc<Mutex<Vec<String>>>,
    fails: bool,
    waits: Mutex<VecDeque<oneshot::Receiver<()>>>,
}

impl Journal for Told {
    fn write(&self, entry: Entry) -> Step<Written> {
        let parts = [
            entry.once.as_ref().map(|_| "key"),
            entry.record.as_ref().map(|_| "record"),
            entry.seal.then_some("seal"),
        ];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        let heard = format!("{} {}", self.name, parts.join("+"));
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).push(heard);
        if self.fails {
            return Step::Done(Some(Err(StoreError(self.name.to_owned()))));
        }
        let written =
            Written { once: entry.once.map(|_| OnceAnswer::Done), seq: entry.record.map(|_| 5) };
        match self.waits.lock().unwrap_or_else(PoisonError::into_inner).pop_front() {
            Some(waits) => Step::Waits(Box::pin(async move {
                let _ = waits.await;
                Ok(written)
            })),
            None => Step::done(written),
        }
    }

    fn newest(&self, _: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        Ok(vec![self.name.into()])
    }

    fn closed(&self) -> Option<String> {
        self.fails.then(|| self.name.to_owned())
    }
}

type Heard = Arc<Mutex<Vec<String>>>;

fn split(failing: &str, waits: Vec<oneshot::Receiver<()>>) -> (Split, Heard) {
    let heard = Heard::default();
    let told = |name, waits: Vec<_>| {
        let waits = Mutex::new(waits.into());
        Arc::new(Told { name, heard: Arc::clone(&heard), fails: failing == name, waits })
    };
    (Split::new(told("keys", waits), told("log", Vec::new())), heard)
}

fn entry(op: impl Into<Option<OnceOp>>, record: bool, seal: bool) -> Entry {
    let record = record.then(|| intent("a", clock().now()));
    Entry { once: op.into().map(|op| ([1; 32], op)), record, seal }
}

fn ask() -> OnceOp {
    OnceOp::Begin(begin("a"))
}

fn start() -> OnceOp {
    OnceOp::Start { fence: 1 }
}

#[tokio::test]
async fn each_part_goes_where_it_belongs_in_the_order_that_does_no_harm() {
    let table: [(Entry, &[&str]); 7] = [
        (entry(ask(), true, false), &["log record", "keys key"]),
        (entry(start(), true, false), &["keys key", "log record"]),
        (entry(ask(), false, false), &["keys key"]),
        (entry(start(), false, true), &["keys key", "log seal"]),
        (entry(None, true, true), &["log record+seal"]),
        (entry(None, false, true), &["log seal"]),
        (entry(None, false, false), &["log "]),
    ];
    for (entry, expected) in table {
        let (split, heard) = split("none", Vec::new());
        let (key, record) = (entry.once.is_some(), entry.record.is_some());
        let written = split.write(entry).now_or_never().expect("done at once").unwrap();
        assert_eq!((written.once.is_some(), written.seq.is_some()), (key, record));
        assert_eq!(*heard.lock().unwrap(), expected);
    }
}

#[tokio::test]
async fn an_error_of_either_is_an_error_and_nothing_follows_the_first() {
    let table: [(&str, OnceOp, &[&str]); 4] = [
        ("log", ask(), &["log record"]),
        ("keys", start(), &["keys key"]),
        ("keys", ask(), &["log record", "keys key", "log record"]),
        ("log", start(), &["keys key", "log record"]),
    ];
    for (failing, op, expected) in table {
        let (split, heard) = split(failing, Vec::new());
        assert_eq!(split.write(entry(op, true, false)).await.unwrap_err().0, failing);
        assert_eq!(*heard.lock().unwrap(), expected);
        assert_eq!(split.closed().as_deref(), Some(failing));
    }
}

#[tokio::test]
async fn the_second_write_happens_though_nobody_waits_for_it() {
    let (go, waits) = oneshot::channel();
    let (split, heard) = split("none", vec![waits]);
    drop(split.write(entry(start(), true, false)));
    assert_eq!(*heard.lock().unwrap(), ["keys key"]);
    go.send(()).unwrap();
    while heard.lock().unwrap().len() < 2 {
        tokio::task::yield_now().await;
    }
    assert_eq!(heard.lock().unwrap()[1], "log record");
}

#[tokio::test]
async fn both_answers_come_back_where_one_had_to_wait() {
    for (op, order) in [(start(), ["keys key", "log record"]), (ask(), ["log record", "keys key"])]
    {
        let (go, waits) = oneshot::channel();
        let (split, heard) = split("none", vec![waits]);
        let writing = split.write(entry(op, true, false));
        go.send(()).unwrap();
        let written = writing.await.unwrap();
        assert_eq!((written.once, written.seq), (Some(OnceAnswer::Done), Some(5)));
        assert_eq!(*heard.lock().unwrap(), order);
    }
}

#[test]
fn the_newest_records_are_the_logs() {
    assert_eq!(split("none", Vec::new()).0.newest(1).unwrap(), [b"log".to_vec()]);
    assert_eq!(split("none", Vec::new()).0.closed(), None);
}

/// Nothing ran: an intent that stays open would be taken for a call that was abandoned.
#[tokio::test]
async fn an_intent_whose_claim_is_refused_is_closed() {
    use crate::store::testing::{Manner, TestJournal};
    for waits in [Vec::new(), vec!["begin"], vec!["intent"]] {
        let (keys, log) = (TestJournal::default(), TestJournal::default());
        for part in waits {
            keys.behave(part, Manner::Waits(std::time::Duration::ZERO));
            log.behave(part, Manner::Waits(std::time::Duration::ZERO));
        }
        keys.behave("begin", Manner::Fails);
        let split = Split::new(Arc::new(keys), Arc::new(log.clone()));
        assert!(split.write(entry(ask(), true, false)).await.is_err());
        assert_eq!(log.written(), ["intent", "outcome"]);
        assert_eq!(log.outcomes(), [("audit_unavailable".to_owned(), "none".to_owned())]);
        let records = log.records();
        assert_eq!(records[1]["intent"], records[0]["seq"]);
        assert_eq!(records[1]["call_id"], records[0]["call_id"]);
    }
}
