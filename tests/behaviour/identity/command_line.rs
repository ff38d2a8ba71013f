//! Keys that an operator makes while a server runs.

use std::process::{Output, Stdio};

use axum::http::StatusCode;
use serde_json::json;
use tokio::process::Command;
use tokio::time::timeout;

use super::client::{Client, MODERN};
use super::server;
use crate::support::PATIENCE;

async fn fixture(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_identity-fixture"));
    command.args(arguments).kill_on_drop(true).current_dir(env!("CARGO_TARGET_TMPDIR"));
    command.env("MCP_RUNTIME_STORE", "memory");
    let ended = command.stdin(Stdio::null()).output();
    timeout(PATIENCE, ended).await.unwrap().unwrap()
}

async fn key(id: &str, file: &str) -> String {
    let scope = "read:invoices.where(customer_id = 17)";
    let made = ["key", "new", "--id", id, "--principal", "anna", "--scope", scope, "--file", file];
    let output = fixture(&made).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[tokio::test]
async fn a_key_opens_what_it_was_made_for_until_it_is_taken_out() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keys.toml");
    let file = path.to_str().unwrap();
    let first = key("first", file).await;
    let router = server(&path).router().unwrap();
    let Ok(anna) = Client::connect(&router, MODERN, Some(&first)).await else { unreachable!() };
    let own = anna.call("bound", json!({ "customer": 17 })).await;
    assert_eq!(own.body["result"]["content"][0]["text"], "rows of 17");
    assert_eq!(anna.call("bound", json!({ "customer": 18 })).await.status, StatusCode::FORBIDDEN);

    let kept = std::fs::read_to_string(&path).unwrap();
    let secret = first.strip_prefix("mcp_first_").unwrap();
    assert!(!kept.contains(secret), "the key itself isn't kept");
    let _second = key("second", file).await;
    let both = std::fs::read_to_string(&path).unwrap();
    assert!(both.starts_with(&kept), "what was there stays as it was");

    std::fs::write(&path, &both[kept.len()..]).unwrap();
    let revoked = async {
        while anna.list().await.status != StatusCode::UNAUTHORIZED {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, revoked).await.expect("the first key still works");
}

#[tokio::test]
async fn an_id_is_taken_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keys.toml");
    let file = path.to_str().unwrap();
    key("anna", file).await;
    let before = std::fs::read(&path).unwrap();
    let again = fixture(&["key", "new", "--id", "anna", "--principal", "x", "--file", file]).await;
    assert!(!again.status.success());
    assert!(String::from_utf8_lossy(&again.stderr).contains("anna"));
    assert_eq!(std::fs::read(&path).unwrap(), before);

    let nobody = ["key", "new", "--id", "x", "--principal", "anonymous", "--file", file];
    let refused = fixture(&nobody).await;
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("without a credential"));
}
