//! What the tests of this room share: records out of nothing, and files of them.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::draft::{Draft, Intent, Outcome, Refusal};
use super::keys::AuditKeys;
use super::shown::Shown;
use crate::clock::Clock;
use crate::context::RequestId;

pub(crate) const DAY: Duration = Duration::from_hours(24);

pub(crate) fn keys() -> AuditKeys {
    AuditKeys::new(&[7; 32]).unwrap()
}

pub(crate) fn noon() -> SystemTime {
    UNIX_EPOCH + Duration::from_hours(500_000)
}

/// A clock that stands still; see [`Clock::forward`]. Needs tokio's time, paused or not.
pub(crate) fn clock() -> Clock {
    Clock::starting_at(noon())
}

pub(crate) fn intent(call: &str, tool: &'static str, time: SystemTime) -> Intent {
    Intent {
        time,
        call_id: call.into(),
        parent: None,
        request_id: Some(RequestId::Number(1)),
        principal: "anna".into(),
        tool,
        version: "1",
        shown: Shown::nothing(),
        digest: keys().digest(call.as_bytes()),
        trace: None,
        key: None,
        retention: DAY,
    }
}

pub(crate) fn outcome(call: &str, tool: &'static str, intent: u64, time: SystemTime) -> Outcome {
    Outcome {
        time,
        intent,
        call_id: call.into(),
        principal: "anna".into(),
        tool: tool.into(),
        code: "ok".into(),
        effect: "applied",
        latency: Duration::from_micros(1_500),
        digest: None,
        result: None,
        replay_of: None,
        trace: None,
        retention: DAY,
    }
}

pub(crate) fn refusal(code: &str, time: SystemTime) -> Refusal {
    Refusal {
        time,
        call_id: None,
        principal: Some("bert".to_owned()),
        peer: None,
        tool: Some("pay"),
        code: code.to_owned(),
        count: 1,
        first: time,
        trace: None,
        retention: DAY,
    }
}

pub(crate) fn begins(call: &str, time: SystemTime) -> Draft {
    Draft::Intent(Box::new(intent(call, "pay", time)))
}

pub(crate) fn ends(call: &str, intent: u64, time: SystemTime) -> Draft {
    Draft::Outcome(Box::new(outcome(call, "pay", intent, time)))
}

/// The files of a folder, by name.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let name = |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().file_name();
    let mut names: Vec<String> = entries.map(|entry| name(entry).into_string().unwrap()).collect();
    names.sort();
    names
}
