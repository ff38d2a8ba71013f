//! Keys in the file, their number, and their end.

use std::time::Duration;

use super::*;
use crate::store::once::{OnceAnswer, OnceOp};
use crate::store::suite::{LEASE, TTL, begin, intent, step};

#[tokio::test(start_paused = true)]
async fn a_replay_is_the_same_to_the_byte_in_another_process_and_after_a_restart() {
    let place = Place::new();
    let (one, two) = (place.open(), place.open());
    let response: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    assert_eq!(
        step(&one, [1; 32], OnceOp::Begin(begin("a"))).await,
        OnceAnswer::Claimed { fence: 1, doubt: None }
    );
    let complete = OnceOp::Complete { fence: 1, response: response.clone(), ttl: TTL };
    assert_eq!(step(&one, [1; 32], complete).await, OnceAnswer::Done);
    place.clock.forward(Duration::from_secs(3));
    let expected =
        OnceAnswer::Completed { response, call_id: "a".to_owned(), age: Duration::from_secs(3) };
    assert_eq!(step(&two, [1; 32], OnceOp::Begin(begin("b"))).await, expected);
    drop((one, two));
    assert_eq!(step(&place.open(), [1; 32], OnceOp::Begin(begin("c"))).await, expected);
}

#[tokio::test(start_paused = true)]
async fn a_full_table_makes_room_as_keys_end() {
    let place = Place::new();
    let journal = place.open_with(|engine| engine.limit_keys(2, u64::MAX));
    let ask = async |key: u8| step(&journal, [key; 32], OnceOp::Begin(begin("a"))).await;
    assert_eq!(ask(1).await, OnceAnswer::Claimed { fence: 1, doubt: None });
    assert_eq!(ask(2).await, OnceAnswer::Claimed { fence: 2, doubt: None });
    assert_eq!(ask(3).await, OnceAnswer::Full);
    assert_eq!(ask(2).await, OnceAnswer::Running);
    place.clock.forward(LEASE);
    assert_eq!(ask(2).await, OnceAnswer::Claimed { fence: 3, doubt: None });
    assert_eq!(ask(3).await, OnceAnswer::Full);
    place.clock.forward(TTL);
    assert_eq!(ask(3).await, OnceAnswer::Claimed { fence: 4, doubt: None });
    assert_eq!(place.count("keys"), 2);
}

#[tokio::test(start_paused = true)]
async fn keys_that_have_ended_are_removed_in_passing() {
    let place = Place::new();
    let journal = place.open();
    for key in 0..40 {
        step(&journal, [key; 32], OnceOp::Begin(begin("a"))).await;
    }
    place.clock.forward(LEASE + TTL);
    for key in 100..110 {
        step(&journal, [key; 32], OnceOp::Begin(begin("a"))).await;
    }
    assert_eq!(place.count("keys"), 40 - 20 + 10);
}

#[tokio::test(start_paused = true)]
async fn a_record_is_written_whatever_becomes_of_the_step() {
    let place = Place::new();
    let journal = place.open();
    let once = Some(([1; 32], OnceOp::Start { fence: 9 }));
    let entry = Entry { once, record: Some(intent("a", place.clock.now())), seal: false };
    let written = journal.write(entry).await.unwrap();
    assert_eq!((written.once, written.seq), (Some(OnceAnswer::Stale), Some(1)));
}

#[tokio::test(start_paused = true)]
async fn large_answers_leave_no_room_for_new_keys_and_are_kept() {
    let place = Place::new();
    let journal = place.open_with(|engine| engine.limit_keys(10, 100));
    let ask = async |key: u8| step(&journal, [key; 32], OnceOp::Begin(begin("a"))).await;
    let complete = async |key: u8, fence| {
        let complete = OnceOp::Complete { fence, response: vec![0; 60], ttl: TTL };
        step(&journal, [key; 32], complete).await
    };
    let bytes = || {
        let sum = "SELECT bytes, (SELECT sum(length(response)) FROM keys) FROM meta";
        let (kept, there): (i64, i64) =
            place.raw().query_row(sum, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        assert_eq!(kept, there);
        kept
    };
    for key in 1..=3 {
        assert!(matches!(ask(key).await, OnceAnswer::Claimed { .. }));
    }
    assert_eq!(complete(1, 1).await, OnceAnswer::Done);
    assert!(matches!(ask(4).await, OnceAnswer::Claimed { fence: 4, .. }));
    assert_eq!(complete(2, 2).await, OnceAnswer::Done);
    assert_eq!(bytes(), 120);
    assert_eq!(ask(5).await, OnceAnswer::Full);
    assert_eq!(complete(3, 3).await, OnceAnswer::Done, "what was begun is completed");
    assert_eq!(step(&journal, [4; 32], OnceOp::Release { fence: 4 }).await, OnceAnswer::Done);
    assert_eq!(bytes(), 180);
    place.clock.forward(TTL);
    assert!(matches!(ask(5).await, OnceAnswer::Claimed { .. }));
    assert_eq!(bytes(), 0);
}
