//! The same over real HTTP: what goes over the wire, and what a bad answer does. No paused time.

use tokio::time::Instant;

use super::super::fetch::body;
use super::server::{Answer, Server};
use super::*;
use crate::auth::{Auth, AuthSettings, OAuthSettings, Secret};
use crate::clock::Clock;

fn settings() -> OAuthSettings {
    OAuthSettings {
        issuer: Some(ISSUER.into()),
        resource: Some(RESOURCE.into()),
        ..OAuthSettings::default()
    }
}

fn auth(oauth: OAuthSettings) -> Auth {
    let clock = Clock::starting_at(std::time::UNIX_EPOCH + Duration::from_secs(NOW));
    Auth::build(&AuthSettings { oauth, ..AuthSettings::default() }, &clock).unwrap().unwrap()
}

fn by_keys(server: &Server) -> Auth {
    auth(OAuthSettings { jwks: Some(server.url("/jwks.json")), ..settings() })
}

fn by_asking(server: &Server) -> Auth {
    auth(OAuthSettings {
        introspection: Some(server.url("/introspect")),
        client_id: Some("the client".into()),
        client_secret: Some(Secret::new("p:ss/wörd")),
        ..settings()
    })
}

#[tokio::test]
async fn tokens_are_checked_by_keys_from_a_server_that_rotates_them() {
    let server = Server::start(Answer::ok(jwks(&[&SIGNERS.ed]))).await;
    let auth = Arc::new(by_keys(&server));
    assert!(server.requests().is_empty(), "a server starts although its issuer is away");
    let token = SIGNERS.ed.token(&claims());
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let (auth, token) = (Arc::clone(&auth), token.clone());
            tokio::spawn(async move { auth.authenticate(&token).await })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap().unwrap().principal(), "https://id.example|anna");
    }
    assert_eq!(server.requests().len(), 1);
    let new = edwards("new");
    server.now_answer(Answer::ok(jwks(&[&SIGNERS.ed, &new])));
    assert!(auth.authenticate(&new.token(&claims())).await.is_ok());
    assert!(auth.authenticate(&edwards("made-up").token(&claims())).await.is_err());
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn what_is_no_set_of_keys_makes_nobody_valid_or_invalid() {
    let elsewhere = Server::start(Answer::ok(jwks(&[&SIGNERS.ed]))).await;
    let token = SIGNERS.ed.token(&claims());
    for answer in [
        Answer::Status(500, jwks(&[&SIGNERS.ed])),
        Answer::Status(404, Vec::new()),
        Answer::Status(201, jwks(&[&SIGNERS.ed])),
        Answer::ok("<html>"),
        Answer::ok(vec![b' '; (1 << 20) + 1]),
        Answer::Endless,
        Answer::Redirect(elsewhere.url("/landing")),
        Answer::Redirect("https://evil.example/landing".into()),
        Answer::Redirect("/again".into()),
    ] {
        let server = Server::start(answer).await;
        let answer = by_keys(&server).authenticate(&token).await;
        assert!(is_unavailable(&answer), "{answer:?}");
        assert!(server.requests().len() <= 4, "{}", server.requests().len());
    }
    assert!(elsewhere.requests().is_empty());
    let server = Server::start(Answer::Redirect("/landing".into())).await;
    assert!(by_keys(&server).authenticate(&token).await.is_ok(), "within its own place");
}

#[tokio::test]
async fn a_server_that_hangs_or_is_not_there_is_unavailable() {
    let server = Server::start(Answer::Hang).await;
    let (keys, asked) = (by_keys(&server), by_asking(&server));
    let (token, before) = (SIGNERS.ed.token(&claims()), Instant::now());
    let (one, other) = tokio::join!(keys.authenticate(&token), asked.authenticate("opaque"));
    assert!(is_unavailable(&one) && is_unavailable(&other), "{one:?} {other:?}");
    assert!((4..8).contains(&before.elapsed().as_secs()), "{:?}", before.elapsed());
    let (keys, asked) = (by_keys(&server), by_asking(&server));
    drop(server);
    let (one, other) = tokio::join!(keys.authenticate(&token), asked.authenticate("opaque"));
    assert!(is_unavailable(&one) && is_unavailable(&other), "{one:?} {other:?}");
}

#[tokio::test]
async fn the_introspection_endpoint_is_asked_as_the_rfc_says() {
    let mut answer = claims();
    answer["active"] = true.into();
    let server = Server::start(Answer::ok(answer.to_string())).await;
    let auth = by_asking(&server);
    let caller = auth.authenticate("opaque+/=~&token=x").await.unwrap();
    assert_eq!(caller.principal(), "https://id.example|anna");
    let requests = server.requests();
    let [request] = requests.as_slice() else { panic!("{requests:?}") };
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /introspect HTTP/1.1\r\n"), "{head}");
    let head = head.to_ascii_lowercase();
    assert!(head.contains("content-type: application/x-www-form-urlencoded"), "{head}");
    assert!(head.contains("accept: application/json"), "{head}");
    assert_eq!(body, "token=opaque%2B%2F%3D~%26token%3Dx&token_type_hint=access_token");
    let basic = base64::engine::general_purpose::STANDARD.encode("the%20client:p%3Ass%2Fw%C3%B6rd");
    assert!(request.contains(&basic), "{request}");
    // A JWT is asked about as well where no keys are set, an API key never.
    assert!(auth.authenticate(&SIGNERS.ed.token(&claims())).await.is_ok());
    let key = format!("mcp_anna_{}", "A".repeat(43));
    assert!(detail(auth.authenticate(&key).await).contains("an API key"));
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_token_is_never_carried_elsewhere() {
    let elsewhere = Server::start(Answer::ok("{}")).await;
    for answer in [
        Answer::Redirect(elsewhere.url("/landing")),
        Answer::Redirect("/landing".into()),
        Answer::Status(401, Vec::new()),
        Answer::Status(503, Vec::new()),
        Answer::Endless,
    ] {
        let server = Server::start(answer).await;
        assert!(is_unavailable(&by_asking(&server).authenticate("opaque").await));
        assert_eq!(server.requests().len(), 1);
    }
    assert!(elsewhere.requests().is_empty());
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off_by_its_size() {
    let server = Server::start(Answer::Endless).await;
    let request = reqwest::Client::new().get(server.url("/"));
    let read = tokio::time::timeout(Duration::from_secs(20), body(request, 1_000)).await;
    assert_eq!(read.unwrap().unwrap_err(), "the answer is larger than 1000 bytes");
}

/// The form of a credential decides who checks it, and nobody else is asked after a refusal.
#[tokio::test]
async fn a_refused_credential_is_shown_to_nobody_else() {
    let mut answer = claims();
    answer["active"] = true.into();
    let asked = Server::start(Answer::ok(answer.to_string())).await;
    let keys = Server::start(Answer::ok(jwks(&[&SIGNERS.ed]))).await;
    let both = auth(OAuthSettings {
        jwks: Some(keys.url("/")),
        introspection: Some(asked.url("/")),
        client_id: Some("c".into()),
        client_secret: Some(Secret::new("s")),
        ..settings()
    });
    let expired = SIGNERS.ed.token(&claims_with(&json!({ "exp": 1 })));
    assert!(both.authenticate(&expired).await.is_err());
    let unsigned = format!("{}.{}.", encoded(r#"{"alg":"none"}"#), encoded(claims().to_string()));
    assert!(both.authenticate(&unsigned).await.is_err());
    let key = format!("mcp_anna_{}", "A".repeat(43));
    assert!(both.authenticate(&key).await.is_err());
    assert!(asked.requests().is_empty());
    assert!(both.authenticate("opaque").await.is_ok());
    assert!(both.authenticate("four.parts.of.text").await.is_ok());
    let resource = both.resource().unwrap();
    assert_eq!(resource.url, RESOURCE);
    assert_eq!(resource.authorization_servers, [ISSUER]);
    // Without introspection, there is nobody for what is no JWT.
    let alone = by_keys(&keys);
    assert!(detail(alone.authenticate("opaque").await).contains("not a JWT"));
}
