//! Where the log is written, by the program's word and by the operator's.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::lines::{AuditSink, CustomSink, open_custom, open_file};
use super::{AuditKeys, AuditPlace, AuditSettings, Tear};
use crate::clock::Clock;
use crate::store::journal::Journal;

/// Where a server's audit log goes, and how long it is kept: what
/// [`Server::audit`](crate::Server::audit) takes.
///
/// ```
/// use mcp_runtime::{AuditLog, Server};
/// use std::time::Duration;
///
/// let server = Server::new("invoices", "1.0.0").audit(
///     AuditLog::file("/var/log/invoices/audit.jsonl")
///         .key_file("/etc/invoices/audit.key")
///         .retention(Duration::from_secs(365 * 24 * 3600)),
/// );
/// ```
///
/// The settings `audit.log`, `audit.key_file` and `audit.retention` have the last word.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct AuditLog(AuditSettings);

impl AuditLog {
    /// With the keys of idempotent calls, so that a call's record and its outcome are written
    /// together. This is the default.
    pub fn store() -> Self {
        Self::at(AuditPlace::Store)
    }

    /// A file of JSON lines, which one process writes to. It is made, readable by its owner alone,
    /// where there is none; `PATH.lock` keeps other processes out, and `PATH.checkpoint` holds the
    /// newest checkpoint.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self::at(AuditPlace::File(path.into()))
    }

    /// The newest records, in this process. For tests.
    pub fn memory() -> Self {
        Self::at(AuditPlace::Memory)
    }

    /// Nowhere: calls run unrecorded.
    pub fn off() -> Self {
        Self::at(AuditPlace::Off)
    }

    /// A sink of the program's own. It serves one server: a second one that is made of the same
    /// value doesn't start.
    pub fn to(sink: impl AuditSink) -> Self {
        Self::at(AuditPlace::Custom(CustomSink::new(sink)))
    }

    /// The file of the key that makes digests and signs checkpoints: 32 to 4096 random bytes, in a
    /// file that is there. Unstated, it stands beside the log, with `.key` after its name, and is
    /// made where there is none.
    pub fn key_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.0.key_file = Some(path.into());
        self
    }

    /// How long records are kept of tools that don't say, at least an hour. Without it, 180 days.
    pub fn retention(mut self, retention: Duration) -> Self {
        self.0.retention = retention;
        self
    }

    fn at(place: AuditPlace) -> Self {
        Self(AuditSettings { place, ..AuditSettings::default() })
    }

    pub(crate) fn into_settings(self) -> AuditSettings {
        self.0
    }
}

/// The journal of a log that isn't the store's; `None` where it is, or is kept in memory, or
/// nowhere. A test may tear its file.
///
/// # Errors
///
/// Why it can't be written to, for the operator.
pub(crate) fn open_place(
    settings: &AuditSettings,
    keys: AuditKeys,
    clock: Clock,
    tear: Option<Tear>,
) -> Result<Option<Arc<dyn Journal>>, String> {
    let journal = match &settings.place {
        AuditPlace::Store | AuditPlace::Memory | AuditPlace::Off => return Ok(None),
        AuditPlace::File(path) => open_file(path, keys, settings.retention, clock, tear)?,
        AuditPlace::Custom(sink) => {
            let sink = sink.take().ok_or("the audit log's sink belongs to another server")?;
            open_custom(sink, keys, clock)?
        }
    };
    Ok(Some(Arc::new(journal)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::AuditLine;
    use crate::audit::testing::{clock, keys};

    struct Nothing;

    impl AuditSink for Nothing {
        fn append(&mut self, _: &[AuditLine]) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn only_files_and_sinks_are_opened_here_and_a_sink_once() {
        let opens =
            |log: &AuditLog| open_place(&log.0, keys(), clock(), None).map(|one| one.is_some());
        for log in [AuditLog::store(), AuditLog::memory(), AuditLog::off()] {
            assert_eq!(opens(&log), Ok(false));
        }
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(opens(&AuditLog::file(folder.path().join("a.jsonl"))), Ok(true));
        assert!(opens(&AuditLog::file(folder.path().join("missing").join("a"))).is_err());
        let sink = AuditLog::to(Nothing);
        assert_eq!(opens(&sink.clone()), Ok(true));
        assert_eq!(opens(&sink).unwrap_err(), "the audit log's sink belongs to another server");
    }
}
