//! Lines to write: those of a server.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use mcp_runtime::{AuditLine, AuditLog, AuditSink, tool, tools};
use serde_json::json;

use crate::{TestServer, local};

/// How many calls a log is of: enough for a group of hundreds of lines.
const CALLS: usize = 150;
/// What a plain argument and a result may be made of: what JSON escapes and what it doesn't, what
/// takes several bytes, what some readers take for the end of a line.
const KINDS: &str =
    "a \"quoted\\\" text\n\r\t\u{0}\u{1f}\u{7f}\u{85}\u{2028}\u{2029}äß€😀 {\"log\":1} ";

/// Takes note of something.
#[tool(public, audit(result = "redacted"))]
pub(super) async fn note(
    /// What to note.
    #[arg(audit = "plain")]
    text: String,
    /// How often it is repeated.
    times: usize,
) -> String {
    text.repeat(times)
}

/// Takes what it is given.
#[derive(Clone, Default)]
struct Taken(Arc<Mutex<Vec<AuditLine>>>);

impl AuditSink for Taken {
    fn append(&mut self, lines: &[AuditLine]) -> io::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(lines);
        Ok(())
    }
}

/// Two logs, each from its first line on.
pub(super) struct Material {
    pub(super) one: Vec<AuditLine>,
    pub(super) other: Vec<AuditLine>,
}

pub(super) async fn lines() -> Material {
    Material { one: log().await, other: log().await }
}

async fn log() -> Vec<AuditLine> {
    let taken = Taken::default();
    let sink = AuditLog::to(taken.clone());
    let server = TestServer::new(tools![note]).configure(|server| server.audit(sink));
    // On a machine that stands still for a moment, a call may be refused.
    let patient = server.as_caller(local()).retrying();
    for call in 0..CALLS {
        // Up to some 15 KB, which is what a log takes of a result.
        let times = if call % 10 == 9 { 150 } else { 1 };
        patient.call("note", json!({ "text": KINDS, "times": times })).await.ok();
    }
    let taken = taken.0.lock().unwrap_or_else(PoisonError::into_inner);
    taken.clone()
}

/// Lines as they are to be read back.
pub(super) fn texts(lines: &[AuditLine]) -> Vec<String> {
    lines.iter().map(AuditLine::to_json_line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn there_is_some_of_everything() {
        let Material { one, other } = lines().await;
        assert_ne!(texts(&one)[0], texts(&other)[0], "each is a log of its own");
        assert!(texts(&one)[0].starts_with("{\"log\":"));
        assert!(one.iter().any(AuditLine::is_checkpoint));
        assert!(one.len() > 2 * CALLS);
        let longest = texts(&one).iter().map(String::len).max();
        assert!(longest.is_some_and(|longest| longest > 10_000), "{longest:?}");
        let one_line = |line: &String| !line.contains('\n') && !line.contains('\r');
        assert!(texts(&one).iter().all(one_line));
        assert!(texts(&one).iter().any(|line| line.contains("ä") && line.contains('\u{2028}')));
    }
}
