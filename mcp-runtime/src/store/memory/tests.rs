//! The journal in memory.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use proptest::prelude::*;

use super::keys::Keys;
use super::*;
use crate::store::once::{Begin, OnceAnswer, OnceOp};
use crate::store::suite::{
    self, Processes, begin, clock, intent, record, scripts, seal, signs, step,
};

fn journal(clock: &Clock) -> MemoryJournal {
    MemoryJournal::new(clock.clone(), signs()).unwrap()
}

struct OneProcess(Arc<MemoryJournal>);

impl Processes for OneProcess {
    fn journal(&self, _: usize) -> &dyn Journal {
        &*self.0
    }

    /// Its callers are gone; what they claimed is not.
    async fn crash(&mut self, process: usize) -> Result<Vec<usize>, String> {
        Ok(vec![process])
    }
}

proptest! {
    #[test]
    fn it_keeps_what_it_promises(script in scripts(80)) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let clock = clock();
            let journal = Arc::new(journal(&clock));
            suite::run(&mut OneProcess(Arc::clone(&journal)), &clock, script).await.unwrap();
            suite::verify(&*journal);
        });
    }
}

#[tokio::test(start_paused = true)]
async fn every_write_is_done_at_once() {
    let clock = clock();
    let journal = journal(&clock);
    let once = Some(([1; 32], OnceOp::Begin(begin("a"))));
    let entry = Entry { once, record: Some(intent("a", clock.now())), seal: true };
    let written = journal.write(entry).now_or_never().expect("done at once").unwrap();
    assert_eq!(written.once, Some(OnceAnswer::Claimed { fence: 1, doubt: None }));
    assert_eq!(written.seq, Some(1));
    assert_eq!(journal.checkpoints().unwrap()[0].head, journal.head().unwrap());
}

#[tokio::test(start_paused = true)]
async fn a_record_is_written_whatever_becomes_of_the_step() {
    let clock = clock();
    let journal = journal(&clock);
    let once = Some(([1; 32], OnceOp::Start { fence: 9 }));
    let entry = Entry { once, record: Some(intent("a", clock.now())), seal: false };
    let written = journal.write(entry).await.unwrap();
    assert_eq!((written.once, written.seq), (Some(OnceAnswer::Stale), Some(1)));
}

#[tokio::test(start_paused = true)]
async fn the_log_is_a_ring_whose_chain_holds() {
    let clock = clock();
    let journal = journal(&clock);
    for _ in 0..12_500 {
        record(&journal, intent("a", clock.now())).await;
    }
    seal(&journal).await;
    seal(&journal).await;
    suite::verify(&journal);
    assert_eq!(suite::records(&journal).len(), 10_000);
    assert_eq!((journal.start().unwrap().seq, journal.head().unwrap().seq), (2_500, 12_500));
    // Of 3,000 to 12,000, and the seal.
    assert_eq!(journal.checkpoints().unwrap().len(), 11);
    let newest = journal.newest(2).unwrap();
    let seqs: Vec<_> = newest
        .iter()
        .map(|body| serde_json::from_slice::<serde_json::Value>(body).unwrap()["seq"].as_u64())
        .collect();
    assert_eq!(seqs, [Some(12_499), Some(12_500)]);
}

#[tokio::test(start_paused = true)]
async fn two_logs_have_two_names() {
    let clock = clock();
    assert_ne!(journal(&clock).id().unwrap(), journal(&clock).id().unwrap());
}

#[test]
fn keys_have_an_end_and_make_room_as_they_do() {
    let mut keys = Keys::bounded(2, 100);
    let mut ask = |key: u8, now| {
        let ttl = Duration::from_millis(10 * u64::from(key));
        let asker = Begin { lease: Duration::ZERO, ttl, ..begin("a") };
        let answer = keys.step([key; 32], OnceOp::Begin(asker), now);
        (matches!(answer, OnceAnswer::Claimed { .. }), answer == OnceAnswer::Full, keys.len())
    };
    assert_eq!(ask(1, 0), (true, false, 1));
    assert_eq!(ask(2, 0), (true, false, 2));
    assert_eq!(ask(3, 9), (false, true, 2));
    // One that is there already needs no room.
    assert_eq!(ask(2, 9), (true, false, 2));
    assert_eq!(ask(3, 10), (true, false, 2));
}

#[test]
fn keys_that_begin_alike_are_two() {
    let mut keys = Keys::bounded(10, 100);
    let mut other = [1; 32];
    other[31] = 2;
    for key in [[1; 32], other] {
        let answer = keys.step(key, OnceOp::Begin(begin("a")), 0);
        assert!(matches!(answer, OnceAnswer::Claimed { .. }), "{answer:?}");
    }
    assert_eq!(keys.len(), 2);
}

#[test]
fn an_owners_steps_move_the_end_of_its_record() {
    let mut keys = Keys::bounded(10, 1_000);
    let OnceAnswer::Claimed { fence, .. } = keys.step([1; 32], OnceOp::Begin(begin("a")), 0) else {
        panic!("not claimed")
    };
    let renew = OnceOp::Renew { fence, lease: 2 * suite::TTL };
    let complete = OnceOp::Complete { fence, response: vec![0; 20], ttl: suite::TTL };
    for op in [OnceOp::Start { fence }, renew, complete] {
        assert_eq!(keys.step([1; 32], op, 5), OnceAnswer::Done);
        assert_eq!(keys.len(), 1);
    }
}

#[test]
fn large_answers_leave_no_room_for_new_keys_and_are_kept() {
    let mut keys = Keys::bounded(10, 100);
    let asked = |keys: &mut Keys, key| keys.step([key; 32], OnceOp::Begin(begin("a")), 0);
    let OnceAnswer::Claimed { fence, .. } = asked(&mut keys, 1) else { panic!() };
    assert!(matches!(asked(&mut keys, 2), OnceAnswer::Claimed { .. }));
    let complete = OnceOp::Complete { fence, response: vec![0; 200], ttl: suite::TTL };
    assert_eq!(keys.step([1; 32], complete, 0), OnceAnswer::Done);
    assert_eq!(asked(&mut keys, 3), OnceAnswer::Full);
    assert_eq!(asked(&mut keys, 2), OnceAnswer::Running);
    let after = u64::try_from(suite::TTL.as_millis()).unwrap();
    let asked = keys.step([3; 32], OnceOp::Begin(begin("a")), after);
    assert!(matches!(asked, OnceAnswer::Claimed { .. }), "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn fences_grow_over_all_keys() {
    let clock = clock();
    let journal = journal(&clock);
    for key in 0..3 {
        let answer = step(&journal, [key; 32], OnceOp::Begin(begin("a"))).await;
        assert_eq!(answer, OnceAnswer::Claimed { fence: u64::from(key) + 1, doubt: None });
    }
    step(&journal, [2; 32], OnceOp::Release { fence: 3 }).await;
    let answer = step(&journal, [2; 32], OnceOp::Begin(begin("a"))).await;
    assert_eq!(answer, OnceAnswer::Claimed { fence: 4, doubt: None });
}
