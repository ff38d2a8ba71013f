//! A record's body, read back.

use std::time::{Duration, SystemTime};

use chrono::DateTime;
use serde::Deserialize;
use serde_json::Value;

use super::chain::{Head, LogId};
use super::keys::{AuditKeys, Erasure};
use super::text::unhex;

/// What records say, each what its kind has.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[cfg_attr(not(feature = "cli"), allow(dead_code, reason = "people look at some of it alone"))]
pub(crate) struct View {
    pub(crate) seq: u64,
    pub(crate) kind: String,
    pub(crate) time: String,
    pub(crate) call_id: Option<String>,
    pub(crate) parent: Option<String>,
    pub(crate) request_id: Option<String>,
    pub(crate) principal: Option<String>,
    pub(crate) peer: Option<String>,
    pub(crate) tool: Option<String>,
    pub(crate) trace: Option<String>,
    /// Of an outcome: the place of its intent.
    pub(crate) intent: Option<u64>,
    pub(crate) outcome: Option<String>,
    pub(crate) effect: Option<String>,
    pub(crate) latency_us: Option<u64>,
    pub(crate) replay_of: Option<String>,
    pub(crate) count: Option<u64>,
    pub(crate) arguments: Option<Value>,
    pub(crate) keep_until: Option<String>,
    /// Of a note about erased records.
    pub(crate) bodies: Vec<(u64, u64)>,
    through: Option<Through>,
    proof: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct Through {
    seq: u64,
    hash: String,
}

impl View {
    /// # Errors
    ///
    /// Why it can't be read.
    pub(crate) fn read(body: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(body).map_err(|error| error.to_string())
    }

    /// Of a note: the head up to which nothing is left.
    pub(crate) fn through(&self) -> Option<Head> {
        let through = self.through.as_ref()?;
        Some(Head { seq: through.seq, hash: unhex(through.hash.as_bytes())? })
    }

    /// Whether it is a note that a server with this key made at this place of this log.
    #[cfg_attr(
        not(any(feature = "cli", feature = "sqlite")),
        allow(dead_code, reason = "notes are read back where logs are read, or their stubs go")
    )]
    pub(crate) fn is_proven(&self, keys: &AuditKeys, log: LogId, seq: u64) -> bool {
        let through = self.through();
        let proof = self.proof.as_ref().and_then(|proof| unhex(proof.as_bytes()));
        let erasure = Erasure { log, seq, bodies: &self.bodies, through };
        let whole = self.kind == "erased" && through.is_some() == self.through.is_some();
        whole && proof.is_some_and(|proof| keys.proven(erasure, &proof))
    }

    pub(crate) fn written(&self) -> Option<SystemTime> {
        instant(&self.time)
    }

    /// When it may be erased; none is never.
    pub(crate) fn expires(&self) -> Option<SystemTime> {
        instant(self.keep_until.as_deref()?)
    }

    /// How long it is kept.
    pub(crate) fn retention(&self) -> Option<Duration> {
        self.expires()?.duration_since(self.written()?).ok()
    }
}

/// The instant of a time as RFC 3339 writes it.
pub(crate) fn instant(time: &str) -> Option<SystemTime> {
    DateTime::parse_from_rfc3339(time).ok().map(SystemTime::from)
}
