//! Faults of one place and not of the other, and of half a write.

use std::time::Duration;

use mcp_runtime::{AuditLine, AuditLog, AuditSink, Code, Effect};
use serde_json::json;

use super::super::{Fault, Faults, Write};
use super::records::{log, pays, server};
use crate::{Folder, TestServer};

struct Nowhere;

impl AuditSink for Nowhere {
    fn append(&mut self, _: &[AuditLine]) -> std::io::Result<()> {
        Ok(())
    }
}

/// A sink that is a place of its own fails by itself.
#[tokio::test]
async fn two_places_fail_one_without_the_other() {
    let sunk = |faults: &Faults| {
        let (server, runs) = server(faults);
        (server.configure(|server| server.audit(AuditLog::to(Nowhere))), runs)
    };
    let faults = Faults::of(1).audit(Fault::outage().on(Write::Begin).once());
    let (server, runs) = sunk(&faults);
    pays(&server, "k").await.is_error(Code::AuditUnavailable);
    assert_eq!(runs.count(), 0);
    // The keys have heard nothing of it.
    assert_eq!(pays(&server, "k").await.data::<u32>(), 1);
    // The store fails: the intent stands, and is closed by itself.
    let faults = Faults::of(1).store(Fault::outage().on(Write::Begin).once());
    let (server, runs) = sunk(&faults);
    pays(&server, "k").await.is_error(Code::AuditUnavailable);
    assert_eq!(pays(&server, "k").await.data::<u32>(), 1);
    assert_eq!(runs.count(), 1);
}

/// The place that comes first has its part, and the other hasn't.
#[tokio::test]
async fn a_torn_write_is_half_there() {
    let folder = Folder::new();
    for (write, runs_after, logged) in [
        // The log's part comes first.
        (Write::Begin, 1, ["intent", "audit_unavailable", "intent", "ok"].as_slice()),
        // The key's does, and is written again with the outcome.
        (Write::End, 1, ["intent", "ok", "intent", "ok"].as_slice()),
    ] {
        let path = folder.join(format!("{write:?}.jsonl"));
        let faults = Faults::of(1).store(Fault::torn().on(write).once());
        let (server, runs) = server(&faults);
        let server = server.configure(|server| server.audit(AuditLog::file(&path)));
        let first = pays(&server, "k").await;
        assert_eq!(first.outcome().is_ok(), write == Write::End, "{write:?}");
        assert_eq!(pays(&server, "k").await.data::<u32>(), 1, "{write:?}");
        assert_eq!(runs.count(), runs_after, "{write:?}");
        assert_eq!(log(&server), logged, "{write:?}");
        faults.assert_all_struck();
    }
}

/// Half a line stays on the disk, and a server that is started on it cuts it off.
#[test]
fn half_a_line_ends_the_log_and_the_next_server_goes_on() {
    let folder = Folder::new();
    let path = folder.join("audit.jsonl");
    let logged = |faults: &Faults| {
        let (server, runs) = server(faults);
        (server.configure(|server| server.audit(AuditLog::file(&path))), runs)
    };
    crate::__run(async {
        let faults = Faults::of(1).audit(Fault::torn().on(Write::End).nth(2));
        let (server, runs) = logged(&faults);
        server.call("send", json!({})).await.ok();
        let torn = server.call("send", json!({})).await;
        torn.is_error(Code::AuditUnavailable).effect(Effect::Applied);
        let refused = server.call("send", json!({})).await;
        assert_eq!(refused.error().stated_effect(), Some(Effect::None));
        assert_eq!(runs.count(), 2);
        assert!(!std::fs::read_to_string(&path).unwrap().ends_with('\n'), "half a line");
    });
    crate::__run(async {
        // The first one's thread lets go of the file in its own time.
        let starts = || {
            let server = logged(&Faults::of(1)).0;
            let starts = std::panic::AssertUnwindSafe(|| server.list().count());
            std::panic::catch_unwind(starts).ok().map(|_| server)
        };
        let mut server = starts();
        for _ in 0..500 {
            if server.is_some() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
            server = starts();
        }
        let server = server.expect("the file is free");
        assert_eq!(log(&server), ["intent", "ok", "intent", "abandoned"]);
        server.call("send", json!({})).await.ok();
    });
}

fn refused(faults: &Faults, change: impl FnOnce(TestServer) -> TestServer) -> String {
    let server = change(server(faults).0);
    let starts = std::panic::AssertUnwindSafe(|| server.list().count());
    let panic = std::panic::catch_unwind(starts).unwrap_err();
    panic.downcast_ref::<String>().unwrap().clone()
}

#[tokio::test]
async fn what_cannot_happen_is_told_at_the_start() {
    let same = |server| server;
    let sunk = |server: TestServer| server.configure(|s| s.audit(AuditLog::to(Nowhere)));
    let off = |server: TestServer| server.configure(|s| s.audit(AuditLog::off()));
    let torn = Fault::torn;
    let whole = "a write there is whole or isn't there";
    assert!(refused(&Faults::of(1).store(torn()), same).contains(whole));
    assert!(refused(&Faults::of(1).audit(torn()), same).contains(whole));
    assert!(refused(&Faults::of(1).audit(torn()), sunk).contains(whole));
    let none = "a fault is meant for the audit log: the server has none";
    assert!(refused(&Faults::of(1).audit(Fault::outage()), off).contains(none));
    // Two places: the write to both can be torn.
    let server = sunk(server(&Faults::of(1).store(torn())).0);
    assert_eq!(server.list().count(), 2);
}
