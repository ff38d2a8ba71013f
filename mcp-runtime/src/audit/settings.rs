//! What an operator says about the audit log.

use std::path::PathBuf;
use std::time::Duration;

use super::lines::CustomSink;

/// How long records are kept where neither the tool nor the operator says.
const RETENTION: Duration = Duration::from_hours(180 * 24);

/// A log that forgets sooner than anyone could look at it is none.
pub(crate) const SHORTEST: Duration = Duration::from_hours(1);

/// What an operator says about the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AuditSettings {
    pub(crate) place: AuditPlace,
    /// What signs checkpoints and makes digests; one is made beside the log where it isn't set.
    pub(crate) key_file: Option<PathBuf>,
    /// Of the records of tools that don't say.
    pub(crate) retention: Duration,
}

impl Default for AuditSettings {
    fn default() -> Self {
        Self { place: AuditPlace::Store, key_file: None, retention: RETENTION }
    }
}

/// Where the log is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AuditPlace {
    /// Where the keys of idempotent calls are.
    Store,
    /// A file of JSON lines.
    File(PathBuf),
    /// The newest records, in this process.
    Memory,
    /// Nowhere: calls run unrecorded.
    Off,
    /// A sink of the program's own.
    Custom(CustomSink),
}
