//! Sessions of older revisions belong to the caller that opened them.

use axum::body::Body;
use axum::http::{HeaderValue, Request, StatusCode};
use mcp_runtime::ApiKeys;
use serde_json::json;

use super::client::{Client, LEGACY, answer, initialize};
use super::server;

#[tokio::test]
async fn a_session_serves_nobody_but_its_owner() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("keys.toml");
    let scopes: &[&str] = &["read:invoices"];
    let callers = [("anna", "anna", scopes), ("anna2", "anna", scopes), ("eve", "eve", scopes)];
    let keys = ApiKeys::create_file(&file, &callers).unwrap();
    let router = server(&file).router().unwrap();
    for revision in LEGACY {
        let Ok(anna) = Client::connect(&router, revision, Some(&keys[0].1)).await else {
            panic!("no session");
        };
        assert_eq!(anna.call("plain", json!({})).await.status, StatusCode::OK);
        // Another key of the same principal is the same caller.
        let renewed = anna.disguised(&keys[1].1);
        assert_eq!(renewed.call("plain", json!({})).await.status, StatusCode::OK);

        let eve = anna.disguised(&keys[2].1);
        let hijacked = eve.call("plain", json!({})).await;
        assert_eq!(hijacked.status, StatusCode::NOT_FOUND);
        let message = json!({ "jsonrpc": "2.0", "id": 7, "method": "tools/list" });
        for method in ["GET", "DELETE"] {
            let mut request = eve.post(&message);
            *request.method_mut() = method.parse().unwrap();
            *request.body_mut() = Body::empty();
            assert_eq!(answer(&router, request).await.status, StatusCode::NOT_FOUND, "{method}");
        }
        assert_eq!(anna.call("plain", json!({})).await.status, StatusCode::OK, "it lives on");

        // It looks as if there were no such session at all.
        let mut nowhere: Request<Body> = eve.post(&message);
        nowhere.headers_mut().insert("mcp-session-id", "nowhere".parse().unwrap());
        let nowhere = answer(&router, nowhere).await;
        let taken = answer(&router, eve.post(&message)).await;
        assert_eq!((taken.status, taken.body), (nowhere.status, nowhere.body));
    }
}

#[tokio::test]
async fn a_session_that_its_owner_ends_has_ended() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("keys.toml");
    let scopes: &[&str] = &["read:invoices"];
    let keys = ApiKeys::create_file(&file, &[("anna", "anna", scopes)]).unwrap();
    let router = server(&file).router().unwrap();
    for revision in LEGACY {
        let Ok(anna) = Client::connect(&router, revision, Some(&keys[0].1)).await else {
            panic!("no session");
        };
        let mut request = anna.post(&json!({}));
        *request.method_mut() = "DELETE".parse().unwrap();
        *request.body_mut() = Body::empty();
        // 202 would say that it is about to; the Python client warns of it.
        assert_eq!(answer(&router, request).await.status, StatusCode::NO_CONTENT);
        assert_eq!(anna.list().await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_session_has_an_owner_whatever_its_first_request_said_about_sessions() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("keys.toml");
    let keys = ApiKeys::create_file(&file, &[("anna", "anna", &[])]).unwrap();
    let router = server(&file).router().unwrap();
    let Ok(mut anna) = Client::connect(&router, LEGACY[0], Some(&keys[0].1)).await else {
        panic!("no session");
    };
    // No text, so it names no session, and the SDK opens one.
    let id = HeaderValue::from_bytes(b"\xff").unwrap();
    let mut odd = anna.post(&initialize(LEGACY[0]));
    odd.headers_mut().insert("mcp-session-id", id);
    let opened = answer(&router, odd).await;
    assert_eq!(opened.status, StatusCode::OK, "{}", opened.body);
    anna.session = Some(opened.headers["mcp-session-id"].to_str().unwrap().to_owned());
    let message = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    assert_eq!(anna.send(&message).await.status, StatusCode::ACCEPTED);
    assert_eq!(anna.list().await.status, StatusCode::OK);
}
