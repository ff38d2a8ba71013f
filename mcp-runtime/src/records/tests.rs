//! What a whole server leaves on record.

use std::future::pending;
use std::sync::Arc;

use serde_json::json;
use tokio::time::Instant;

use super::*;
use crate::app::App;
use crate::audit::AuditPlace;
use crate::clock::Clock;
use crate::error::{Code, ToolError};
use crate::output::{OutputSchema, Returned};
use crate::policies::Idempotency;
use crate::server::Server;
use crate::store::testing::{Manner, TestJournal};
use crate::tool::{ToolDef, Tools};

const WRITES: ToolDef = ToolDef::new(
    "pay",
    "Pay.",
    &[],
    |_| OutputSchema(None),
    |_| Ok(Box::pin(async { Returned::data(&"paid") })),
)
.once(Idempotency::new());

const HANGS: ToolDef = ToolDef::new(
    "wait",
    "Wait.",
    &[],
    |_| OutputSchema(None),
    |_| Ok(Box::pin(pending::<Result<Returned, ToolError>>())),
);

fn server() -> Server {
    static DEFS: [ToolDef; 2] = [WRITES, HANGS];
    Server::new("t", "1").tools(Tools(DEFS.iter().collect()))
}

fn recorded(server: Server) -> (App, TestJournal) {
    let journal = TestJournal::default();
    let shared: Arc<dyn Journal> = Arc::new(journal.clone());
    let open = |settings: &Settings, _: &str| {
        let keys = AuditKeys::new(&[7; 32]).ok_or("no key")?;
        let retention = settings.audit.retention;
        let recorder = Recorder::new(keys, retention, Clock::system(), Arc::clone(&shared));
        Ok(Records { journal: Some(shared), recorder: Some(recorder), ..Records::default() })
    };
    (server.finish_with(open).unwrap().app, journal)
}

#[tokio::test(start_paused = true)]
async fn a_servers_calls_can_be_read_back() {
    let (app, _) = recorded(server());
    let pay = || app.request("pay", json!({})).idempotency_key("k");
    pay().await.unwrap();
    let again = pay().await.unwrap();
    assert!(again.meta().contains_key(crate::meta::REPLAYED));
    app.call("pay", json!({ "unknown": 1 })).await.unwrap_err();
    let kinds: Vec<_> = app.audit(10).unwrap().iter().map(|one| one["kind"].clone()).collect();
    assert_eq!(kinds, ["intent", "outcome", "intent", "outcome", "refusal"]);
    assert_eq!(app.audit(1).unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_finds_no_room_is_on_record() {
    let mut server = server();
    server.settings_mut().max_in_flight = 1;
    let (app, _) = recorded(server);
    let first = tokio::spawn({
        let app = app.clone();
        async move { app.call("wait", json!({})).await }
    });
    tokio::task::yield_now().await;
    let error = app.call("pay", json!({})).await.unwrap_err();
    assert_eq!(error.code(), &Code::Overloaded);
    let records = app.audit(10).unwrap();
    let last = records.last().unwrap();
    assert_eq!((&last["kind"], &last["outcome"]), (&json!("refusal"), &json!("overloaded")));
    assert_eq!(last["tool"], "pay");
    first.abort();
}

/// The function's own calls name it as their parent.
#[tokio::test(start_paused = true)]
async fn a_call_within_a_call_names_it() {
    static INNER: ToolDef = WRITES;
    static OUTER: ToolDef = ToolDef::new(
        "outer",
        "Call another.",
        &[],
        |_| OutputSchema(None),
        |call| {
            let app = call.state::<Arc<std::sync::OnceLock<App>>>().cloned();
            Ok(Box::pin(async move {
                let app = app
                    .and_then(|app| app.get().cloned())
                    .ok_or_else(|| ToolError::new("no_app", "the server is not there"))?;
                app.call("pay", json!({})).await.map(Returned::reply)
            }))
        },
    );
    let slot = Arc::new(std::sync::OnceLock::new());
    let server = Server::new("t", "1").state(Arc::clone(&slot)).tools(Tools(vec![&INNER, &OUTER]));
    let (app, _) = recorded(server);
    let _ = slot.set(app.clone());
    app.call("outer", json!({})).await.unwrap();
    let records = app.audit(10).unwrap();
    assert_eq!((&records[0]["tool"], &records[1]["tool"]), (&json!("outer"), &json!("pay")));
    assert!(records[0].get("parent").is_none());
    assert_eq!(records[1]["parent"], records[0]["call_id"]);
}

#[tokio::test(start_paused = true)]
async fn the_end_is_signed_and_waited_for_not_too_long() {
    let (app, journal) = recorded(server());
    app.registry().records().seal().await;
    assert_eq!(journal.written(), ["seal", "seal"], "what the first signed is told by the second");
    for manner in [Manner::Hangs, Manner::Fails] {
        journal.behave("seal", manner);
        let began = Instant::now();
        app.registry().records().seal().await;
        assert!(began.elapsed() <= LAST_WORDS + Duration::from_millis(1));
    }
}

#[tokio::test(start_paused = true)]
async fn who_only_looks_opens_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let place = Store(StorePlace::File(folder.path().join("records.db")));
    let app = server().store(place).describe().unwrap();
    assert_eq!(app.tools().count(), 2);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    let refused = app.request("pay", json!({})).idempotency_key("k").await.unwrap_err();
    assert_eq!(refused.code(), &Code::BackendUnavailable);
}

#[tokio::test(start_paused = true)]
async fn what_leaves_nothing_behind_opens_nothing() {
    static HANGS_ALONE: ToolDef = HANGS;
    let mut server = Server::new("t", "1").tools(Tools(vec![&HANGS_ALONE]));
    server.settings_mut().audit.place = AuditPlace::Off;
    let built = server.finish_with(|_, _| Err("opened".to_owned())).unwrap();
    assert!(built.app.registry().records().journal.is_none());
    let error = built.app.audit(1).unwrap_err().to_string();
    assert!(error.contains("off"), "{error}");

    let mut keyed = self::server();
    keyed.settings_mut().audit.place = AuditPlace::Off;
    let error = keyed.finish_with(|_, _| Err("opened".to_owned())).err().unwrap().to_string();
    assert!(error.contains("opened"), "{error}");
}

#[tokio::test]
async fn a_log_whose_key_is_missing_gets_no_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    let start = || server().audit(crate::AuditLog::file(&path)).build();
    let app = start().unwrap();
    // On record, though a busy disk may take longer than the call waits.
    let _ = app.call("pay", json!({})).await;
    app.registry().records().seal().await;
    drop(app);
    let key = folder.path().join("audit.jsonl.key");
    let kept = std::fs::read(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    let problem = start().unwrap_err().to_string();
    assert!(problem.contains("audit.jsonl.key is missing"), "{problem}");
    assert!(!key.exists());
    std::fs::write(&key, kept).unwrap();
    start().unwrap();
}

#[test]
fn store_and_log_are_not_one_file() {
    let path = std::path::PathBuf::from("records.db");
    let settings = Settings {
        store: Some(StorePlace::File(path.clone())),
        audit: crate::AuditLog::file(&path).into_settings(),
        ..Settings::default()
    };
    let problem = Records::open(&settings, "t").err().unwrap();
    assert_eq!(problem, "`store` and `audit.log` both name records.db");
}
