//! The truth table: who may see and call what, the same on every transport and revision.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use mcp_runtime::{ApiKeys, App, Caller, Code, ToolError};
use serde_json::{Map, Value, json};

use super::client::{Answer, Client, LEGACY, MODERN};
use super::server;

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is answered.
    Done,
    /// The tool is hidden, and no arguments would help.
    Hidden,
    /// The tool is listed, but the grants don't reach these rows.
    Row,
}

pub(super) const TOOLS: [&str; 5] = ["open", "plain", "bound", "filtered", "both"];

/// Callers by their key's id, what they were granted, and what becomes of their calls to [`TOOLS`]
/// in that order, `bound` being called for customer 17.
pub(super) const TABLE: &[(&str, &[&str], [Fate; 5])] = {
    use Fate::{Done, Hidden, Row};
    const OWN: &str = "read:invoices.where(customer_id=17)";
    const OTHERS: &str = "read:invoices.where(customer_id=18)";
    &[
        ("nothing", &[], [Done, Hidden, Hidden, Hidden, Hidden]),
        ("stranger", &["openid", "write:payments"], [Done, Hidden, Hidden, Hidden, Hidden]),
        ("reader", &["read:invoices"], [Done, Done, Done, Done, Hidden]),
        ("own", &[OWN], [Done, Hidden, Done, Done, Hidden]),
        ("others", &[OTHERS], [Done, Hidden, Row, Done, Hidden]),
        ("two", &[OWN, OTHERS], [Done, Hidden, Done, Done, Hidden]),
        ("region", &["read:invoices.where(region=north)"], [Done, Hidden, Hidden, Hidden, Hidden]),
        ("admin", &["admin:invoices"], [Done, Done, Done, Done, Hidden]),
        ("payer", &["read:invoices", "write:payments"], [Done, Done, Done, Done, Done]),
        ("everything", &["*"], [Done, Done, Done, Done, Done]),
    ]
};

pub(super) fn arguments(tool: &str) -> Value {
    if tool == "bound" { json!({ "customer": 17 }) } else { json!({}) }
}

/// The scopes that a refusal has to name.
pub(super) fn missing(caller: &str, tool: &str, fate: Fate) -> Vec<&'static str> {
    match (caller, tool, fate) {
        (_, "bound", Fate::Row) => vec!["read:invoices.where(customer_id=17)"],
        ("nothing" | "own" | "others" | "two" | "region", "both", _) => {
            vec!["read:invoices", "write:payments"]
        }
        ("reader" | "admin", "both", _) => vec!["write:payments"],
        _ => vec!["read:invoices"],
    }
}

/// The keys of [`TABLE`] in a file, and each caller's key.
pub(super) fn keys(
    directory: &tempfile::TempDir,
) -> (std::path::PathBuf, BTreeMap<String, String>) {
    let file = directory.path().join("keys.toml");
    let callers: Vec<_> = TABLE.iter().map(|(id, scopes, _)| (*id, *id, *scopes)).collect();
    let made = ApiKeys::create_file(&file, &callers).unwrap();
    (file, made.into_iter().collect())
}

async fn over_http(revision: &'static str, conceal: bool) {
    let directory = tempfile::tempdir().unwrap();
    let (file, keys) = keys(&directory);
    let mut server = server(&file);
    if conceal {
        server = server.conceal();
    }
    let router = server.router().unwrap();
    for (id, _, fates) in TABLE {
        let client = Client::connect(&router, revision, Some(&keys[*id])).await;
        let Ok(client) = client else { panic!("{id} got no session") };
        let list = client.list().await;
        assert_eq!(list.status, StatusCode::OK);
        assert_eq!(listed(&list.body["result"]["tools"]), shown(*fates), "{revision} {id}");
        if revision == MODERN {
            assert_eq!(list.body["result"]["cacheScope"], "private");
        }
        for (tool, fate) in TOOLS.iter().zip(fates) {
            let answer = client.call(tool, arguments(tool)).await;
            let what = format!("{revision} conceal={conceal} {id} {tool}: {}", answer.body);
            match fate {
                Fate::Done => assert_eq!(answer.body["result"]["isError"], false, "{what}"),
                Fate::Hidden if conceal => assert_unknown(&client, &answer, tool, &what).await,
                Fate::Row if revision != MODERN => {
                    // The answer streams already: the tool's error has to say it.
                    let error = &answer.body["result"]["_meta"]["mcp-runtime/error"];
                    assert_eq!(answer.body["result"]["isError"], true, "{what}");
                    assert_eq!(error["code"], "insufficient_scope", "{what}");
                    assert_eq!(error["details"]["missing"], json!(missing(id, tool, *fate)));
                }
                Fate::Hidden | Fate::Row => {
                    assert_denied(&answer, &missing(id, tool, *fate), &what);
                }
            }
        }
    }
}

pub(super) fn listed(tools: &Value) -> Vec<String> {
    let tools = tools.as_array().unwrap().iter();
    tools.map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
}

/// The tools that a caller may call with some arguments: exactly those it is shown.
pub(super) fn shown(fates: [Fate; 5]) -> Vec<String> {
    let shown = TOOLS.iter().zip(fates).filter(|(_, fate)| *fate != Fate::Hidden);
    shown.map(|(tool, _)| (*tool).to_owned()).collect()
}

fn assert_denied(answer: &Answer, missing: &[&str], what: &str) {
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{what}");
    assert_eq!(answer.challenge("error"), Some("insufficient_scope"), "{what}");
    let named = answer.challenge("scope").unwrap();
    for scope in missing {
        assert!(named.split(' ').any(|one| one == *scope), "{named}: {what}");
    }
    let error = &answer.body["error"];
    assert_eq!((&answer.body["id"], &error["code"]), (&json!(7), &json!(403)), "{what}");
    assert_eq!(error["data"]["code"], "insufficient_scope", "{what}");
    assert_eq!(error["data"]["details"]["missing"], json!(missing), "{what}");
    assert_eq!(error["data"]["effect"], "none", "{what}");
}

/// A hidden tool is answered, header by header, as one that doesn't exist.
async fn assert_unknown(client: &Client, answer: &Answer, tool: &str, what: &str) {
    let nowhere = client.call("nowhere", arguments(tool)).await;
    assert_eq!(answer.status, nowhere.status, "{what}");
    assert_eq!(answer.body, nowhere.body, "{what}");
    assert_eq!(answer.headers, nowhere.headers, "{what}");
    assert_eq!(answer.body["error"]["code"], -32602, "{what}");
}

#[tokio::test]
async fn over_http_in_the_newest_revision() {
    over_http(MODERN, false).await;
    over_http(MODERN, true).await;
}

#[tokio::test]
async fn over_http_in_older_revisions() {
    for revision in LEGACY {
        over_http(revision, false).await;
        over_http(revision, true).await;
    }
}

fn app() -> App {
    let directory = tempfile::tempdir().unwrap();
    let (file, _) = keys(&directory);
    server(&file).build().unwrap()
}

#[tokio::test]
async fn in_process() {
    let app = app();
    for (id, scopes, fates) in TABLE {
        let caller = match *scopes {
            ["*"] => Caller::local(),
            scopes => scopes
                .iter()
                .fold(Caller::new(*id), |caller, scope| caller.with_scope(scope).unwrap()),
        };
        let visible: Vec<_> = app.tools_for(&caller).map(|tool| tool.name().to_owned()).collect();
        assert_eq!(visible, shown(*fates), "{id}");
        for (tool, fate) in TOOLS.iter().zip(fates) {
            let call = app.call_as(caller.clone(), tool, arguments(tool), Map::new());
            match (fate, call.await) {
                (Fate::Done, Ok(_)) => {}
                (Fate::Hidden | Fate::Row, Err(error)) => {
                    assert_eq!(error.code(), &Code::InsufficientScope);
                    let details = &error.to_json()["details"]["missing"];
                    assert_eq!(*details, json!(missing(id, tool, *fate)), "{id} {tool}");
                }
                (fate, outcome) => panic!("{id} {tool} {fate:?}: {outcome:?}"),
            }
        }
    }
}

#[tokio::test]
async fn without_a_credential_a_call_in_process_is_unauthenticated() {
    let call = app().call_as(Caller::anonymous(), "plain", json!({}), Map::new()).await;
    assert_eq!(call.as_ref().map_err(ToolError::code).unwrap_err(), &Code::Unauthenticated);
}
