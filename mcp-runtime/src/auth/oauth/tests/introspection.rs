//! What the issuer is asked, how often, and what its answers mean. On paused time.

use futures_util::future::join_all;
use tokio::time::{Instant, advance, sleep};

use super::super::introspection::{Ask, Introspection};
use super::*;
use crate::clock::Clock;

const LIFETIME: Duration = Duration::from_secs(30);

impl Ask for Script {
    fn ask<'a>(
        &'a self,
        _: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<Vec<u8>, String>> + Send + 'a>> {
        Box::pin(self.next())
    }
}

fn clock() -> Clock {
    Clock::starting_at(std::time::UNIX_EPOCH + Duration::from_secs(NOW))
}

fn asking(script: &Script) -> Introspection {
    Introspection::new(script.clone(), rules(), clock(), LIFETIME)
}

/// A good answer with changes.
fn active(changes: &Value) -> Vec<u8> {
    let mut answer = claims_with(changes);
    answer["active"] = answer.get("active").cloned().unwrap_or(true.into());
    answer.to_string().into_bytes()
}

fn inactive() -> Vec<u8> {
    br#"{"active":false}"#.to_vec()
}

async fn answered(changes: Value) -> Result<Caller, Refused> {
    asking(&Script::of([Some(active(&changes))])).authenticate("opaque").await
}

#[tokio::test(start_paused = true)]
async fn an_answer_has_to_keep_the_rules_of_claims() {
    for (changes, expected) in [
        (json!({ "active": false }), "not active"),
        (json!({ "iss": "https://evil.example" }), "`iss`"),
        (json!({ "aud": null }), "`aud`"),
        (json!({ "aud": "other" }), "`aud`"),
        (json!({ "exp": NOW - 60 }), "`exp` has passed"),
        (json!({ "exp": "soon" }), "`exp` is not a time"),
        (json!({ "nbf": NOW + 100 }), "`nbf`"),
        (json!({ "cnf": {} }), "`cnf`"),
        (json!({ "sub": null }), "names nobody"),
        (json!({ "sub": 1 }), "`sub` is not a string"),
    ] {
        let detail = detail(answered(changes.clone()).await);
        assert!(detail.contains(expected), "{changes}: {detail}");
    }
    let caller = answered(json!({ "iss": null, "exp": null, "x": 1 })).await.unwrap();
    assert_eq!(caller.principal(), "https://id.example|anna");
    assert_eq!(caller.scopes(), ["read:invoices"]);
    assert_eq!(caller.claim("x"), Some(&json!(1)));
}

#[tokio::test(start_paused = true)]
async fn what_has_no_subject_is_named_by_its_user_or_its_client() {
    let user = json!({ "sub": null, "username": "anna", "client_id": "app" });
    let caller = answered(user).await.unwrap();
    assert_eq!(caller.principal(), "https://id.example#username|anna");
    let caller = answered(json!({ "sub": null, "client_id": "app" })).await.unwrap();
    assert_eq!(caller.principal(), "https://id.example#client_id|app");
}

#[tokio::test(start_paused = true)]
async fn what_is_no_answer_tells_nothing() {
    for text in ["", "{}", "[]", r#"{"active":"true"}"#, r#"{"active":1}"#, "<html>"] {
        let answer = asking(&Script::of([Some(text.into())])).authenticate("opaque").await;
        assert!(is_unavailable(&answer), "{text}: {answer:?}");
    }
    let twice = br#"{"active":false,"active":true}"#.to_vec();
    assert!(is_unavailable(&asking(&Script::of([Some(twice)])).authenticate("opaque").await));
}

#[tokio::test(start_paused = true)]
async fn a_token_is_asked_about_once_by_however_many_and_again_after_a_while() {
    let script = Script::of([Some(active(&json!({})))]).taking(Duration::from_secs(1));
    let asking = asking(&script);
    let all = join_all((0..100).map(|_| asking.authenticate("opaque"))).await;
    assert!(all.iter().all(Result::is_ok));
    assert_eq!(script.asked(), 1);
    advance(Duration::from_millis(29_990)).await;
    assert!(asking.authenticate("opaque").await.is_ok());
    assert_eq!(script.asked(), 1);
    assert!(asking.authenticate("another").await.is_ok());
    assert_eq!(script.asked(), 2);
    // Revoked meanwhile.
    script.now_answer(Some(inactive()));
    advance(LIFETIME).await;
    assert!(asking.authenticate("opaque").await.is_err());
}

#[tokio::test(start_paused = true)]
async fn an_answer_may_be_kept_for_ever() {
    let script = Script::of([Some(active(&json!({ "exp": null })))]);
    let asking = Introspection::new(script.clone(), rules(), clock(), Duration::MAX);
    assert!(asking.authenticate("opaque").await.is_ok());
    advance(Duration::from_hours(1_000)).await;
    assert!(asking.authenticate("opaque").await.is_ok());
    assert_eq!(script.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_token_ends_while_its_answer_is_kept() {
    let script = Script::of([Some(active(&json!({ "exp": NOW + 10 })))]);
    let asking = asking(&script);
    assert!(asking.authenticate("opaque").await.is_ok());
    // With the leeway, 70 s.
    advance(Duration::from_secs(25)).await;
    assert!(asking.authenticate("opaque").await.is_ok());
    let short = Script::of([Some(active(&json!({ "exp": NOW - 50 })))]);
    let asking = Introspection::new(short.clone(), rules(), clock(), LIFETIME);
    assert!(asking.authenticate("opaque").await.is_ok());
    advance(Duration::from_secs(10)).await;
    let answer = asking.authenticate("opaque").await;
    assert!(matches!(answer, Err(Refused::Invalid { reason: "the token has expired", .. })));
    assert_eq!(short.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn that_a_token_is_not_active_is_kept_for_five_seconds() {
    let script = Script::of([Some(inactive())]);
    let asking = asking(&script);
    for _ in 0..100 {
        assert!(asking.authenticate("opaque").await.is_err());
    }
    assert_eq!(script.asked(), 1);
    script.now_answer(Some(active(&json!({}))));
    advance(Duration::from_secs(5)).await;
    assert!(asking.authenticate("opaque").await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn an_issuer_that_is_away_makes_nothing_valid_or_invalid() {
    let script = Script::of([Some(active(&json!({}))), None]);
    let asking = asking(&script);
    assert!(asking.authenticate("opaque").await.is_ok());
    advance(LIFETIME).await;
    assert!(is_unavailable(&asking.authenticate("opaque").await));
    script.now_answer(Some(active(&json!({}))));
    assert!(asking.authenticate("opaque").await.is_ok(), "failures aren't kept");
    let hanging = Script::of([Some(active(&json!({})))]).taking(Duration::from_hours(1));
    let before = Instant::now();
    assert!(is_unavailable(&super::introspection::asking(&hanging).authenticate("x").await));
    assert_eq!(before.elapsed().as_secs(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_tokens_asks_no_more_than_its_share_at_a_time() {
    let script = Script::of([Some(inactive())]).taking(Duration::from_secs(1));
    let asking = asking(&script);
    let tokens: Vec<String> = (0..5_000).map(|n| format!("made-up-{n}")).collect();
    let begun = Instant::now();
    let mut all = Box::pin(join_all(tokens.iter().map(async |token| {
        let answer = asking.authenticate(token).await;
        (is_unavailable(&answer), answer.is_err(), begun.elapsed())
    })));
    tokio::select! {
        _ = &mut all => panic!("answered"),
        () = sleep(Duration::from_millis(500)) => assert_eq!(script.asked(), 32),
    }
    let before = Instant::now();
    assert!(is_unavailable(&asking.authenticate("one more").await));
    assert!(before.elapsed().is_zero(), "it doesn't wait behind the others");
    let answers = all.await;
    assert!(answers.iter().all(|(_, refused, _)| *refused));
    // Five seconds for all of them: 5 × 32 were asked, the others couldn't be.
    let told = answers.iter().filter(|(unavailable, ..)| !unavailable).count();
    assert!((128..=160).contains(&told), "{told}");
    let at_once = answers.iter().filter(|(.., after)| after.is_zero()).count();
    assert_eq!(at_once, 5_000 - 1_024, "more than that many don't even wait");
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_goes_away_takes_nobodys_answer_along() {
    let script = Script::of([Some(active(&json!({})))]).taking(Duration::from_secs(1));
    let asking = Arc::new(asking(&script));
    let first = tokio::spawn({
        let asking = Arc::clone(&asking);
        async move { asking.authenticate("opaque").await.is_ok() }
    });
    sleep(Duration::from_millis(1)).await;
    first.abort();
    assert!(asking.authenticate("opaque").await.is_ok());
    assert_eq!(script.asked(), 1);
}
