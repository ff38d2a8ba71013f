//! Records before they have a place in the log.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use super::chain::{Hash, Head, LogId};
use super::digest::Digest;
use super::keys::{AuditKeys, Erasure};
use super::shown::Shown;
use crate::context::RequestId;

/// A record, still without place and chain.
#[derive(Clone, Debug)]
pub(crate) enum Draft {
    /// A call is about to run.
    Intent(Box<Intent>),
    /// What came of it.
    Outcome(Box<Outcome>),
    /// A call, or several alike, that didn't get so far.
    Refusal(Box<Refusal>),
    /// Records whose time was over were erased.
    Erased(Box<Erased>),
}

impl Draft {
    /// Until when it is kept; it may be erased then. `None` is for ever.
    pub(crate) fn expires(&self) -> Option<SystemTime> {
        let (time, retention) = match self {
            Self::Intent(of) => (of.time, of.retention),
            Self::Outcome(of) => (of.time, of.retention),
            Self::Refusal(of) => (of.time, of.retention),
            Self::Erased(_) => return None,
        };
        time.checked_add(retention)
    }
}

/// A call is about to run. Everything in it may be kept: arguments are digests, unless they are
/// declared to be plain; secrets are left out.
#[derive(Clone, Debug)]
pub(crate) struct Intent {
    pub(crate) time: SystemTime,
    pub(crate) call_id: Arc<str>,
    /// The call whose function made this one.
    pub(crate) parent: Option<Arc<str>>,
    /// The client's id of its request.
    pub(crate) request_id: Option<RequestId<'static>>,
    pub(crate) principal: Arc<str>,
    pub(crate) tool: &'static str,
    pub(crate) version: &'static str,
    /// Its arguments and its scopes.
    pub(crate) shown: Shown,
    /// Keyed, of all arguments but the secret ones.
    pub(crate) digest: Digest,
    /// W3C `traceparent`.
    pub(crate) trace: Option<Arc<str>>,
    /// Where the key of the call came from, and its keyed digest: `none` without one where the tool
    /// takes keys and the call had none.
    pub(crate) key: Option<(&'static str, Option<Digest>)>,
    pub(crate) retention: Duration,
}

/// What came of a call.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) time: SystemTime,
    /// The place of the call's intent.
    pub(crate) intent: u64,
    pub(crate) call_id: Arc<str>,
    pub(crate) principal: Arc<str>,
    pub(crate) tool: Cow<'static, str>,
    /// `ok`, or the error's code.
    pub(crate) code: Cow<'static, str>,
    /// `none`, `applied` or `unknown`.
    pub(crate) effect: &'static str,
    pub(crate) latency: Duration,
    /// Keyed, of the answer.
    pub(crate) digest: Option<Digest>,
    /// The answer itself, where the tool wants it kept; without its secrets.
    pub(crate) result: Option<Value>,
    /// The call that was carried out instead, under the same key.
    pub(crate) replay_of: Option<Arc<str>>,
    pub(crate) trace: Option<Arc<str>>,
    pub(crate) retention: Duration,
}

/// Calls that were refused before anything ran.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) time: SystemTime,
    /// Of the only one, or of the last.
    pub(crate) call_id: Option<String>,
    pub(crate) principal: Option<String>,
    /// Who it was that showed no good credential.
    pub(crate) peer: Option<String>,
    pub(crate) tool: Option<&'static str>,
    pub(crate) code: String,
    /// How many alike, since `first`.
    pub(crate) count: u64,
    pub(crate) first: SystemTime,
    pub(crate) trace: Option<String>,
    pub(crate) retention: Duration,
}

/// Records whose time was over. Without such a record a body that is missing is a theft.
#[derive(Clone, Debug)]
pub(crate) struct Erased {
    pub(crate) time: SystemTime,
    /// The records whose bodies are gone and whose digests are there: from, to, both included.
    pub(crate) bodies: Vec<(u64, u64)>,
    /// Of the records up to this head nothing is left.
    pub(crate) through: Option<Head>,
    /// That who has the log's key wrote this, at this place of this log.
    pub(crate) proof: Hash,
}

impl Erased {
    /// A note at this place of a log.
    pub(crate) fn new(
        time: SystemTime,
        bodies: Vec<(u64, u64)>,
        through: Option<Head>,
        (keys, log, seq): (&AuditKeys, LogId, u64),
    ) -> Self {
        let proof = keys.prove(Erasure { log, seq, bodies: &bodies, through });
        Self { time, bodies, through, proof }
    }
}
