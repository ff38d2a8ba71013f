//! Processes that end in the middle of calls.

use serde_json::{Value, json};

use super::*;
use crate::store::once::{OnceAnswer, OnceOp};
use crate::store::suite::{self, LEASE, TTL, begin, intent, outcome, record, step};

const CLAIMED: [u8; 32] = [1; 32];
const STARTED: [u8; 32] = [2; 32];
const DOUBTED: [u8; 32] = [3; 32];
const COMPLETED: [u8; 32] = [4; 32];

async fn claim(journal: &SqliteJournal, key: [u8; 32], settles: bool) -> u64 {
    let asker = crate::store::once::Begin { settles, ..begin("first") };
    match step(journal, key, OnceOp::Begin(asker)).await {
        OnceAnswer::Claimed { fence, .. } => fence,
        other => panic!("{other:?}"),
    }
}

/// A key in each state, and a call whose outcome is not recorded.
async fn in_the_middle(journal: &SqliteJournal, clock: &Clock) {
    claim(journal, CLAIMED, false).await;
    let fence = claim(journal, STARTED, false).await;
    step(journal, STARTED, OnceOp::Start { fence }).await;
    let fence = claim(journal, DOUBTED, false).await;
    step(journal, DOUBTED, OnceOp::Doubt { fence }).await;
    claim(journal, DOUBTED, true).await;
    let fence = claim(journal, COMPLETED, false).await;
    let complete = OnceOp::Complete { fence, response: b"yes".to_vec(), ttl: TTL };
    step(journal, COMPLETED, complete).await;
    record(journal, intent("call 1", clock.now())).await;
    let second = record(journal, intent("call 2", clock.now())).await;
    record(journal, outcome(second, "call 2", clock.now())).await;
}

async fn asked(journal: &SqliteJournal, key: [u8; 32]) -> OnceAnswer {
    step(journal, key, OnceOp::Begin(begin("second"))).await
}

async fn nothing_is_open(place: &Place, journal: &SqliteJournal) {
    let indeterminate = OnceAnswer::Indeterminate { call_id: "first".to_owned() };
    assert!(matches!(asked(journal, CLAIMED).await, OnceAnswer::Claimed { doubt: None, .. }));
    assert_eq!(asked(journal, STARTED).await, indeterminate);
    assert_eq!(asked(journal, DOUBTED).await, indeterminate);
    assert!(matches!(asked(journal, COMPLETED).await, OnceAnswer::Completed { .. }));
    assert_eq!(place.count("open_intents"), 0);
    assert_eq!(place.count("writers"), 1);
    suite::verify(&place.log());
}

fn abandoned(place: &Place) -> Vec<Value> {
    let records = suite::records(&place.log()).into_iter();
    let bodies = records.map(|(_, body)| serde_json::from_slice::<Value>(&body.unwrap()).unwrap());
    bodies.filter(|body| body["outcome"] == "abandoned").collect()
}

#[tokio::test(start_paused = true)]
async fn what_a_process_left_open_is_closed_by_the_next() {
    let place = Place::new();
    let first = place.open();
    in_the_middle(&first, &place.clock).await;
    drop(first);
    place.clock.forward(LEASE / 2);
    let second = place.open();
    nothing_is_open(&place, &second).await;
    let [outcome] = abandoned(&place).try_into().unwrap();
    assert_eq!(
        outcome,
        json!({
            "seq": 4,
            "kind": "outcome",
            "time": "2027-01-15T08:00:00.500Z",
            "keep_until": "2027-01-16T08:00:00.500Z",
            "intent": 1,
            "call_id": "call 1",
            "principal": "anna",
            "tool": "pay_invoice",
            "outcome": "abandoned",
            "effect": "unknown",
            "latency_us": 0,
            "trace": "00-trace-span-01",
        })
    );
}

#[tokio::test(start_paused = true)]
async fn a_process_that_is_there_is_left_alone() {
    let place = Place::new();
    let first = place.open();
    in_the_middle(&first, &place.clock).await;
    let second = place.open();
    assert_eq!(asked(&second, CLAIMED).await, OnceAnswer::Running);
    assert_eq!(asked(&second, STARTED).await, OnceAnswer::Running);
    assert_eq!(abandoned(&place), Vec::<Value>::new());
    assert_eq!(place.count("writers"), 2);
}

/// It isn't looked for at once: who opens a file has just looked.
#[tokio::test(start_paused = true)]
async fn what_a_process_left_open_is_closed_by_one_that_is_there() {
    let place = Place::new();
    let (first, second) = (place.open(), place.open());
    in_the_middle(&first, &place.clock).await;
    drop(first);
    for _ in 0..2 {
        assert_eq!(asked(&second, STARTED).await, OnceAnswer::Running);
    }
    place.clock.forward(LEASE / 2);
    assert_eq!(asked(&second, STARTED).await, OnceAnswer::Running);
    nothing_is_open(&place, &second).await;
    assert_eq!(abandoned(&place).len(), 1);
}

/// What it holds itself is no other's, also where its lock is gone and can't be put back.
#[cfg(unix)]
#[tokio::test(start_paused = true)]
async fn who_looks_after_others_does_not_close_its_own() {
    let place = Place::new();
    let journal = place.open();
    let fence = claim(&journal, STARTED, false).await;
    step(&journal, STARTED, OnceOp::Start { fence }).await;
    let folder = file::beside(&place.path(), ".writers");
    std::fs::remove_dir_all(&folder).unwrap();
    std::os::unix::fs::symlink("nowhere", &folder).unwrap();
    place.clock.forward(LEASE / 2);
    for _ in 0..2 {
        assert_eq!(asked(&journal, STARTED).await, OnceAnswer::Running);
    }
}

/// As after SIGKILL: the lock's file is there, and nobody holds it.
#[tokio::test(start_paused = true)]
async fn a_process_that_was_killed_is_gone_though_its_lock_file_is_there() {
    let place = Place::new();
    let first = place.open();
    in_the_middle(&first, &place.clock).await;
    let folder = file::beside(&place.path(), ".writers");
    let lock = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    drop(first);
    std::fs::write(&lock, "").unwrap();
    let second = place.open();
    nothing_is_open(&place, &second).await;
    assert!(!lock.exists());
}

#[tokio::test(start_paused = true)]
async fn a_writer_without_any_lock_file_is_gone() {
    let place = Place::new();
    drop(place.open());
    let raw = place.raw();
    raw.execute("UPDATE writers SET id = ?1", [[9_u8; 16]]).unwrap();
    raw.execute("INSERT INTO open_intents VALUES (77, ?1)", [[9_u8; 16]]).unwrap();
    drop(raw);
    let second = place.open();
    assert_eq!((place.count("writers"), place.count("open_intents")), (1, 0));
    drop(second);
}

#[tokio::test(start_paused = true)]
async fn an_owner_that_is_taken_for_dead_may_still_say_what_came_of_it() {
    let place = Place::new();
    let first = place.open();
    let fence = claim(&first, STARTED, false).await;
    step(&first, STARTED, OnceOp::Start { fence }).await;
    // Somebody tidied up.
    std::fs::remove_dir_all(file::beside(&place.path(), ".writers")).unwrap();
    let second = place.open();
    let answer = asked(&second, STARTED).await;
    assert_eq!(answer, OnceAnswer::Indeterminate { call_id: "first".to_owned() });
    let complete = OnceOp::Complete { fence, response: b"yes".to_vec(), ttl: TTL };
    assert_eq!(step(&first, STARTED, complete).await, OnceAnswer::Done);
    assert!(matches!(asked(&second, STARTED).await, OnceAnswer::Completed { .. }));
}

#[tokio::test(start_paused = true)]
async fn fences_go_on_where_they_were() {
    let place = Place::new();
    let first = place.open();
    assert_eq!(claim(&first, CLAIMED, false).await, 1);
    step(&first, CLAIMED, OnceOp::Release { fence: 1 }).await;
    drop(first);
    assert_eq!(claim(&place.open(), CLAIMED, false).await, 2);
}

fn tidy_up(place: &Place) {
    std::fs::remove_dir_all(file::beside(&place.path(), ".writers")).unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_process_whose_lock_was_deleted_puts_it_back() {
    let place = Place::new();
    let first = place.open();
    tidy_up(&place);
    let second = place.open();
    assert_eq!(place.count("writers"), 1, "the first one looks gone");
    in_the_middle(&first, &place.clock).await;
    assert_eq!(place.count("writers"), 2);
    let third = place.open();
    assert_eq!(asked(&third, STARTED).await, OnceAnswer::Running);
    assert_eq!(abandoned(&place), Vec::<Value>::new());
    drop((first, second, third));
    nothing_is_open(&place, &place.open()).await;
    assert_eq!(abandoned(&place).len(), 1);
}

/// What is open belongs to somebody, also where nothing else says that there was one.
#[tokio::test(start_paused = true)]
async fn what_a_writer_without_a_row_left_open_is_closed() {
    let place = Place::new();
    let first = place.open();
    in_the_middle(&first, &place.clock).await;
    drop(first);
    place.raw().execute("DELETE FROM writers", []).unwrap();
    let second = place.open();
    nothing_is_open(&place, &second).await;
    assert_eq!(abandoned(&place).len(), 1);
}
