//! What unit tests of journals share beside the script.

use std::ops::ControlFlow;
use std::time::{Duration, SystemTime};

use super::RETENTION;
use crate::audit::chain::{Head, digest};
use crate::audit::{AuditKeys, Draft, Log, Outcome};
use crate::store::journal::{Entry, Journal, Written};
use crate::store::once::{OnceAnswer, OnceKey, OnceOp};

pub(crate) fn signs() -> AuditKeys {
    AuditKeys::new(&[7; 32]).expect("it is long enough")
}

pub(crate) fn outcome(intent: u64, call_id: &str, time: SystemTime) -> Draft {
    Draft::Outcome(Box::new(Outcome {
        time,
        intent,
        call_id: call_id.into(),
        principal: "anna".into(),
        tool: "pay_invoice".into(),
        code: "ok".into(),
        effect: "applied",
        latency: Duration::from_millis(3),
        digest: None,
        result: None,
        replay_of: None,
        trace: None,
        retention: RETENTION,
    }))
}

/// A step of a key alone.
pub(crate) async fn step(journal: &dyn Journal, key: OnceKey, op: OnceOp) -> OnceAnswer {
    let entry = Entry { once: Some((key, op)), ..Entry::default() };
    journal.write(entry).await.expect("the journal writes").once.expect("a step has an answer")
}

/// A record alone; its place.
pub(crate) async fn record(journal: &dyn Journal, draft: Draft) -> u64 {
    let entry = Entry { record: Some(draft), ..Entry::default() };
    journal.write(entry).await.expect("the journal writes").seq.expect("a record has a place")
}

pub(crate) async fn seal(journal: &dyn Journal) -> Written {
    let entry = Entry { seal: true, ..Entry::default() };
    journal.write(entry).await.expect("the journal writes")
}

/// The records of a log: places and bodies.
pub(crate) fn records(log: &dyn Log) -> Vec<(u64, Option<Vec<u8>>)> {
    let mut records = Vec::new();
    let mut keep = |kept: crate::audit::Kept| {
        records.push((kept.seq, kept.body));
        ControlFlow::Continue(())
    };
    log.records(0, &mut keep).expect("the log can be read");
    records
}

/// That a log's records come to its head, and are what was signed.
pub(crate) fn verify(log: &dyn Log) {
    let (start, head) = (log.start().unwrap(), log.head().unwrap());
    let mut heads = vec![start];
    let mut follow = |kept: crate::audit::Kept| {
        let last: Head = heads[heads.len() - 1];
        assert_eq!(kept.seq, last.seq + 1, "a record is missing");
        if let Some(body) = &kept.body {
            assert_eq!(digest(body), kept.digest, "record {} is another", kept.seq);
        }
        heads.push(last.then(&kept.digest));
        ControlFlow::Continue(())
    };
    log.records(start.seq + 1, &mut follow).unwrap();
    assert_eq!(heads.last(), Some(&head), "the records come to another head");
    for checkpoint in log.checkpoints().unwrap() {
        assert!(signs().signed(log.id().unwrap(), &checkpoint), "{checkpoint:?}");
        // The newest stays, though nothing of what it covers may be left.
        let gone = checkpoint.head.seq < start.seq;
        assert!(gone || heads.contains(&checkpoint.head), "{checkpoint:?}");
    }
}
