//! The audit log.

use std::time::Duration;

use toml::Value;

use super::Setting;
use crate::audit::{AuditPlace, SHORTEST};
use crate::config::value::{duration, path, text};

pub(super) const SETTINGS: &[Setting] = &[
    setting!(
        "audit.log",
        None,
        "store",
        audit.place,
        place,
        "Where the audit log goes: `store`, with the keys of idempotent calls; `file:PATH`, a file of JSON lines, for one process; `memory`, the newest records only, gone with the process; `off`, calls run unrecorded."
    ),
    setting!(
        "audit.key_file",
        None,
        "made beside the log",
        audit.key_file,
        |v| path(v).map(Some),
        "A file of 32 to 4096 random bytes that makes the log's digests and signs its checkpoints; it is made where there is none. Nobody else may read it: who has it can sign a log that was changed."
    ),
    setting!(
        "audit.retention",
        None,
        "180d",
        audit.retention,
        retention,
        "How long the log keeps the records of tools that don't say, at least 1h. What is erased leaves its digest, so that the chain of records still holds."
    ),
];

fn place(value: &Value) -> Result<AuditPlace, String> {
    let text = text(value)?;
    match text.as_str() {
        "store" => Ok(AuditPlace::Store),
        "memory" => Ok(AuditPlace::Memory),
        "off" => Ok(AuditPlace::Off),
        other => match other.strip_prefix("file:") {
            Some(path) if !path.is_empty() => Ok(AuditPlace::File(path.into())),
            _ => Err("must be \"store\", \"memory\", \"off\" or \"file:PATH\"".into()),
        },
    }
}

fn retention(value: &Value) -> Result<Duration, String> {
    duration(value)
        .and_then(|time| if time >= SHORTEST { Ok(time) } else { Err("is at least 1h".into()) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::AuditSettings;
    use crate::config::Settings;
    use crate::config::table::read_toml;

    fn audit(text: &str) -> Result<AuditSettings, String> {
        let mut settings = Settings::default();
        let read = read_toml(&mut settings, text, "mcp.toml");
        read.map(|()| settings.audit).map_err(|error| error.to_string())
    }

    #[test]
    fn every_place_has_its_word() {
        for (text, place) in [
            ("store", AuditPlace::Store),
            ("memory", AuditPlace::Memory),
            ("off", AuditPlace::Off),
            ("file:/var/a.jsonl", AuditPlace::File("/var/a.jsonl".into())),
        ] {
            assert_eq!(audit(&format!("audit.log = \"{text}\"")).unwrap().place, place);
        }
        let set = audit("[audit]\nkey_file = \"k\"\nretention = \"1h\"").unwrap();
        assert_eq!(set.key_file.as_deref(), Some(std::path::Path::new("k")));
        assert_eq!((set.retention, set.place), (SHORTEST, AuditPlace::Store));
    }

    #[test]
    fn what_would_switch_it_off_by_a_slip_is_refused() {
        for text in [
            "audit.log = \"\"",
            "audit.log = \"none\"",
            "audit.log = \"file:\"",
            "audit.log = false",
            "audit = \"off\"",
            "audit.retention = \"59m\"",
            "audit.key_file = \"\"",
        ] {
            assert!(audit(text).is_err(), "{text}");
        }
    }
}
