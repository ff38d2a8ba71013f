//! Access tokens on the wire: real signatures, a real key set over HTTP, and forgeries.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::http::{Request, StatusCode};
use axum::routing::get;
use mcp_runtime::{Clock, OAuth, Server};
use serde_json::{Value, json};

use super::client::{Answer, Client, LEGACY, MODERN, answer};
use super::issuer::{Issuer, encode, message};
use super::tools::tools;
use crate::support::listen;

const ISSUER: &str = "https://login.example.com";
const RESOURCE: &str = "https://tools.example.com/x/mcp";
const NOW: u64 = 1_800_000_000;

struct Fixture {
    issuer: Issuer,
    clock: Clock,
    router: Router,
    fetched: Arc<AtomicUsize>,
}

/// A server whose issuer publishes its keys on this machine.
async fn fixture() -> Fixture {
    let issuer = Issuer::new("2026");
    let fetched = Arc::new(AtomicUsize::new(0));
    let (document, count) = (issuer.key_set().to_string(), Arc::clone(&fetched));
    let keys = Router::new().route(
        "/jwks.json",
        get(move || {
            count.fetch_add(1, Ordering::Relaxed);
            std::future::ready(document.clone())
        }),
    );
    let address = listen(keys).await;
    let clock = Clock::starting_at(SystemTime::UNIX_EPOCH + Duration::from_secs(NOW));
    let oauth = OAuth::new(ISSUER, RESOURCE).jwks(format!("http://{address}/jwks.json"));
    let server = Server::new("identity", "1").tools(tools()).clock(clock.clone());
    let router = server.oauth(oauth).router().unwrap();
    Fixture { issuer, clock, router, fetched }
}

fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": RESOURCE, "sub": "anna", "exp": NOW + 3600,
        "scope": "openid read:invoices.where(customer_id=17)",
    })
}

fn with(name: &str, value: impl Into<Value>) -> Value {
    let mut claims = claims();
    claims[name] = value.into();
    claims
}

impl Fixture {
    async fn call(&self, token: &str, tool: &str, arguments: Value) -> Answer {
        let client = Client::connect(&self.router, MODERN, Some(token)).await;
        let Ok(client) = client else { unreachable!("the newest revision has no session") };
        client.call(tool, arguments).await
    }
}

#[tokio::test]
async fn a_token_opens_what_its_scopes_say() {
    let fixture = fixture().await;
    let token = fixture.issuer.token(&claims());
    let own = fixture.call(&token, "bound", json!({ "customer": 17 })).await;
    assert_eq!(own.body["result"]["content"][0]["text"], "rows of 17");
    let filtered = fixture.call(&token, "filtered", json!({})).await;
    assert_eq!(filtered.body["result"]["content"][0]["text"], "rows of 17");

    let other = fixture.call(&token, "bound", json!({ "customer": 18 })).await;
    assert_eq!(other.status, StatusCode::FORBIDDEN);
    assert_eq!(other.challenge("scope"), Some("read:invoices.where(customer_id=18)"));
    let both = fixture.call(&token, "both", json!({})).await;
    assert_eq!(both.challenge("scope"), Some("read:invoices write:payments"));
    assert_eq!(both.challenge("error"), Some("insufficient_scope"));
    assert_eq!(fixture.fetched.load(Ordering::Relaxed), 1, "keys are kept");
}

#[tokio::test]
async fn older_revisions_take_tokens_too() {
    let fixture = fixture().await;
    let token = fixture.issuer.token(&claims());
    for revision in LEGACY {
        let client = Client::connect(&fixture.router, revision, Some(&token)).await;
        let Ok(client) = client else { panic!("no session") };
        let own = client.call("bound", json!({ "customer": 17 })).await;
        assert_eq!(own.body["result"]["isError"], false, "{}", own.body);
        // A token that is renewed goes on in the same session; another person's doesn't.
        let renewed = client.disguised(&fixture.issuer.token(&with("exp", NOW + 7200)));
        assert_eq!(renewed.list().await.status, StatusCode::OK);
        let eve = client.disguised(&fixture.issuer.token(&with("sub", "eve")));
        assert_eq!(eve.list().await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_challenge_leads_to_the_metadata() {
    let fixture = fixture().await;
    let Ok(nobody) = Client::connect(&fixture.router, MODERN, None).await else { unreachable!() };
    let refused = nobody.list().await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    let path = "/.well-known/oauth-protected-resource/x/mcp";
    let url = format!("https://tools.example.com{path}");
    assert_eq!(refused.challenge("resource_metadata"), Some(url.as_str()));

    for path in [path, "/.well-known/oauth-protected-resource"] {
        let request = Request::get(path).body(axum::body::Body::empty()).unwrap();
        let metadata = answer(&fixture.router, request).await;
        assert_eq!(metadata.status, StatusCode::OK);
        assert_eq!(
            metadata.body,
            json!({
                "resource": RESOURCE,
                "authorization_servers": [ISSUER],
                "scopes_supported": ["read:invoices", "write:payments"],
                "bearer_methods_supported": ["header"],
                "resource_name": "identity",
            })
        );
    }
}

#[tokio::test]
async fn a_client_is_told_what_to_begin_with() {
    let nowhere = "http://127.0.0.1:9/jwks.json";
    let oauth = OAuth::new(ISSUER, RESOURCE).jwks(nowhere).first_scope("read:invoices");
    let router = Server::new("identity", "1").tools(tools()).oauth(oauth).router().unwrap();
    let Ok(nobody) = Client::connect(&router, MODERN, None).await else { unreachable!() };
    assert_eq!(nobody.list().await.challenge("scope"), Some("read:invoices"));
    let call = nobody.call("both", json!({})).await;
    assert_eq!(call.challenge("scope"), Some("read:invoices write:payments"), "what it needs");

    let oauth = OAuth::new(ISSUER, RESOURCE).jwks(nowhere).first_scope("read:invoice");
    let error = Server::new("identity", "1").tools(tools()).oauth(oauth).build().unwrap_err();
    let told = "`auth.first_scopes`: no tool here asks for `read:invoice`; did you mean";
    assert!(error.to_string().contains(told), "{error}");
}

#[tokio::test]
async fn another_scheme_is_asked_for_a_token() {
    let fixture = fixture().await;
    let Ok(nobody) = Client::connect(&fixture.router, MODERN, None).await else { unreachable!() };
    let message = json!({ "jsonrpc": "2.0", "id": 7, "method": "tools/list" });
    let mut request = nobody.post(&message);
    request.headers_mut().insert("authorization", "Basic YTpi".parse().unwrap());
    let refused = answer(&fixture.router, request).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert_eq!(refused.challenge("error"), None);
    assert!(refused.challenge("resource_metadata").is_some());
}

#[tokio::test]
async fn forged_and_borrowed_tokens() {
    let fixture = fixture().await;
    let stranger = Issuer::new("2026");
    let header = |name: &str, value: Value| {
        let mut header = fixture.issuer.header();
        header[name] = value;
        header
    };
    let good = fixture.issuer.token(&claims());
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let raised = message(&fixture.issuer.header(), &with("scope", "admin:invoices"));
    let public = fixture.issuer.key_set()["keys"][0]["x"].as_str().unwrap().to_owned();
    let forged = [
        ("alg=none", format!("{}.", message(&header("alg", "none".into()), &claims()))),
        ("alg=none, signed", fixture.issuer.sign(&header("alg", "none".into()), &claims())),
        ("HS256 by the public key", {
            let message = message(&header("alg", "HS256".into()), &claims());
            let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, public.as_bytes());
            let tag = aws_lc_rs::hmac::sign(&key, message.as_bytes());
            format!("{message}.{}", encode(tag))
        }),
        ("another algorithm", fixture.issuer.sign(&header("alg", "ES256".into()), &claims())),
        ("an extension", fixture.issuer.sign(&header("crit", json!(["exp"])), &claims())),
        ("an ID token", fixture.issuer.sign(&header("typ", "id+jwt".into()), &claims())),
        ("a key that isn't there", fixture.issuer.sign(&header("kid", "2027".into()), &claims())),
        ("a key of its own", {
            let mut header = stranger.header();
            header["jwk"] = stranger.key_set()["keys"][0].clone();
            stranger.sign(&header, &claims())
        }),
        ("another signer", stranger.token(&claims())),
        ("raised scopes", format!("{raised}.{signature}")),
        ("no signature", format!("{signed}.")),
        ("half a signature", format!("{signed}.{}", &signature[..40])),
        ("another audience", fixture.issuer.token(&with("aud", "https://other.example.com"))),
        ("no audience", fixture.issuer.token(&with("aud", Value::Null))),
        ("another issuer", fixture.issuer.token(&with("iss", "https://evil.example.com"))),
        ("expired", fixture.issuer.token(&with("exp", NOW - 61))),
        ("without an end", fixture.issuer.token(&with("exp", Value::Null))),
        ("not yet valid", fixture.issuer.token(&with("nbf", NOW + 61))),
        ("from the future", fixture.issuer.token(&with("iat", NOW + 61))),
        ("nobody's", fixture.issuer.token(&with("sub", Value::Null))),
    ];
    for (what, token) in forged {
        let refused = fixture.call(&token, "bound", json!({ "customer": 17 })).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{what}");
        assert_eq!(refused.challenge("error"), Some("invalid_token"), "{what}");
        assert_eq!(refused.body["error"]["data"]["code"], "unauthenticated", "{what}");
        assert!(!refused.body.to_string().contains(&token), "{what}");
    }
    // It was the forgery and not the fixture.
    assert_eq!(fixture.call(&good, "open", json!({})).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_token_ends_on_the_servers_clock() {
    let fixture = fixture().await;
    let token = fixture.issuer.token(&claims());
    assert_eq!(fixture.call(&token, "open", json!({})).await.status, StatusCode::OK);
    fixture.clock.forward(Duration::from_secs(3600 + 61));
    let late = fixture.call(&token, "open", json!({})).await;
    assert_eq!(late.status, StatusCode::UNAUTHORIZED);
    assert_eq!(late.challenge("error_description"), Some("the token has expired"));
    fixture.clock.back(Duration::from_hours(1));
    assert_eq!(fixture.call(&token, "open", json!({})).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_flood_of_unknown_keys_reaches_the_issuer_once() {
    let fixture = fixture().await;
    for n in 0..200 {
        let mut header = fixture.issuer.header();
        header["kid"] = format!("unknown-{n}").into();
        let token = fixture.issuer.sign(&header, &claims());
        let refused = fixture.call(&token, "open", json!({})).await.status;
        assert_eq!(refused, StatusCode::UNAUTHORIZED);
    }
    assert!(fixture.fetched.load(Ordering::Relaxed) <= 2, "the keys, and once more for a new one");
    let good = fixture.issuer.token(&claims());
    assert_eq!(fixture.call(&good, "open", json!({})).await.status, StatusCode::OK);
}

#[tokio::test]
async fn keys_that_cannot_be_had_are_no_refusal() {
    let nowhere = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let oauth = OAuth::new(ISSUER, RESOURCE).jwks(format!("http://{nowhere}/jwks.json"));
    let router = Server::new("identity", "1").tools(tools()).oauth(oauth).router().unwrap();
    let token = Issuer::new("2026").token(&claims());
    let Ok(client) = Client::connect(&router, MODERN, Some(&token)).await else { unreachable!() };
    let refused = client.list().await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(refused.headers.contains_key("retry-after"));
    assert_eq!(refused.body["error"]["data"]["code"], "overloaded");
    assert!(!refused.body.to_string().contains("127.0.0.1"));
}
