//! Keys of idempotent calls: which of them is being carried out, by whom, and what came of it.
//!
//! A key is `Absent`, `Claimed`, `Started`, `Completed` or `Indeterminate`. Each step is one
//! atomic decision of the store, on the store's clock; [`machine`] makes it as plain data, so
//! that every store decides alike.
//!
//! ```text
//! Absent ──begin──▶ Claimed ──start──▶ Started ──complete──▶ Completed ──ttl──▶ Absent
//!                      │ release, lease     │ release               (effect none)
//!                      ▼                    ▼
//!                   Absent             Absent
//!                                           │ doubt, lease
//!                                           ▼
//!                                     Indeterminate ──begin(settles)──▶ Claimed (in doubt)
//! ```
//!
//! - A *fence* is a number that grows with each claim in the store, of whatever key. Every step of
//!   an owner carries the fence of its claim; one that isn't the record's own changes nothing.
//! - A *lease* is how long a claim lasts without a sign of life. Of a claim that was never started
//!   nothing can have happened: it is taken over. One that was started becomes indeterminate. The
//!   fence stays the owner's until another takes one: a late owner may still say what came of it.

pub(crate) mod machine;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::hash::{Hash, Hasher};
use std::time::Duration;

/// Names a key, its principal and its tool: the SHA-256 of all three.
pub(crate) type OnceKey = [u8; 32];
/// The SHA-256 of a call's key and canonical arguments, without the secret ones.
pub(crate) type Payload = [u8; 32];
/// Grows with each claim.
pub(crate) type Fence = u64;

/// A key in a table: found by a part of its digest, and compared as a whole.
///
/// What a table's own random key makes of eight bytes of a digest is spread as well as what it
/// makes of all of them. Who wanted keys that meet would have to find digests with the same eight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Looked(pub(crate) OnceKey);

impl Hash for Looked {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(&self.0[..8]);
    }
}

/// One step.
#[derive(Clone, Debug)]
pub(crate) enum OnceOp {
    /// Asks for the key.
    Begin(Begin),
    /// The first effect is about to happen.
    Start { fence: Fence },
    /// A sign of life.
    Renew { fence: Fence, lease: Duration },
    /// It is done, whatever the answer: kept for so long.
    Complete { fence: Fence, response: Vec<u8>, ttl: Duration },
    /// Nothing happened: the key is free.
    Release { fence: Fence },
    /// Nobody knows what happened.
    Doubt { fence: Fence },
}

/// Asks for a key.
#[derive(Clone, Debug)]
pub(crate) struct Begin {
    pub(crate) payload: Payload,
    /// The tool's version. A payload is compared with one of the same version only: a deploy that
    /// changes a default must not refuse a legitimate retry.
    pub(crate) version: Cow<'static, str>,
    /// The call that asks; what it completes is known as its.
    pub(crate) call_id: String,
    /// How long the claim lasts without a sign of life.
    pub(crate) lease: Duration,
    /// How long the record lasts, whatever becomes of it.
    pub(crate) ttl: Duration,
    /// The call can settle what is indeterminate.
    pub(crate) settles: bool,
}

/// What a store decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OnceAnswer {
    /// The key is the call's. Where it is in doubt, the call that had it before may have had its
    /// effect.
    Claimed { fence: Fence, doubt: Option<String> },
    /// Another call of the same arguments has it.
    Running,
    /// It was done by an earlier call, so long ago.
    Completed { response: Vec<u8>, call_id: String, age: Duration },
    /// Nobody knows what an earlier call did.
    Indeterminate { call_id: String },
    /// The key was used for other arguments.
    Mismatch,
    /// An owner's step took place.
    Done,
    /// The fence isn't the record's: another has the key, or nobody.
    Stale,
    /// There is no room for another record.
    Full,
}
