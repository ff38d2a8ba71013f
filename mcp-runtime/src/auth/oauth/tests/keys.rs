//! When the issuer's keys are asked for, and what is done while they can't be had. On paused time.

use std::sync::atomic::AtomicBool;

use futures_util::future::join_all;
use tokio::time::{Instant, advance, sleep};

use super::super::key_source::COOLDOWN;
use super::*;
use crate::auth::oauth::algorithm::Algorithm;

const LIFETIME: Duration = Duration::from_mins(10);

fn source(script: &Script) -> KeySource {
    KeySource::new(script.clone(), LIFETIME, None)
}

fn ed() -> Vec<u8> {
    jwks(&[&SIGNERS.ed])
}

async fn key(source: &KeySource, id: &str) -> Result<(), Refused> {
    source.key(Some(id), Algorithm::EdDsa).await.map(drop)
}

async fn is_good(source: &KeySource) -> bool {
    key(source, "ed").await.is_ok()
}

/// Lets what was started in the background come to its end.
async fn settle() {
    sleep(Duration::from_millis(1)).await;
}

fn retry_after(answer: Result<(), Refused>) -> Duration {
    match answer {
        Err(Refused::Unavailable { retry_after, .. }) => retry_after,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn however_many_ask_at_once_there_is_one_request() {
    let script = Script::of([Some(ed())]).taking(Duration::from_secs(1));
    let source = source(&script);
    let all = join_all((0..100).map(|_| key(&source, "ed"))).await;
    assert!(all.iter().all(Result::is_ok));
    assert_eq!(script.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn keys_are_asked_for_again_before_their_lifetime_ends_and_nobody_waits() {
    let script = Script::of([Some(ed())]).taking(Duration::from_secs(1));
    let source = source(&script);
    assert!(is_good(&source).await);
    advance(Duration::from_secs(448)).await;
    assert!(is_good(&source).await);
    settle().await;
    assert_eq!(script.asked(), 1);
    advance(Duration::from_secs(2)).await;
    let before = Instant::now();
    assert!(is_good(&source).await);
    assert_eq!(before.elapsed(), Duration::ZERO);
    advance(Duration::from_secs(2)).await;
    settle().await;
    assert_eq!(script.asked(), 2);
    // The new ones have a lifetime of their own.
    advance(LIFETIME / 2).await;
    assert!(is_good(&source).await);
    settle().await;
    assert_eq!(script.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn after_their_lifetime_the_issuer_is_asked_first() {
    let script = Script::of([Some(ed())]);
    let source = source(&script);
    assert!(is_good(&source).await);
    // The key was taken back while nobody asked.
    script.now_answer(Some(jwks(&[&SIGNERS.p256])));
    advance(LIFETIME).await;
    assert!(!is_good(&source).await);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_name_finds_the_issuers_new_key_at_once() {
    let script = Script::of([Some(ed())]);
    let source = source(&script);
    assert!(is_good(&source).await);
    script.now_answer(Some(jwks(&[&edwards("new")])));
    advance(Duration::from_secs(1)).await;
    assert!(key(&source, "new").await.is_ok());
    assert_eq!(script.asked(), 2);
    // The old one went with the old set, and asking for it is asking for an unknown name.
    assert!(matches!(key(&source, "ed").await, Err(Refused::Invalid { .. })));
    assert_eq!(script.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_unknown_names_costs_one_request_per_cooldown() {
    let script = Script::of([Some(ed())]).taking(Duration::from_millis(10));
    let source = source(&script);
    assert!(is_good(&source).await);
    for round in 1..4 {
        let names: Vec<String> = (0..10_000).map(|n| format!("made-up-{round}-{n}")).collect();
        let answers = join_all(names.iter().map(|name| key(&source, name))).await;
        assert!(answers.iter().all(|answer| matches!(answer, Err(Refused::Invalid { .. }))));
        assert!(is_good(&source).await);
        assert_eq!(script.asked(), 1 + round);
        advance(Duration::from_millis(29_980)).await;
        assert!(key(&source, "late").await.is_err());
        assert_eq!(script.asked(), 1 + round, "within the cooldown");
        advance(Duration::from_millis(20)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn old_keys_stand_in_for_a_day_and_nobody_waits_for_an_issuer_that_is_known_to_be_away() {
    let script = Script::of([Some(ed()), None]);
    let source = source(&script);
    assert!(is_good(&source).await);
    advance(LIFETIME).await;
    assert!(is_good(&source).await, "asked first, in vain");
    assert_eq!(script.asked(), 2);
    let script = script.taking(Duration::from_secs(4));
    for expected in [2, 3] {
        let before = Instant::now();
        for _ in 0..100 {
            assert!(is_good(&source).await);
        }
        assert_eq!(before.elapsed(), Duration::ZERO);
        settle().await;
        assert_eq!(script.asked(), expected, "another attempt, in the background");
        advance(Duration::from_secs(6)).await;
    }
    let script = script.taking(Duration::ZERO);
    advance(Duration::from_secs(86_387)).await;
    assert!(is_good(&source).await);
    settle().await;
    advance(Duration::from_secs(13)).await;
    retry_after(key(&source, "ed").await);
    // And back.
    script.now_answer(Some(ed()));
    advance(Duration::from_secs(6)).await;
    assert!(is_good(&source).await);
}

#[tokio::test(start_paused = true)]
async fn without_any_keys_it_says_when_to_come_back() {
    let script = Script::of([None]);
    let source = source(&script);
    for _ in 0..100 {
        let pause = retry_after(key(&source, "ed").await);
        assert!((1..=5).contains(&pause.as_secs()), "{pause:?}");
    }
    assert_eq!(script.asked(), 1);
    script.now_answer(Some(ed()));
    assert!(!is_good(&source).await, "within the pause");
    advance(Duration::from_secs(5)).await;
    assert!(is_good(&source).await);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_name_is_not_invalid_while_the_new_keys_cant_be_had() {
    let script = Script::of([Some(ed()), None]);
    let source = source(&script);
    assert!(is_good(&source).await);
    for _ in 0..3 {
        let pause = retry_after(key(&source, "new").await);
        assert_eq!(pause, COOLDOWN);
    }
    assert_eq!(script.asked(), 2);
    assert!(is_good(&source).await);
}

#[tokio::test(start_paused = true)]
async fn an_issuer_that_hangs_has_five_seconds() {
    let script = Script::of([Some(ed())]).taking(Duration::from_hours(1));
    let source = source(&script);
    let before = Instant::now();
    retry_after(key(&source, "ed").await);
    assert_eq!(before.elapsed().as_secs(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_goes_away_takes_nobodys_answer_along() {
    let script = Script::of([Some(ed())]).taking(Duration::from_secs(1));
    let source = Arc::new(source(&script));
    let first = tokio::spawn({
        let source = Arc::clone(&source);
        async move { is_good(&source).await }
    });
    settle().await;
    first.abort();
    assert!(is_good(&source).await);
    assert_eq!(script.asked(), 1);
}

/// Panics the first time.
struct Panicky(AtomicBool);

impl Fetch for Panicky {
    fn fetch(&self) -> Pin<Box<dyn Future<Output = Result<Vec<u8>, String>> + Send + '_>> {
        Box::pin(async {
            assert!(self.0.swap(true, Ordering::SeqCst), "the first time");
            Ok(ed())
        })
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_that_panics_ends_as_one() {
    let source = KeySource::new(Panicky(AtomicBool::new(false)), LIFETIME, None);
    retry_after(key(&source, "ed").await);
    assert!(is_good(&source).await);
}

#[tokio::test(start_paused = true)]
async fn a_set_that_is_wrong_replaces_nothing() {
    let script = Script::of([Some(ed())]);
    let source = source(&script);
    assert!(is_good(&source).await);
    for wrong in ["", "[]", "{}", r#"{"keys":1}"#, r#"{"keys":[]}"#, r#"{"keys":[],"keys":[]}"#] {
        script.now_answer(Some(wrong.into()));
        advance(LIFETIME).await;
        assert!(is_good(&source).await, "{wrong}");
        settle().await;
    }
}

#[test]
fn a_set_has_the_keys_that_verify_and_no_others() {
    let with = |signer: &Signer, changes: &Value| {
        let mut jwk = signer.jwk();
        for (name, value) in changes.as_object().unwrap() {
            jwk[name] = value.clone();
        }
        KeySet::parse(json!({ "keys": [jwk] }).to_string().as_bytes()).is_ok()
    };
    let (ed, rsa, p256) = (&SIGNERS.ed, &SIGNERS.rsa, &SIGNERS.p256);
    let x = p256.jwk()["x"].clone();
    let n = rsa.jwk()["n"].as_str().unwrap().to_owned();
    for (signer, changes, good) in [
        (ed, json!({}), true),
        (ed, json!({ "use": "enc" }), false),
        (ed, json!({ "use": 1 }), false),
        (ed, json!({ "key_ops": ["verify"] }), true),
        (ed, json!({ "key_ops": ["sign"] }), false),
        (ed, json!({ "alg": "EdDSA" }), true),
        (ed, json!({ "alg": "HS256" }), false),
        (ed, json!({ "kid": 1 }), false),
        (ed, json!({ "kty": "oct", "k": "c2VjcmV0" }), false),
        (ed, json!({ "crv": "X25519" }), false),
        (ed, json!({ "crv": "Ed448" }), false),
        (ed, json!({ "x": "AAAA" }), false),
        (p256, json!({ "crv": "P-521" }), false),
        (p256, json!({ "crv": "P-384" }), false),
        (p256, json!({ "crv": "secp256k1" }), false),
        (p256, json!({ "y": "" }), false),
        (p256, json!({ "x": format!("{}AAAA", x.as_str().unwrap()) }), false),
        (rsa, json!({ "n": &n[..170] }), false),
        (rsa, json!({ "n": format!("{n}=") }), false),
        (rsa, json!({ "e": 65_537 }), false),
    ] {
        assert_eq!(with(signer, &changes), good, "{} {changes}", signer.name);
    }
    let many = |count: usize| {
        let keys: Vec<Value> = std::iter::repeat_n(ed.jwk(), count).collect();
        KeySet::parse(json!({ "keys": keys }).to_string().as_bytes()).is_ok()
    };
    assert!(many(100) && !many(101));
}

/// A key for one algorithm is not for another, though its kind would allow it.
#[test]
fn a_key_says_which_algorithm_it_is_for() {
    use super::super::key_set::Found;
    let mut jwk = SIGNERS.rsa.jwk();
    jwk["alg"] = "RS256".into();
    let set = KeySet::parse(json!({ "keys": [jwk] }).to_string().as_bytes()).unwrap();
    assert!(matches!(set.find(Some("rsa"), Algorithm::Rs256), Found::Key(_)));
    assert!(matches!(set.find(Some("rsa"), Algorithm::Ps256), Found::Unfit(_)));
    assert!(matches!(set.find(None, Algorithm::Ps256), Found::Unfit(_)));
}

#[tokio::test(start_paused = true)]
async fn keys_may_be_kept_for_ever() {
    let script = Script::of([Some(ed()), None]);
    let source = KeySource::new(script.clone(), Duration::MAX, None);
    assert!(is_good(&source).await);
    advance(Duration::from_hours(100_000)).await;
    assert!(is_good(&source).await);
    assert_eq!(script.asked(), 1);
}
