//! Tokens that somebody made up, each good but for one thing.

use std::fmt::Write as _;

use jsonwebtoken::{Algorithm as Alg, EncodingKey};
use serde_json::{Value, json};

use super::*;

/// Asserts that a token is refused for what is wrong with it, and that nothing of it gets into the
/// log.
async fn refused(jwt: &Jwt, case: &str, token: &str, expected: &str) {
    let answer = check(jwt, token).await;
    if let Err(Refused::Invalid { reason, .. }) = &answer {
        let fixed = ["the credential is not valid", "the token has expired"];
        assert!(fixed.contains(reason), "{case}: {reason}");
    }
    let detail = detail(answer);
    assert!(detail.contains(expected), "{case}: {detail}");
    for part in token.split('.').filter(|part| part.len() > 4) {
        assert!(!detail.contains(part), "{case}: {detail}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_header_chooses_nothing_that_is_not_taken() {
    let ed = &SIGNERS.ed;
    let jwt = jwt(&SIGNERS.all());
    let header = |changes: &Value| {
        let mut header = ed.header();
        for (name, value) in changes.as_object().unwrap() {
            header[name] = value.clone();
        }
        header.to_string()
    };
    for (changes, expected) in [
        (json!({ "alg": "none" }), "`alg` is not taken"),
        (json!({ "alg": "None" }), "`alg` is not taken"),
        (json!({ "alg": "HS256" }), "`alg` is not taken"),
        (json!({ "alg": "eddsa" }), "`alg` is not taken"),
        (json!({ "alg": "ES512" }), "`alg` is not taken"),
        (json!({ "alg": null }), "`alg` is not taken"),
        (json!({ "alg": ["EdDSA"] }), "`alg` is not taken"),
        (json!({ "alg": "ES256" }), "isn't its key's"),
        (json!({ "alg": "RS256" }), "isn't its key's"),
        (json!({ "crit": ["exp"] }), "`crit` or `b64`"),
        (json!({ "crit": [] }), "`crit` or `b64`"),
        (json!({ "b64": false }), "`crit` or `b64`"),
        (json!({ "typ": "dpop+jwt" }), "`typ`"),
        (json!({ "typ": "id_token" }), "`typ`"),
        (json!({ "typ": 1 }), "`typ`"),
        (json!({ "kid": 1 }), "`kid`"),
        (json!({ "kid": null }), "`kid`"),
        (json!({ "kid": "rsa" }), "isn't its key's"),
        (json!({ "kid": "p256" }), "isn't its key's"),
        (json!({ "kid": "unknown" }), "not one of the issuer's"),
        (json!({ "x": "y".repeat(5_000) }), "its header"),
        (json!({ "kid": "../../etc/passwd" }), "not one of the issuer's"),
    ] {
        let token = ed.sign(&header(&changes), &claims().to_string());
        refused(&jwt, &changes.to_string(), &token, expected).await;
    }
    for typ in ["JWT", "jwt", "at+JWT", "application/at+jwt"] {
        let token = ed.sign(&header(&json!({ "typ": typ })), &claims().to_string());
        assert!(check(&jwt, &token).await.is_ok(), "{typ}");
    }
    let bare = format!(r#"{{"alg":"EdDSA","kid":"{}"}}"#, ed.name);
    assert!(check(&jwt, &ed.sign(&bare, &claims().to_string())).await.is_ok());
}

/// The oldest trick: the public key, which everybody has, as the secret of an HMAC.
#[tokio::test(start_paused = true)]
async fn a_public_key_is_no_secret() {
    let jwt = jwt(&SIGNERS.all());
    let jwk = SIGNERS.rsa.jwk();
    let secrets = [jwk["n"].as_str().unwrap().as_bytes().to_vec(), jwk.to_string().into_bytes()];
    for secret in secrets {
        let forger =
            Signer { name: "rsa", algorithm: Alg::HS256, key: EncodingKey::from_secret(&secret) };
        let token = forger.token(&claims());
        refused(&jwt, "HS256", &token, "`alg` is not taken").await;
        // The same signature under the name of the key's own algorithm.
        let header = SIGNERS.rsa.header().to_string();
        let token = forger.sign_by(Alg::HS256, &header, &claims().to_string());
        refused(&jwt, "HS256 as RS256", &token, "its signature").await;
    }
}

/// A key that the token brings along is the attacker's.
#[tokio::test(start_paused = true)]
async fn a_key_in_the_header_is_not_looked_at() {
    let jwt = jwt(&SIGNERS.all());
    let forger = edwards("ed");
    let mut header = forger.header();
    header["jwk"] = forger.jwk();
    header["jku"] = "https://evil.example/jwks.json".into();
    header["x5u"] = "https://evil.example/cert.pem".into();
    let token = forger.sign(&header.to_string(), &claims().to_string());
    refused(&jwt, "jwk", &token, "its signature").await;
}

#[tokio::test(start_paused = true)]
async fn a_signature_is_its_keys_and_of_these_very_bytes() {
    let jwt = jwt(&SIGNERS.all());
    for signer in SIGNERS.all() {
        let token = signer.token(&claims());
        assert!(check(&jwt, &token).await.is_ok(), "{}", signer.name);
        let parts: Vec<&str> = token.split('.').collect();
        let (header, body, signature) = (parts[0], parts[1], parts[2]);
        let other = encoded(claims_with(&json!({ "sub": "root" })).to_string());
        let flipped = if signature.starts_with('A') { "B" } else { "A" };
        for (case, token) in [
            ("other claims", format!("{header}.{other}.{signature}")),
            ("changed signature", format!("{header}.{body}.{flipped}{}", &signature[1..])),
            ("no signature", format!("{header}.{body}.")),
            ("half a signature", format!("{header}.{body}.{}", &signature[..40])),
            ("zeros", format!("{header}.{body}.{}", encoded(vec![0; 64]))),
            ("more signature", format!("{header}.{body}.{signature}AAAA")),
        ] {
            refused(&jwt, case, &token, "its signature").await;
        }
        let padded = format!("{header}.{body}.{signature}==");
        refused(&jwt, "padding", &padded, "base64url").await;
    }
    // r and s of zero: "psychic signatures".
    let header = encoded(SIGNERS.p256.header().to_string());
    let token = format!("{header}.{}.{}", encoded(claims().to_string()), encoded([0; 64]));
    refused(&jwt, "zero", &token, "its signature").await;
    // The curve's other form of a signature.
    let unlike = SIGNERS.p384.sign(&SIGNERS.p256.header().to_string(), &claims().to_string());
    refused(&jwt, "a signature of P-384 as ES256", &unlike, "its signature").await;
}

/// The bits of base64 that say nothing would give one token many spellings.
#[tokio::test(start_paused = true)]
async fn a_token_has_one_spelling() {
    const DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let token = SIGNERS.ed.token(&claims());
    let (rest, last) = token.split_at(token.len() - 1);
    let at = DIGITS.find(last).unwrap();
    let next = &DIGITS[at + 1..=at + 1];
    refused(&jwt(&SIGNERS.all()), "spelling", &format!("{rest}{next}"), "base64url").await;
}

#[tokio::test(start_paused = true)]
async fn claims_are_one_object_without_riddles() {
    let ed = &SIGNERS.ed;
    let jwt = jwt(&SIGNERS.all());
    let good = claims().to_string();
    let twice = good.replacen('{', r#"{"sub":"root","#, 1);
    let escaped = good.replacen('{', r#"{"\u0073ub":"root","#, 1);
    let deep = good.replacen('{', &format!(r#"{{"x":{}{},"#, "[".repeat(40), "]".repeat(40)), 1);
    for (case, text, expected) in [
        ("twice", twice.as_str(), "names a key twice"),
        ("twice by an escape", &escaped, "names a key twice"),
        ("deep", &deep, "nested deeper"),
        ("a list", "[]", "its claims"),
        ("a string", "\"sub\"", "its claims"),
        ("nothing", "", "its claims"),
        ("half", &good[..good.len() - 1], "its claims"),
        ("more", &format!("{good}{{}}"), "its claims"),
        ("not text", "\u{feff}{}", "its claims"),
    ] {
        let token = ed.sign(&ed.header().to_string(), text);
        refused(&jwt, case, &token, expected).await;
    }
    let header = ed.header().to_string().replacen('{', r#"{"alg":"none","#, 1);
    refused(&jwt, "header", &ed.sign(&header, &good), "its header").await;
}

#[tokio::test(start_paused = true)]
async fn what_is_no_jwt_ends_early() {
    let ed = &SIGNERS.ed;
    let jwt = jwt(&SIGNERS.all());
    let token = ed.token(&claims());
    for end in [0, 1, token.len() / 3, token.len() / 2, token.len() - 20] {
        let answer = check(&jwt, &token[..end]).await;
        assert!(matches!(answer, Err(Refused::Invalid { .. })), "{end}: {answer:?}");
    }
    let large = ed.token(&claims_with(&json!({ "x": "y".repeat(20_000) })));
    refused(&jwt, "large", &large, "too large").await;
    let many = (0..300).fold(String::new(), |mut scopes, n| {
        let _ = write!(scopes, "read:x{n} ");
        scopes
    });
    let greedy = ed.token(&claims_with(&json!({ "scope": many })));
    refused(&jwt, "scopes", &greedy, "more than 256 scopes").await;
}

#[tokio::test(start_paused = true)]
async fn a_token_names_its_key_where_there_are_several() {
    let ed = &SIGNERS.ed;
    let bare = r#"{"alg":"EdDSA"}"#;
    let token = ed.sign(bare, &claims().to_string());
    refused(&jwt(&SIGNERS.all()), "several", &token, "it names no key").await;
    let twins = edwards("other");
    refused(&jwt(&[ed, &twins]), "two", &token, "it names no key").await;
    assert!(check(&jwt(&[ed]), &token).await.is_ok(), "the only key");
    let wrong = SIGNERS.p256.sign(r#"{"alg":"ES256"}"#, &claims().to_string());
    refused(&jwt(&[ed]), "kind", &wrong, "isn't its key's").await;
}

#[tokio::test(start_paused = true)]
async fn an_algorithm_that_the_settings_leave_out_is_not_taken() {
    let mut jwt = jwt(&SIGNERS.all());
    jwt.algorithms.retain(|algorithm| *algorithm != super::super::algorithm::Algorithm::EdDsa);
    refused(&jwt, "EdDSA", &SIGNERS.ed.token(&claims()), "`alg` is not taken").await;
    assert!(check(&jwt, &SIGNERS.p256.token(&claims())).await.is_ok());
}
