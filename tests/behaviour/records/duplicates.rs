//! Many calls under one key, over real connections: one effect, and one answer for all.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::server::{Faults, Place, Process, UNRECORDED, counted};
use crate::support::until;

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_at_once_have_one_effect_and_equal_answers() {
    let place = Place::new();
    let process = place.start(Faults::default()).await;
    let arguments = json!({ "name": "once", "pause": 200 });
    let calls = (0..200).map(|_| process.call("append_slowly", "k-1", &arguments));
    let answers: Vec<_> = join_all(calls).await.into_iter().map(Option::unwrap).collect();
    assert_eq!(answers[0].code(), "ok", "{:?}", answers[0]);
    assert!(answers.iter().all(|answer| answer.result == answers[0].result));
    assert_eq!(answers.iter().filter(|answer| !answer.is_replay()).count(), 1);
    assert_eq!(place.lines().len(), 1);
    process.stop().await;

    let audit = place.audit().await;
    let intents = audit.iter().filter(|record| record["kind"] == "intent").count();
    let outcomes: Vec<_> = audit.iter().filter(|record| record["kind"] == "outcome").collect();
    assert_eq!(intents, outcomes.len());
    // A busy machine may have had a call made again.
    let made: Vec<_> = outcomes
        .iter()
        .map(|record| record["outcome"].as_str().unwrap())
        .filter(|outcome| !UNRECORDED.contains(outcome))
        .collect();
    assert_eq!(made, ["ok"; 200]);
    let replays = audit.iter().filter(|record| record["replay_of"] == *answers[0].call_id());
    assert_eq!(replays.count(), 199);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_on_one_file_are_one_to_a_key() {
    let place = Place::new();
    let (one, other) = (place.start(Faults::default()).await, place.start(Faults::default()).await);
    for round in 0..5 {
        let (name, key) = (format!("n{round}"), format!("k{round}"));
        let arguments = json!({ "name": name, "pause": 50 });
        let calls = (0..40).map(|n| {
            let process = if n % 2 == 0 { &one } else { &other };
            process.call("append_slowly", &key, &arguments)
        });
        let answers: Vec<_> = join_all(calls).await.into_iter().map(Option::unwrap).collect();
        assert_eq!(answers[0].code(), "ok", "{:?}", answers[0]);
        assert!(answers.iter().all(|answer| answer.result == answers[0].result), "{answers:?}");
    }
    assert!(counted(&place.lines()).values().all(|count| *count == 1));
    assert_eq!(place.lines().len(), 5);
    one.stop().await;
    other.stop().await;
    place.audit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_process_left_behind_is_told_by_the_next() {
    let place = Place::new();
    let process = place.start(Faults::default()).await;
    killed_in_a_call(&place, process).await;
    let process = place.start(Faults::default()).await;
    is_told(&place, process).await;
}

/// Long before the lease of the call is over.
#[tokio::test(flavor = "multi_thread")]
async fn what_one_process_left_behind_is_told_by_the_other() {
    let place = Place::new();
    let (one, other) = (place.start(Faults::default()).await, place.start(Faults::default()).await);
    killed_in_a_call(&place, one).await;
    is_told(&place, other).await;
}

fn arguments() -> Value {
    json!({ "name": "cut", "pause": 20_000 })
}

async fn killed_in_a_call(place: &Place, process: Process) {
    let arguments = arguments();
    let hanging = process.call("append_slowly", "k", &arguments);
    tokio::select! {
        answer = hanging => panic!("{answer:?}"),
        () = until("the function begins", || place.has_begun()) => {}
    }
    process.kill().await;
}

async fn is_told(place: &Place, process: Process) {
    let again = process.call("append_slowly", "k", &arguments()).await.unwrap();
    assert_eq!(again.code(), "indeterminate", "{again:?}");
    process.stop().await;
    let told = "a process ended before the outcome of calls was recorded tool=\"append_slowly\"";
    assert!(place.log().contains(told), "{}", place.log());
    let audit = place.audit().await;
    assert!(audit.iter().any(|record| record["outcome"] == "abandoned"), "{audit:?}");
}
