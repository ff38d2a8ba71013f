//! What the claims have to say, and what becomes of them.

use jsonwebtoken::Algorithm as Alg;
use serde_json::{Value, json};

use super::*;
use crate::access::Grants;

async fn of(changes: Value) -> Result<Caller, Refused> {
    check(&jwt(&SIGNERS.all()), &SIGNERS.ed.token(&claims_with(&changes))).await
}

#[tokio::test(start_paused = true)]
async fn every_algorithm_is_taken() {
    let jwt = jwt(&SIGNERS.all());
    let rsa = [Alg::RS256, Alg::RS384, Alg::RS512, Alg::PS256, Alg::PS384, Alg::PS512];
    for algorithm in rsa {
        let header = json!({ "alg": alg_name(algorithm), "kid": "rsa" }).to_string();
        let token = SIGNERS.rsa.sign_by(algorithm, &header, &claims().to_string());
        let caller = check(&jwt, &token).await.unwrap();
        assert_eq!(caller.principal(), "https://id.example|anna");
    }
    for signer in [&SIGNERS.p256, &SIGNERS.p384, &SIGNERS.ed] {
        assert!(check(&jwt, &signer.token(&claims())).await.is_ok(), "{}", signer.name);
    }
}

#[tokio::test(start_paused = true)]
async fn issuer_audience_and_binding_are_exact() {
    for (changes, expected) in [
        (json!({ "iss": null }), "`iss`"),
        (json!({ "iss": "https://id.example/" }), "`iss`"),
        (json!({ "iss": "https://ID.example" }), "`iss`"),
        (json!({ "iss": [ISSUER] }), "`iss`"),
        (json!({ "aud": null }), "`aud`"),
        (json!({ "aud": "https://other.example/mcp" }), "`aud`"),
        (json!({ "aud": "https://invoices.example/mcp/" }), "`aud`"),
        (json!({ "aud": [] }), "`aud`"),
        (json!({ "aud": ["https://other.example"] }), "`aud`"),
        (json!({ "aud": [RESOURCE, 1] }), "`aud`"),
        (json!({ "aud": { RESOURCE: true } }), "`aud`"),
        (json!({ "cnf": { "jkt": "x" } }), "`cnf`"),
        (json!({ "sub": null }), "`sub` is missing"),
        (json!({ "sub": "" }), "`sub` is empty"),
        (json!({ "sub": 17 }), "`sub` is not a string"),
        (json!({ "sub": "anna\nadmin" }), "`sub` has a control character"),
        (json!({ "sub": "x".repeat(300) }), "`sub` is longer"),
    ] {
        let detail = detail(of(changes.clone()).await);
        assert!(detail.contains(expected), "{changes}: {detail}");
    }
    for aud in [json!(RESOURCE), json!("invoices"), json!(["https://other.example", RESOURCE])] {
        assert!(of(json!({ "aud": aud })).await.is_ok(), "{aud}");
    }
}

#[tokio::test(start_paused = true)]
async fn times_are_kept_with_a_leeway_on_both_sides() {
    for (changes, good) in [
        (json!({ "exp": NOW + 1 }), true),
        (json!({ "exp": NOW - 59 }), true),
        (json!({ "exp": NOW - 60 }), false),
        (json!({ "exp": 1_800_000_000.5 }), true),
        (json!({ "exp": 253_402_300_799_u64 }), true),
        (json!({ "exp": null }), false),
        (json!({ "exp": (NOW + 300).to_string() }), false),
        (json!({ "exp": -1 }), false),
        (json!({ "exp": -0.5 }), false),
        (json!({ "exp": 0 }), false),
        (json!({ "exp": (NOW + 300) * 1_000 }), false),
        (json!({ "exp": u64::MAX }), false),
        (json!({ "exp": 1e300 }), false),
        (json!({ "exp": [NOW + 300] }), false),
        (json!({ "exp": true }), false),
        (json!({ "nbf": NOW + 60 }), true),
        (json!({ "nbf": NOW + 61 }), false),
        (json!({ "nbf": "now" }), false),
        (json!({ "iat": null }), true),
        (json!({ "iat": NOW + 60 }), true),
        (json!({ "iat": NOW + 61 }), false),
        (json!({ "iat": u64::MAX }), false),
        (json!({ "iat": -1 }), false),
    ] {
        assert_eq!(of(changes.clone()).await.is_ok(), good, "{changes}");
    }
    let Err(Refused::Invalid { reason, .. }) = of(json!({ "exp": NOW - 60 })).await else {
        panic!("taken");
    };
    assert_eq!(reason, "the token has expired");
}

#[tokio::test(start_paused = true)]
async fn words_that_are_scopes_are_granted_and_others_are_left_out() {
    for (changes, expected) in [
        (json!({ "scope": null }), vec![]),
        (json!({ "scope": "" }), vec![]),
        (json!({ "scope": "openid  read:invoices" }), vec!["openid", "read:invoices"]),
        (json!({ "scope": "read:x.where(a=1" }), vec![]),
        (json!({ "scope": "read:x.where(a=1)" }), vec!["read:x.where(a=1)"]),
        (json!({ "scope": "bad\"word read:x" }), vec!["read:x"]),
        (json!({ "scope": null, "scp": "read:x read:y" }), vec!["read:x", "read:y"]),
        (json!({ "scope": null, "scp": ["read:x", "read:y"] }), vec!["read:x", "read:y"]),
        (json!({ "scope": null, "scp": ["read:x", 1] }), vec!["read:x"]),
        (json!({ "scope": "read:x", "scp": "read:y" }), vec!["read:x"]),
    ] {
        let caller = of(changes.clone()).await.unwrap();
        assert_eq!(caller.scopes(), expected, "{changes}");
    }
    assert!(of(json!({ "scope": { "read": true } })).await.is_err());
    // What a key file may say about everything, a token may not.
    let star = of(json!({ "scope": "*" })).await.unwrap();
    assert!(matches!(star.grants(), Grants::Only(_)));
}

#[tokio::test(start_paused = true)]
async fn the_other_claims_are_the_callers() {
    let caller = of(json!({ "tenant": { "id": 7 } })).await.unwrap();
    assert_eq!(caller.claim("tenant"), Some(&json!({ "id": 7 })));
    assert!(!caller.is_anonymous());
}

#[test]
fn two_callers_never_have_one_name() {
    let rules = rules();
    let name = |claim: &str, value: &str| {
        let claims = json!({ claim: value });
        rules.principal(claim, claims.as_object().unwrap()).unwrap().unwrap()
    };
    let names = [
        name("sub", "anna"),
        name("sub", "email|anna"),
        name("sub", "#email|anna"),
        name("email", "anna"),
        name("email", "|anna"),
        name("client_id", "anna"),
    ];
    assert_eq!(names[0], "https://id.example|anna");
    assert_eq!(names[3], "https://id.example#email|anna");
    let distinct: std::collections::BTreeSet<&String> = names.iter().collect();
    assert_eq!(distinct.len(), names.len(), "{names:?}");
}
