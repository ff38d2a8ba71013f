//! The files that follow from where the log and the store are.

use std::path::{Path, PathBuf};

use super::{Settings, StorePlace};
use crate::audit::{AuditPlace, with_suffix};

impl Settings {
    /// The file that the audit log is in, where it is in one.
    pub(crate) fn audit_file(&self) -> Option<&Path> {
        match (&self.audit.place, &self.store) {
            (AuditPlace::File(path), _) | (AuditPlace::Store, Some(StorePlace::File(path))) => {
                Some(path)
            }
            _ => None,
        }
    }

    /// The file of the audit log's key: the one that is set, else the one beside the log. `None`
    /// where the log is in no file either: the key lasts as long as the process then.
    pub(crate) fn audit_key_file(&self) -> Option<PathBuf> {
        let beside = || self.audit_file().map(|log| with_suffix(log, ".key"));
        self.audit.key_file.clone().or_else(beside)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::AuditLog;

    #[test]
    fn the_key_stands_beside_the_log_unless_it_is_named() {
        let mut settings =
            Settings { audit: AuditLog::store().into_settings(), ..Settings::default() };
        assert_eq!((settings.audit_file(), settings.audit_key_file()), (None, None));
        settings.store = Some(StorePlace::File("/var/s.db".into()));
        assert_eq!(settings.audit_file(), Some(Path::new("/var/s.db")));
        assert_eq!(settings.audit_key_file(), Some("/var/s.db.key".into()));
        settings.audit = AuditLog::file("/var/a.jsonl").into_settings();
        assert_eq!(settings.audit_key_file(), Some("/var/a.jsonl.key".into()));
        settings.audit = AuditLog::memory().into_settings();
        assert_eq!(settings.audit_file(), None);
        settings.audit = AuditLog::memory().key_file("/etc/k").into_settings();
        assert_eq!(settings.audit_key_file(), Some("/etc/k".into()));
    }
}
