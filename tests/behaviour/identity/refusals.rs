//! What a request without a credential that counts is told.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use mcp_runtime::{ApiKeys, Decision, Server, tools};
use serde_json::{Value, json};

use super::client::{Answer, Client, LEGACY, MODERN, answer};
use super::server;
use super::tools::{open, plain};
use crate::support::{Log, call_message, post};

struct Fixture {
    _directory: tempfile::TempDir,
    file: std::path::PathBuf,
    key: String,
}

fn fixture() -> Fixture {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("keys.toml");
    let scopes: &[&str] = &["read:invoices"];
    let mut made = ApiKeys::create_file(&file, &[("anna", "customer:17", scopes)]).unwrap();
    Fixture { _directory: directory, file, key: made.remove(0).1 }
}

fn assert_unauthenticated(answer: &Answer, what: &str) {
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{what}");
    assert_eq!(answer.challenge("realm"), Some("identity"), "{what}");
    let error = &answer.body["error"];
    assert_eq!(error["code"], 401, "{what}");
    assert_eq!(error["data"]["code"], "unauthenticated", "{what}");
    assert_eq!(answer.body["id"], 7, "{what}");
}

#[tokio::test]
async fn without_a_credential_nothing_is_served() {
    let fixture = fixture();
    let router = server(&fixture.file).router().unwrap();
    for revision in LEGACY {
        let Err(refused) = Client::connect(&router, revision, None).await else {
            panic!("{revision}: a session without a credential");
        };
        assert_unauthenticated(&refused, revision);
        assert_eq!(refused.challenge("error"), None, "there was no error to name");
    }
    let Ok(client) = Client::connect(&router, MODERN, None).await else { unreachable!() };
    assert_unauthenticated(&client.list().await, "list");
    let refused = client.call("both", json!({})).await;
    assert_unauthenticated(&refused, "call");
    assert_eq!(refused.challenge("scope"), Some("read:invoices write:payments"));
    assert_unauthenticated(&client.call("nowhere", json!({})).await, "unknown tool");
}

#[tokio::test]
async fn a_concealed_tools_scopes_are_not_told_at_the_door() {
    let fixture = fixture();
    let router = server(&fixture.file).conceal().router().unwrap();
    let Ok(client) = Client::connect(&router, MODERN, None).await else { unreachable!() };
    let hidden = client.call("both", json!({})).await;
    let nowhere = client.call("nowhere", json!({})).await;
    assert_eq!((hidden.body, hidden.headers), (nowhere.body, nowhere.headers));
}

/// Who pays may, by region.
#[mcp_runtime::tool(scope = "write:payments")]
async fn regional(#[arg(header = "Region")] region: String) -> String {
    region
}

#[tokio::test]
async fn a_concealed_tools_headers_are_not_looked_at() {
    let fixture = fixture();
    let tools = tools![open, regional];
    let server = Server::new("t", "0").tools(tools).api_keys(&fixture.file).conceal();
    let router = server.router().unwrap();
    let mut answers = Vec::new();
    for name in ["regional", "nowhere"] {
        let message = call_message(name, &json!({ "region": "north" }));
        let mut request = post(name, message.to_string());
        let credential = format!("Bearer {}", fixture.key);
        request.headers_mut().insert("authorization", credential.parse().unwrap());
        request.headers_mut().insert("mcp-param-region", "south".parse().unwrap());
        let refused = answer(&router, request).await;
        assert_eq!(refused.body["error"]["code"], -32602, "{name}: {}", refused.body);
        answers.push((refused.status, refused.body, refused.headers));
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn credentials_that_do_not_count() {
    let fixture = fixture();
    let router = server(&fixture.file).router().unwrap();
    let wrong_secret = format!("{}x", &fixture.key[..fixture.key.len() - 1]);
    for credential in ["open-sesame", "mcp_anna_", "mcp_anna_short", wrong_secret.as_str(), "a.b.c"]
    {
        let Ok(client) = Client::connect(&router, MODERN, Some(credential)).await else {
            unreachable!()
        };
        let refused = client.call("plain", json!({})).await;
        assert_unauthenticated(&refused, credential);
        assert_eq!(refused.challenge("error"), Some("invalid_token"), "{credential}");
        assert_eq!(refused.challenge("scope"), Some("read:invoices"), "{credential}");
        assert!(!refused.body.to_string().contains(credential), "credentials aren't echoed");
    }
}

type Change = Box<dyn Fn(&mut Request<Body>)>;

#[tokio::test]
async fn requests_that_are_not_clear_about_their_credential() {
    let fixture = fixture();
    let router = server(&fixture.file).router().unwrap();
    let Ok(client) = Client::connect(&router, MODERN, Some(&fixture.key)).await else {
        unreachable!()
    };
    let message = json!({
        "jsonrpc": "2.0", "id": 7, "method": "tools/call",
        "params": { "name": "plain", "arguments": {}, "_meta": {
            "io.modelcontextprotocol/protocolVersion": MODERN,
            "io.modelcontextprotocol/clientCapabilities": {},
        } },
    });
    let key = &fixture.key;
    let cases: [(&str, Change); 4] = [
        ("two headers", {
            let value = format!("Bearer {key}");
            Box::new(move |request| {
                request.headers_mut().append("authorization", value.parse().unwrap());
            })
        }),
        ("two ways", {
            let value = key.clone();
            Box::new(move |request| {
                request.headers_mut().insert("x-api-key", value.parse().unwrap());
            })
        }),
        ("a query", {
            let uri = format!("/mcp?access_token={key}");
            Box::new(move |request| *request.uri_mut() = uri.parse().unwrap())
        }),
        (
            "oversized",
            Box::new(|request| {
                let value = format!("Bearer {}", "x".repeat(20_000));
                request.headers_mut().insert("authorization", value.parse().unwrap());
            }),
        ),
    ];
    for (what, change) in cases {
        let mut request = client.post(&message);
        change(&mut request);
        let refused = answer(&router, request).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{what}");
        assert_eq!(refused.challenge("error"), Some("invalid_request"), "{what}");
        assert_eq!(refused.body["error"]["code"], 400, "{what}");
        assert!(!refused.body.to_string().contains(key.as_str()), "{what}");
    }
    assert_eq!(answer(&router, client.post(&message)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_api_key_may_come_in_its_own_header() {
    let fixture = fixture();
    let router = server(&fixture.file).router().unwrap();
    let Ok(client) = Client::connect(&router, MODERN, None).await else { unreachable!() };
    let message = json!({
        "jsonrpc": "2.0", "id": 7, "method": "tools/list",
        "params": { "_meta": {
            "io.modelcontextprotocol/protocolVersion": MODERN,
            "io.modelcontextprotocol/clientCapabilities": {},
        } },
    });
    let mut request = client.post(&message);
    request.headers_mut().insert("x-api-key", fixture.key.parse().unwrap());
    assert_eq!(answer(&router, request).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_flood_of_bad_credentials_is_told_to_wait() {
    let fixture = fixture();
    let router = server(&fixture.file).router().unwrap();
    let Ok(bad) = Client::connect(&router, MODERN, Some("bad")).await else { unreachable!() };
    let mut seen = Vec::new();
    for _ in 0..40 {
        let refused = bad.list().await;
        // Behind the same address there may be one whose token has just ended.
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
        assert_eq!(refused.challenge("error"), Some("invalid_token"));
        seen.push(refused.headers.contains_key("retry-after"));
    }
    assert_eq!((seen[0], seen[39]), (false, true));
    // A good one is never held up by bad ones.
    let Ok(good) = Client::connect(&router, MODERN, Some(&fixture.key)).await else {
        unreachable!()
    };
    assert_eq!(good.list().await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_flood_of_one_peer_is_nobody_elses() {
    let fixture = fixture();
    let router = server(&fixture.file).router().unwrap();
    let Ok(bad) = Client::connect(&router, MODERN, Some("bad")).await else { unreachable!() };
    let from = |address: &str| {
        let mut request = bad.post(&call_message("plain", &json!({})));
        let peer = std::net::SocketAddr::new(address.parse().unwrap(), 1);
        request.extensions_mut().insert(axum::extract::ConnectInfo(peer));
        request
    };
    for _ in 0..40 {
        answer(&router, from("::ffff:192.0.2.1")).await;
    }
    for (peer, waits) in [
        ("192.0.2.1", true),
        ("192.0.2.2", false),
        ("::ffff:192.0.2.3", false),
        ("2001:db8::1", false),
    ] {
        let refused = answer(&router, from(peer)).await;
        assert_eq!(refused.headers.contains_key("retry-after"), waits, "{peer}");
    }
}

#[tokio::test]
async fn the_body_of_a_refused_request_is_not_waited_for_beyond_its_bound() {
    let fixture = fixture();
    let router = server(&fixture.file).router().unwrap();
    let body = format!("{{\"id\":7,\"x\":\"{}\"}}", "x".repeat(100 << 10));
    let request = Request::post("/mcp").header("host", "localhost").body(Body::from(body)).unwrap();
    let refused = answer(&router, request).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert_eq!(refused.body["id"], Value::Null);
}

#[tokio::test]
async fn tools_must_say_who_may_call_them_once_callers_are_told_apart() {
    /// Says nothing.
    #[mcp_runtime::tool(read_only)]
    async fn silent() {}
    /// Says nothing either.
    #[mcp_runtime::tool]
    async fn mute() {}

    let fixture = fixture();
    let tools = tools![open, plain, silent, mute];
    let error = Server::new("t", "1").tools(tools).api_keys(&fixture.file).build().unwrap_err();
    let text = error.to_string();
    assert!(text.contains("`silent`") && text.contains("`mute`"), "{text}");
    assert!(text.contains("public") && !text.contains("`plain`"), "{text}");
    let open = Server::new("t", "1").tools(tools![silent, mute]).build();
    assert!(open.is_ok(), "without authentication nobody is told apart");
}

/// Tell what the request's headers say about who calls.
#[mcp_runtime::tool(read_only, public)]
async fn snoop(raw: mcp_runtime::raw::RawContext) -> Vec<String> {
    let parts = raw.extensions().get::<axum::http::request::Parts>().unwrap();
    let told =
        ["authorization", "x-api-key"].into_iter().filter(|name| parts.headers.contains_key(*name));
    told.map(str::to_owned).collect()
}

#[tokio::test]
async fn a_credential_goes_no_further_than_the_door() {
    let fixture = fixture();
    let router =
        Server::new("t", "0").tools(tools![snoop]).api_keys(&fixture.file).router().unwrap();
    let credential = format!("Bearer {}", fixture.key);
    for (header, value) in [("authorization", &credential), ("x-api-key", &fixture.key)] {
        let mut request = post("snoop", call_message("snoop", &json!({})).to_string());
        request.headers_mut().insert(header, value.parse().unwrap());
        let seen = answer(&router, request).await;
        assert_eq!(seen.body["result"]["structuredContent"]["result"], json!([]), "{}", seen.body);
    }
}

#[tokio::test]
async fn what_a_header_names_decides_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("keys.toml");
    let keys = ApiKeys::create_file(&file, &[("anna", "anna", &[])]).unwrap();
    let router = server(&file).router().unwrap();
    for revision in [MODERN, LEGACY[0], LEGACY[1]] {
        let Ok(anna) = Client::connect(&router, revision, Some(&keys[0].1)).await else {
            panic!("no session");
        };
        let mut message = call_message("plain", &json!({}));
        if revision != MODERN {
            message["params"].as_object_mut().unwrap().remove("_meta");
        }
        let mut request = anna.post(&message);
        request.headers_mut().insert("mcp-name", "open".parse().unwrap());
        let refused = answer(&router, request).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{revision}: {}", refused.body);

        message["params"]["name"] = "open".into();
        let mut request = anna.post(&message);
        request.headers_mut().insert("mcp-name", "plain".parse().unwrap());
        let mismatched = answer(&router, request).await;
        if revision == MODERN {
            assert_eq!(mismatched.status, StatusCode::BAD_REQUEST);
            assert_eq!(mismatched.body["error"]["code"], -32020, "{}", mismatched.body);
        } else {
            assert_ne!(mismatched.status, StatusCode::FORBIDDEN, "{}", mismatched.body);
        }
    }
}

#[tokio::test]
async fn a_call_that_is_refused_at_the_door_is_logged_and_counted() {
    let log = Log::default();
    let writer = log.clone();
    let lines = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone());
    let _logging = tracing::subscriber::set_default(lines.finish());
    let fixture = fixture();
    let server = server(&fixture.file);
    let stats = server.stats();
    let router = server.router().unwrap();
    let Ok(client) = Client::connect(&router, MODERN, Some(&fixture.key)).await else {
        unreachable!()
    };
    assert_eq!(client.call("both", json!({})).await.status, StatusCode::FORBIDDEN);
    assert_eq!(stats.get("both", Decision::Denied), 1);
    let lines = log.text();
    let told = r#"refused a call tool="both" caller="customer:17" outcome="insufficient_scope""#;
    assert_eq!(lines.matches(told).count(), 1, "{lines}");
    assert_eq!(lines.matches("outcome=").count(), 1, "{lines}");
}
