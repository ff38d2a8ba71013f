//! The protocol of a key, as plain data: what a step makes of a record, and what it answers.
//!
//! Three things are said by time alone and never written down:
//!
//! - A record whose end has come is absent, whatever it says.
//! - A claim whose lease is over and that was never started is anybody's; one in doubt, or one that
//!   was started, is indeterminate. Its owner, should it come back, finds it as it was.
//! - A record ends by its lifetime after the end of its lease, so that it never ends while its
//!   owner gives signs of life, and outlives a dead owner by its whole lifetime.
//!
//! A clock that is set back moves no end that was promised: leases and records only ever grow.

use std::borrow::Cow;
use std::time::Duration;

use super::{Begin, Fence, OnceAnswer, OnceOp, Payload};

/// What is kept of a key. Times are milliseconds since 1970, by the store's clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) state: State,
    /// The claim followed one of which nobody knows what it did.
    pub(crate) doubted: bool,
    pub(crate) fence: Fence,
    pub(crate) payload: Payload,
    pub(crate) version: Cow<'static, str>,
    /// The call that has it, or had it last.
    pub(crate) call_id: String,
    /// When it was claimed; once it is completed, when that was.
    pub(crate) since: u64,
    pub(crate) lease_until: u64,
    pub(crate) expires: u64,
    /// Empty until it is completed.
    pub(crate) response: Vec<u8>,
}

/// How far a claim has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Claimed,
    Started,
    Completed,
    Indeterminate,
}

/// What a step makes of a record.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// It is as it was.
    Keep,
    /// It was changed where it stands.
    Changed,
    /// There is a new one, in its place if there was one.
    New(Row),
    /// It is to go.
    Delete,
}

/// One step. `fresh` is a fence that was never given away; it is used up iff the answer is
/// [`OnceAnswer::Claimed`].
pub(crate) fn step(
    row: Option<&mut Row>,
    op: OnceOp,
    now: u64,
    fresh: Fence,
) -> (Change, OnceAnswer) {
    let row = row.filter(|row| now < row.expires);
    match op {
        OnceOp::Begin(asker) => begin(row.as_deref(), asker, now, fresh),
        OnceOp::Start { fence } => owned(row, fence, |row| row.start(now)),
        OnceOp::Renew { fence, lease } => owned(row, fence, |row| row.renew(after(now, lease))),
        OnceOp::Complete { fence, response, ttl } => {
            owned(row, fence, |row| row.complete(response, now, ttl))
        }
        OnceOp::Release { fence } => owned(row, fence, |row| row.release()),
        OnceOp::Doubt { fence } => owned(row, fence, |row| row.doubt(now)),
    }
}

fn begin(row: Option<&Row>, asker: Begin, now: u64, fresh: Fence) -> (Change, OnceAnswer) {
    let Some(row) = row else { return claim(asker, None, now, fresh) };
    if row.version == asker.version && row.payload != asker.payload {
        return (Change::Keep, OnceAnswer::Mismatch);
    }
    let lives = now < row.lease_until;
    match row.state {
        State::Completed => {
            let age = Duration::from_millis(now.saturating_sub(row.since));
            let (response, call_id) = (row.response.clone(), row.call_id.clone());
            (Change::Keep, OnceAnswer::Completed { response, call_id, age })
        }
        State::Claimed | State::Started if lives => (Change::Keep, OnceAnswer::Running),
        State::Claimed if !row.doubted => claim(asker, None, now, fresh),
        _ if asker.settles => claim(asker, Some(row), now, fresh),
        _ => (Change::Keep, OnceAnswer::Indeterminate { call_id: row.call_id.clone() }),
    }
}

/// A new claim; in doubt where it follows one of which nobody knows what it did.
fn claim(asker: Begin, doubted: Option<&Row>, now: u64, fence: Fence) -> (Change, OnceAnswer) {
    let lease_until = after(now, asker.lease);
    let expires = after(lease_until, asker.ttl);
    let doubt = doubted.map(|row| row.call_id.clone());
    let row = Row {
        state: State::Claimed,
        doubted: doubt.is_some(),
        fence,
        payload: asker.payload,
        version: asker.version,
        call_id: asker.call_id,
        since: now,
        lease_until,
        expires: doubted.map_or(expires, |row| expires.max(row.expires)),
        response: Vec::new(),
    };
    (Change::New(row), OnceAnswer::Claimed { fence, doubt })
}

/// An owner's step, which counts as long as nobody else took a fence.
fn owned(
    row: Option<&mut Row>,
    fence: Fence,
    step: impl FnOnce(&mut Row) -> Option<Change>,
) -> (Change, OnceAnswer) {
    match row.filter(|row| row.fence == fence).and_then(step) {
        Some(change) => (change, OnceAnswer::Done),
        None => (Change::Keep, OnceAnswer::Stale),
    }
}

impl Row {
    /// Not twice: what was started may have had its effect.
    fn start(&mut self, now: u64) -> Option<Change> {
        (self.state == State::Claimed).then(|| {
            self.state = State::Started;
            self.hold(now);
            Change::Changed
        })
    }

    fn renew(&mut self, until: u64) -> Option<Change> {
        match self.state {
            State::Claimed | State::Started => {
                self.hold(until);
                Some(Change::Changed)
            }
            // A sign of life says nothing of what happened.
            State::Indeterminate => Some(Change::Keep),
            State::Completed => None,
        }
    }

    fn complete(&mut self, response: Vec<u8>, now: u64, ttl: Duration) -> Option<Change> {
        if self.state == State::Completed {
            // The same word once more, from an owner that didn't hear the answer.
            return (self.response == response).then_some(Change::Keep);
        }
        (self.state, self.doubted, self.response) = (State::Completed, false, response);
        // Also if the clock was set back while it ran.
        self.since = self.since.max(now);
        self.expires = after(self.since, ttl);
        Some(Change::Changed)
    }

    fn release(&self) -> Option<Change> {
        (self.state != State::Completed).then_some(Change::Delete)
    }

    fn doubt(&mut self, now: u64) -> Option<Change> {
        (self.state != State::Completed).then(|| {
            self.state = State::Indeterminate;
            self.hold(now);
            Change::Changed
        })
    }

    /// Moves the end of the lease to this time at least, and the record's end with it.
    fn hold(&mut self, until: u64) {
        let by = until.saturating_sub(self.lease_until);
        self.lease_until = self.lease_until.saturating_add(by);
        self.expires = self.expires.saturating_add(by);
    }

    /// What is left of it when its owner is known to be gone.
    #[cfg_attr(not(any(feature = "sqlite", test)), allow(dead_code, reason = "of records on disk"))]
    pub(crate) fn orphan(&mut self) -> Change {
        match self.state {
            State::Claimed if !self.doubted => Change::Delete,
            State::Claimed | State::Started => {
                self.state = State::Indeterminate;
                Change::Changed
            }
            State::Completed | State::Indeterminate => Change::Keep,
        }
    }
}

fn after(time: u64, by: Duration) -> u64 {
    time.saturating_add(u64::try_from(by.as_millis()).unwrap_or(u64::MAX))
}
