//! Web pages of other origins: what a browser lets them send, and read.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use mcp_runtime::{OAuth, Server};
use serde_json::json;

use super::client::{Answer, Client, MODERN, answer};
use super::tools::tools;

const PAGE: &str = "https://app.example.com";
const METADATA: &str = "/.well-known/oauth-protected-resource";

/// Its issuer isn't asked, since nobody shows a token.
fn router() -> Router {
    let oauth = OAuth::new("https://login.example.com", "https://tools.example.com/mcp")
        .jwks("http://127.0.0.1:9/jwks.json");
    Server::new("identity", "1").tools(tools()).allow_origin(PAGE).oauth(oauth).router().unwrap()
}

async fn preflight(path: &str, origin: &str, method: &str, headers: &str) -> Answer {
    let request = Request::options(path)
        .header("host", "localhost")
        .header("origin", origin)
        .header("access-control-request-method", method)
        .header("access-control-request-headers", headers);
    answer(&router(), request.body(Body::empty()).unwrap()).await
}

fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    answer.headers.get(name).map(|value| value.to_str().unwrap())
}

#[tokio::test]
async fn a_page_that_is_allowed_may_send_whatever_a_client_sends() {
    let names = "authorization,content-type,mcp-method,mcp-name,mcp-param-region";
    for method in ["POST", "GET", "DELETE"] {
        let asked = preflight("/mcp", PAGE, method, names).await;
        assert_eq!(asked.status, StatusCode::NO_CONTENT, "a browser shows no credential here");
        assert_eq!(header(&asked, "access-control-allow-origin"), Some(PAGE));
        assert!(header(&asked, "access-control-allow-methods").unwrap().contains(method));
        assert_eq!(header(&asked, "access-control-allow-headers"), Some(names));
        assert_eq!(header(&asked, "access-control-allow-credentials"), None);
        assert_eq!(header(&asked, "vary"), Some("Origin"));
    }
}

#[tokio::test]
async fn another_page_may_nothing() {
    let asked = preflight("/mcp", "https://evil.example.com", "POST", "authorization").await;
    assert_eq!(asked.status, StatusCode::FORBIDDEN);
    assert_eq!(header(&asked, "access-control-allow-origin"), None);
}

#[tokio::test]
async fn a_page_can_read_the_challenge() {
    let router = router();
    let Ok(client) = Client::connect(&router, MODERN, None).await else { unreachable!() };
    let message = json!({ "jsonrpc": "2.0", "id": 7, "method": "tools/list", "params": {} });
    let mut request = client.post(&message);
    request.headers_mut().insert("origin", PAGE.parse().unwrap());
    let refused = answer(&router, request).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert!(refused.challenge("resource_metadata").is_some());
    assert_eq!(header(&refused, "access-control-allow-origin"), Some(PAGE));
    let readable = header(&refused, "access-control-expose-headers").unwrap();
    for name in ["www-authenticate", "mcp-session-id", "retry-after"] {
        assert!(readable.contains(name), "{readable}");
    }
    // Other clients are told nothing of this.
    let refused = answer(&router, client.post(&message)).await;
    assert_eq!(header(&refused, "access-control-allow-origin"), None);
}

#[tokio::test]
async fn every_page_may_read_the_metadata() {
    for path in [METADATA.to_owned(), format!("{METADATA}/mcp")] {
        let asked = preflight(&path, "https://any.example", "GET", "mcp-protocol-version").await;
        assert_eq!(asked.status, StatusCode::NO_CONTENT);
        assert_eq!(header(&asked, "access-control-allow-origin"), Some("*"));
        assert_eq!(header(&asked, "access-control-allow-headers"), Some("*"));
    }
}
