//! The suite finds what it is for: journals that break one promise each.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::act::Act;
use super::{Processes, clock, run, signs};
use crate::store::journal::{Entry, Journal, Written};
use crate::store::memory::MemoryJournal;
use crate::store::once::{Begin, Fence, OnceAnswer, OnceKey, OnceOp};
use crate::store::{Step, StoreError};

/// How a journal is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Broken {
    /// Not at all.
    No,
    /// What was completed is forgotten.
    Forgets,
    /// Other arguments are taken for the same.
    LetsMismatchThrough,
    /// Who asks while a call runs is given the key.
    GivesTwice,
    /// Every claim has the fence of the first.
    RepeatsFences,
    /// What may have happened isn't told.
    HidesDoubts,
    /// An owner that was replaced still counts.
    BelievesTheReplaced,
    /// A step of the owner is refused.
    RefusesTheOwner,
    /// A replay is another answer.
    ReplaysAnother,
    /// A replay names another call.
    NamesAnother,
    /// What ended is said to run.
    SaysThatItRuns,
    /// There is always a doubt.
    Doubts,
    /// The same arguments are taken for others.
    SeesMismatches,
    /// Records have one place.
    OnePlace,
    /// A record is lost.
    LosesRecords,
    /// A step has no answer.
    LosesAnswers,
}

struct Journaled {
    inner: MemoryJournal,
    broken: Broken,
    seq: AtomicU64,
    last: Mutex<Option<(OnceKey, Fence)>>,
}

impl Journaled {
    fn asks(&self, begin: &mut Begin) {
        if self.broken == Broken::LetsMismatchThrough {
            begin.payload = [1; 32];
        }
        if self.broken == Broken::GivesTwice {
            begin.lease = Duration::ZERO;
        }
    }

    fn before(&self, key: OnceKey, op: &mut OnceOp) {
        match (self.broken, &mut *op) {
            (_, OnceOp::Begin(begin)) => self.asks(begin),
            (Broken::Forgets, OnceOp::Complete { fence, .. }) => {
                *op = OnceOp::Release { fence: *fence };
            }
            (
                Broken::BelievesTheReplaced,
                OnceOp::Complete { fence, .. } | OnceOp::Release { fence },
            ) => {
                let last = *self.last.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some((of, current)) = last
                    && of == key
                {
                    *fence = current;
                }
            }
            _ => {}
        }
    }

    fn after(&self, key: OnceKey, op: &OnceOp, answer: OnceAnswer) -> OnceAnswer {
        if let OnceAnswer::Claimed { fence, .. } = answer {
            *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some((key, fence));
        }
        match (self.broken, answer) {
            (Broken::RepeatsFences, OnceAnswer::Claimed { doubt, .. }) => {
                OnceAnswer::Claimed { fence: 1, doubt }
            }
            (Broken::HidesDoubts, OnceAnswer::Claimed { fence, .. }) => {
                OnceAnswer::Claimed { fence, doubt: None }
            }
            (Broken::RefusesTheOwner, OnceAnswer::Done) => OnceAnswer::Stale,
            (Broken::ReplaysAnother, OnceAnswer::Completed { call_id, age, .. }) => {
                OnceAnswer::Completed { response: Vec::new(), call_id, age }
            }
            (Broken::NamesAnother, OnceAnswer::Completed { response, age, .. }) => {
                OnceAnswer::Completed { response, call_id: "another".to_owned(), age }
            }
            (Broken::SaysThatItRuns, OnceAnswer::Completed { .. }) => OnceAnswer::Running,
            (Broken::Doubts, OnceAnswer::Running) => {
                OnceAnswer::Indeterminate { call_id: "call".to_owned() }
            }
            (Broken::SeesMismatches, OnceAnswer::Running | OnceAnswer::Completed { .. })
                if matches!(op, OnceOp::Begin(_)) =>
            {
                OnceAnswer::Mismatch
            }
            (_, answer) => answer,
        }
    }
}

impl Journal for Journaled {
    fn write(&self, mut entry: Entry) -> Step<Written> {
        let once = entry.once.as_mut().map(|(key, op)| {
            self.before(*key, op);
            (*key, op.clone())
        });
        let Step::Done(Some(Ok(mut written))) = self.inner.write(entry) else {
            return Step::Done(Some(Err(StoreError("memory refuses nothing".to_owned()))));
        };
        written.once = written
            .once
            .zip(once)
            .map(|(answer, (key, op))| self.after(key, &op, answer))
            .filter(|_| self.broken != Broken::LosesAnswers);
        match self.broken {
            Broken::OnePlace => written.seq = written.seq.map(|_| 1),
            Broken::LosesRecords if self.seq.fetch_add(1, Ordering::Relaxed) > 9 => {
                written.seq = None;
            }
            _ => {}
        }
        Step::done(written)
    }

    fn newest(&self, limit: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        self.inner.newest(limit)
    }
}

struct OneProcess(Journaled);

impl Processes for OneProcess {
    fn journal(&self, _: usize) -> &dyn Journal {
        &self.0
    }

    async fn crash(&mut self, process: usize) -> Result<Vec<usize>, String> {
        Ok(vec![process])
    }
}

/// What is found within so many scripts.
async fn found(broken: Broken) -> Option<String> {
    let mut random = fastrand::Rng::with_seed(7);
    for _ in 0..200 {
        let clock = clock();
        let inner = MemoryJournal::new(clock.clone(), signs()).unwrap();
        let journal =
            Journaled { inner, broken, seq: AtomicU64::default(), last: Mutex::default() };
        let script = (0..80).map(|_| Act::of(random.u64(..))).collect();
        if let Err(found) = run(&mut OneProcess(journal), &clock, script).await {
            return Some(found);
        }
    }
    None
}

#[tokio::test(start_paused = true)]
async fn each_broken_promise_is_found() {
    assert_eq!(found(Broken::No).await, None);
    for (broken, expected) in [
        (Broken::Forgets, "what was completed is done again"),
        (Broken::LetsMismatchThrough, "a mismatch was let through"),
        (Broken::GivesTwice, "a key has two owners"),
        (Broken::RepeatsFences, "a fence was given twice"),
        (Broken::HidesDoubts, "an effect silently repeats"),
        (Broken::BelievesTheReplaced, "an owner won that was replaced"),
        (Broken::RefusesTheOwner, "a step of the owner was refused"),
        (Broken::ReplaysAnother, "a replay is another answer"),
        (Broken::NamesAnother, "a replay names another call"),
        (Broken::SaysThatItRuns, "a call runs that has ended"),
        (Broken::Doubts, "there is a doubt without a reason"),
        (Broken::SeesMismatches, "a mismatch of what is the same"),
        (Broken::OnePlace, "record 1 comes after record 1"),
        (Broken::LosesRecords, "a record was not written"),
        (Broken::LosesAnswers, "a step has no answer"),
    ] {
        let found = found(broken).await.unwrap_or_default();
        let (promise, place) = found.split_once("\n  at step ").unwrap_or((&found, ""));
        assert_eq!(promise, expected, "{broken:?}: {found}");
        assert!(place.contains(", process "), "{place}");
    }
}
