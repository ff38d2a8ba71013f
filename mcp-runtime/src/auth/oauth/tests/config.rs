//! Settings that don't go together, and everything said at once.

use super::*;
use crate::auth::oauth::{OAuth, Tokens};
use crate::auth::{OAuthSettings, Secret};
use crate::clock::Clock;

fn settings() -> OAuthSettings {
    OAuthSettings {
        issuer: Some(ISSUER.into()),
        resource: Some(RESOURCE.into()),
        jwks: Some("https://id.example/jwks.json".into()),
        ..OAuthSettings::default()
    }
}

fn asking() -> OAuthSettings {
    OAuthSettings {
        jwks: None,
        introspection: Some("https://id.example/introspect".into()),
        client_id: Some("c".into()),
        client_secret: Some(Secret::new("s")),
        ..settings()
    }
}

fn problems(settings: &OAuthSettings) -> Vec<String> {
    Tokens::build(settings, &Clock::system()).err().unwrap_or_default()
}

/// Asserts that there is one problem, which says something.
fn one(settings: &OAuthSettings, expected: &str) {
    let problems = problems(settings);
    assert_eq!(problems.len(), 1, "{expected}: {problems:?}");
    assert!(problems[0].contains(expected), "{expected}: {problems:?}");
}

#[test]
fn what_is_missing_is_named() {
    assert_eq!(problems(&settings()), Vec::<String>::new());
    assert_eq!(problems(&asking()), Vec::<String>::new());
    one(&OAuthSettings { issuer: None, ..settings() }, "`auth.issuer` is missing");
    one(&OAuthSettings { resource: None, ..settings() }, "`auth.resource` is missing");
    one(&OAuthSettings { jwks: None, ..settings() }, "set `auth.jwks`");
    one(&OAuthSettings { client_id: None, ..asking() }, "`auth.introspection` needs");
    one(&OAuthSettings { client_secret: None, ..asking() }, "`auth.introspection` needs");
    let client_id = Some("c".into());
    one(&OAuthSettings { client_id, ..settings() }, "`auth.client_id` says nothing without");
    let algorithms = vec!["ES256".into()];
    one(&OAuthSettings { algorithms, ..asking() }, "`auth.algorithms` says nothing without");
    let jwks_ttl = Duration::from_secs(1);
    one(&OAuthSettings { jwks_ttl, ..asking() }, "`auth.jwks_ttl` says nothing without");
    let client_secret_file = Some("secret".into());
    one(&OAuthSettings { client_secret_file, ..asking() }, "are both set");
    let all = OAuthSettings { leeway: Duration::from_secs(301), ..OAuthSettings::default() };
    assert_eq!(problems(&all).len(), 4, "{:?}", problems(&all));
}

#[test]
fn urls_are_safe_to_use_and_to_name() {
    for jwks in [
        "http://id.example/jwks.json",
        "ftp://id.example/jwks.json",
        "https://anna:secret@id.example/",
        "http://127.0.0.1.evil.example/",
        "http://localhost.evil.example/",
        "https://",
    ] {
        let problems = problems(&OAuthSettings { jwks: Some(jwks.into()), ..settings() });
        assert!(
            problems.len() == 1 && problems[0].starts_with("`auth.jwks` "),
            "{jwks}: {problems:?}"
        );
        assert!(!problems[0].contains("secret"), "{problems:?}");
    }
    for jwks in ["http://localhost:1/", "http://127.0.0.1:1/", "http://[::1]:1/"] {
        let good = OAuthSettings { jwks: Some(jwks.into()), ..settings() };
        assert!(problems(&good).is_empty(), "{jwks}");
    }
    for issuer in [
        "id.example",
        "http://id.example",
        "https://id.example|x",
        "https://id.example#x",
        "https://a b",
    ] {
        one(&OAuthSettings { issuer: Some(issuer.into()), ..settings() }, "`auth.issuer` ");
    }
    for scope in ["read invoices", "read:x.where("] {
        let first_scopes = vec![scope.into()];
        one(&OAuthSettings { first_scopes, ..settings() }, "`auth.first_scopes`: ");
    }
    let resource = Some(format!("{RESOURCE}#x"));
    one(&OAuthSettings { resource, ..settings() }, "`auth.resource` must ");
    let servers = vec!["id".into()];
    one(
        &OAuthSettings { authorization_servers: servers, ..settings() },
        "`auth.authorization_serv",
    );
    let introspection = Some("http://id.example/".into());
    one(&OAuthSettings { introspection, ..asking() }, "`auth.introspection` must be");
}

#[test]
fn algorithms_are_known_and_never_symmetric() {
    for (name, expected) in [
        ("none", "is never taken"),
        ("HS256", "is never taken"),
        ("ES265", "did you mean `ES256`?"),
        ("xyz", "there are RS256, "),
    ] {
        one(&OAuthSettings { algorithms: vec![name.into()], ..settings() }, expected);
    }
}

#[test]
fn files_are_read_at_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let keys = |path: std::path::PathBuf| OAuthSettings {
        jwks: Some(path.to_str().unwrap().into()),
        ..settings()
    };
    assert!(problems(&keys(file("good.json", &jwks(&[&SIGNERS.ed])))).is_empty());
    one(&keys(file("bad.json", b"{}")), "it has no list `keys`");
    one(&keys(folder.path().join("missing.json")), "can't be read");
    let secret =
        |path| OAuthSettings { client_secret: None, client_secret_file: Some(path), ..asking() };
    assert!(problems(&secret(file("secret", b" s3cret\n"))).is_empty());
    one(&secret(file("empty", b"\n")), "holds no secret");
    one(&secret(file("large", &[b'x'; 5_000])), "is larger than");
    one(&secret(folder.path().join("missing")), "can't be read");
}

#[tokio::test(start_paused = true)]
async fn keys_in_a_file_are_used_and_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jwks.json");
    std::fs::write(&path, jwks(&[&SIGNERS.ed])).unwrap();
    let settings = OAuthSettings { jwks: Some(path.to_str().unwrap().into()), ..settings() };
    let clock = Clock::starting_at(std::time::UNIX_EPOCH + Duration::from_secs(NOW));
    let tokens = Tokens::build(&settings, &clock).unwrap_or_else(|problems| panic!("{problems:?}"));
    assert!(tokens.authenticate(&SIGNERS.ed.token(&claims())).await.is_ok());
    let new = edwards("new");
    std::fs::write(&path, jwks(&[&new])).unwrap();
    assert!(tokens.authenticate(&new.token(&claims())).await.is_ok());
    assert!(tokens.authenticate(&SIGNERS.ed.token(&claims())).await.is_err());
}

#[test]
fn a_program_says_what_settings_say() {
    let built = OAuth::new(ISSUER, RESOURCE)
        .jwks("https://id.example/jwks.json")
        .jwks_ttl(Duration::from_mins(1))
        .introspection("https://id.example/i", "c", "hunter2")
        .introspection_ttl(Duration::from_secs(5))
        .audience("a")
        .authorization_server("https://as.example")
        .algorithms(["ES256"])
        .leeway(Duration::from_secs(1))
        .principal_claim("email");
    assert!(!format!("{built:?}").contains("hunter2"));
    let settings = built.into_settings();
    let mut unstated = settings.stated();
    unstated.retain(|name| *name != "auth.client_secret_file");
    assert_eq!(unstated.len(), 13, "{unstated:?}");
    assert!(problems(&settings).is_empty());
}
