use std::io;
use std::sync::{Arc, Mutex};

use super::super::engine::End;
use super::super::journal::LinesJournal;
use super::super::sink::{Erasing, Failure};
use super::super::{AuditLine, AuditSink, open_custom};
use super::*;
use crate::audit::checkpoint::External;
use crate::audit::testing::clock;
use crate::store::journal::Journal;
use crate::store::once::OnceOp;

#[derive(Clone, Default)]
struct Seen {
    lines: Arc<Mutex<Vec<AuditLine>>>,
    fails: Arc<Mutex<Option<&'static str>>>,
}

impl AuditSink for Seen {
    fn append(&mut self, lines: &[AuditLine]) -> io::Result<()> {
        let fails = *self.fails.lock().unwrap();
        match fails {
            Some("panic") => panic!("no network"),
            Some(why) => Err(io::Error::other(why)),
            None => {
                self.lines.lock().unwrap().extend_from_slice(lines);
                Ok(())
            }
        }
    }
}

fn record(record: Draft) -> Entry {
    Entry { record: Some(record), ..Entry::default() }
}

#[tokio::test]
async fn what_a_sink_was_given_is_a_log_that_can_be_verified() {
    let seen = Seen::default();
    let journal = open_custom(Box::new(seen.clone()), keys(), clock()).unwrap();
    assert_eq!(journal.write(record(begins("a", noon()))).await.unwrap().seq, Some(1));
    assert_eq!(journal.write(record(ends("a", 1, noon()))).await.unwrap().seq, Some(2));
    let sealed = journal.write(Entry { seal: true, ..Entry::default() }).await.unwrap();
    assert_eq!(sealed.seq, None);
    let lines = seen.lines.lock().unwrap().clone();
    let of = |line: &AuditLine| (line.seq(), line.is_checkpoint(), line.body().is_some());
    assert_eq!(
        lines.iter().map(of).collect::<Vec<_>>(),
        [(0, false, false), (1, false, true), (1, true, false), (2, false, true), (2, true, false)]
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("copy.jsonl");
    let text: String = lines.iter().map(|line| line.to_json_line() + "\n").collect();
    std::fs::write(&path, &text).unwrap();
    let report = verified(&path);
    assert_eq!((report.records, report.signed, report.is_sound()), (2, Some(2), true));
    for line in text.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
}

#[tokio::test]
async fn a_sink_that_fails_or_panics_closes_the_log() {
    for why in ["no route", "panic"] {
        let seen = Seen::default();
        let journal = open_custom(Box::new(seen.clone()), keys(), clock()).unwrap();
        journal.write(record(begins("a", noon()))).await.unwrap();
        assert_eq!(journal.closed(), None);
        *seen.fails.lock().unwrap() = Some(why);
        assert!(journal.write(record(begins("b", noon()))).await.is_err());
        *seen.fails.lock().unwrap() = None;
        let closed = journal.closed().unwrap();
        assert!(closed.contains("the audit sink failed"), "{closed}");
        assert!(journal.write(record(begins("c", noon()))).await.is_err());
    }
}

/// A place that is broken itself, where a sink's panic would be caught.
struct Panics;

impl Place for Panics {
    const ERASES: bool = false;

    fn append(&mut self, _: &[AuditLine]) -> Result<(), Failure> {
        panic!("a fault of its own")
    }

    fn signed(&mut self, _: &External) {}

    fn erase(&mut self, _: std::time::SystemTime) -> io::Result<Erasing> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn replace(&mut self, _: &[AuditLine]) -> Result<(), Failure> {
        Ok(())
    }
}

#[tokio::test]
async fn a_thread_that_panicked_leaves_a_closed_log() {
    let engine = Engine::new(Panics, End::new([1; 16]), keys(), clock());
    let journal = LinesJournal::start(engine, None).unwrap();
    assert!(journal.write(record(begins("a", noon()))).await.is_err());
    // Who waits hears of it a moment before the thread is gone.
    for _ in 0..1_000 {
        if journal.closed().is_some() {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(journal.closed().unwrap(), "the audit log's thread is gone");
}

#[tokio::test]
async fn keys_have_no_place_here() {
    let journal = open_custom(Box::new(Seen::default()), keys(), clock()).unwrap();
    let once = Some(([0; 32], OnceOp::Start { fence: 1 }));
    let refused = journal.write(Entry { once, ..Entry::default() }).await.unwrap_err();
    assert!(refused.0.contains("keeps no keys"));
    assert!(journal.newest(1).is_err());
}

#[tokio::test]
async fn the_newest_are_read_back_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    let journal = super::super::open_file(&path, keys(), DAY, clock(), None).unwrap();
    for call in ["a", "b", "c"] {
        journal.write(record(begins(call, noon()))).await.unwrap();
    }
    let newest = journal.newest(2).unwrap();
    let calls: Vec<_> = newest.iter().map(|body| View::read(body).unwrap().call_id).collect();
    assert_eq!(calls, [Some("b".to_owned()), Some("c".to_owned())]);
}
