use super::*;

const REDIRECT: &str = "http://127.0.0.1:1/callback";
const RESOURCE: &str = "http://127.0.0.1:2/mcp";
const VERIFIER: &str = "a-verifier-of-at-least-forty-three-characters";

fn fields(pairs: &[(&str, &str)]) -> Fields {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

struct Fixture {
    authority: Authority,
    client: String,
}

impl Fixture {
    fn new() -> Self {
        let authority = Authority::new("http://127.0.0.1:3".into());
        let client = authority.register(&json!({ "redirect_uris": [REDIRECT] })).unwrap();
        let client = client["client_id"].as_str().unwrap().to_owned();
        Self { authority, client }
    }

    fn question(&self) -> Fields {
        let challenge = encode(digest(&SHA256, VERIFIER.as_bytes()));
        fields(&[
            ("response_type", "code"),
            ("client_id", &self.client),
            ("redirect_uri", REDIRECT),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("resource", RESOURCE),
            ("scope", "read:a write:b"),
            ("state", "x&y"),
        ])
    }

    /// What asks for a token with a fresh code.
    fn with_code(&self) -> Fields {
        let location = self.authority.authorize(&self.question()).unwrap();
        let (to, query) = location.split_once('?').unwrap();
        assert_eq!(to, REDIRECT);
        let sent: Fields = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        assert_eq!((sent["state"].as_str(), sent["iss"].as_str()), ("x&y", "http://127.0.0.1:3"));
        fields(&[
            ("grant_type", "authorization_code"),
            ("code", &sent["code"]),
            ("client_id", &self.client),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
            ("resource", RESOURCE),
        ])
    }
}

fn changed(asked: &Fields, name: &str, value: Option<&str>) -> Fields {
    let mut asked = asked.clone();
    asked.remove(name);
    asked.extend(value.map(|value| (name.to_owned(), value.to_owned())));
    asked
}

#[test]
fn what_is_asked_for_again_is_granted() {
    let fixture = Fixture::new();
    for granted in ["read:a", "read:a write:b"] {
        let answer = fixture.authority.token(&fixture.with_code()).unwrap();
        assert_eq!(answer["scope"], granted);
    }
}

#[test]
fn a_question_that_is_not_clear_has_no_code() {
    let fixture = Fixture::new();
    for (name, value) in [
        ("response_type", Some("token")),
        ("client_id", Some("nobody")),
        ("redirect_uri", Some("http://127.0.0.1:9/callback")),
        ("code_challenge", None),
        ("code_challenge_method", Some("plain")),
        ("code_challenge_method", None),
        ("resource", None),
    ] {
        let asked = changed(&fixture.question(), name, value);
        assert!(fixture.authority.authorize(&asked).is_err(), "{name}: {value:?}");
    }
}

#[test]
fn a_code_is_good_once_and_for_who_has_its_verifier() {
    let fixture = Fixture::new();
    for (name, value) in [
        ("code", "guessed"),
        ("client_id", "nobody"),
        ("redirect_uri", "http://127.0.0.1:9/callback"),
        ("code_verifier", "another"),
        ("resource", "http://127.0.0.1:9/mcp"),
    ] {
        let asked = changed(&fixture.with_code(), name, Some(value));
        assert!(fixture.authority.token(&asked).is_err(), "{name}");
    }
    let asked = fixture.with_code();
    assert!(fixture.authority.token(&asked).is_ok());
    let again = fixture.authority.token(&asked).unwrap_err();
    assert_eq!(again.0, "invalid_grant");
}

#[test]
fn a_refresh_token_is_good_once() {
    let fixture = Fixture::new();
    let first = fixture.authority.token(&fixture.with_code()).unwrap();
    let asked = fields(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", first["refresh_token"].as_str().unwrap()),
        ("client_id", &fixture.client),
        ("resource", RESOURCE),
    ]);
    let second = fixture.authority.token(&asked).unwrap();
    assert_eq!(second["scope"], first["scope"]);
    assert_ne!(second["access_token"], first["access_token"]);
    assert_eq!(fixture.authority.token(&asked).unwrap_err().0, "invalid_grant");
}
