//! Records whose time is over.

use std::time::Duration;

use serde_json::{Value, json};

use super::super::retention::{BATCH, ranges};
use super::*;
use crate::audit::{Draft, Intent, Log};
use crate::store::suite::{self, RETENTION, intent, record, records, seal};

const HOUR: Duration = Duration::from_hours(1);

fn kept_for(place: &Place, retention: Duration) -> Draft {
    match intent("a", place.clock.now()) {
        Draft::Intent(of) => Draft::Intent(Box::new(Intent { retention, ..*of })),
        other => other,
    }
}

/// Lets the chores be done: those of the first group are before the second one.
async fn chores(journal: &SqliteJournal) {
    seal(journal).await;
    seal(journal).await;
}

fn notes(log: &SqliteLog) -> Vec<Value> {
    let bodies = records(log).into_iter().filter_map(|(_, body)| body);
    let bodies = bodies.map(|body| serde_json::from_slice::<Value>(&body).unwrap());
    bodies.filter(|body| body["kind"] == "erased").collect()
}

fn stubs(log: &SqliteLog) -> Vec<u64> {
    records(log).into_iter().filter(|(_, body)| body.is_none()).map(|(seq, _)| seq).collect()
}

#[tokio::test(start_paused = true)]
async fn bodies_go_in_time_and_the_chain_holds() {
    let place = Place::new();
    let journal = place.open();
    for hours in [30, 10, 10, 30, 10] {
        record(&journal, kept_for(&place, HOUR * hours)).await;
    }
    place.clock.forward(HOUR * 10);
    place.clock.back(Duration::from_millis(1));
    chores(&journal).await;
    assert_eq!(stubs(&place.log()), Vec::<u64>::new());
    // At most once an hour.
    place.clock.forward(Duration::from_millis(1));
    chores(&journal).await;
    assert_eq!(stubs(&place.log()), Vec::<u64>::new());
    place.clock.forward(HOUR);
    chores(&journal).await;
    let log = place.log();
    assert_eq!(stubs(&log), [2, 3, 5]);
    assert_eq!(notes(&log)[0]["bodies"], json!([[2, 3], [5, 5]]));
    assert_eq!(notes(&log)[0]["through"], Value::Null);
    suite::verify(&log);
}

#[tokio::test(start_paused = true)]
async fn a_beginning_of_which_nothing_is_left_goes_with_a_note() {
    let place = Place::new();
    let journal = place.open();
    for hours in [2, 2, 2, 30, 2] {
        record(&journal, kept_for(&place, HOUR * hours)).await;
    }
    let old = place.log();
    let mut heads = vec![old.start().unwrap()];
    old.records(1, &mut |kept| {
        heads.push(heads[heads.len() - 1].then(&kept.digest));
        std::ops::ControlFlow::Continue(())
    })
    .unwrap();
    drop(old);
    place.clock.forward(HOUR * 3);
    chores(&journal).await;
    let log = place.log();
    assert_eq!(log.start().unwrap(), heads[3]);
    let kept: Vec<_> = records(&log).into_iter().map(|(seq, body)| (seq, body.is_some())).collect();
    assert_eq!(kept, [(4, true), (5, false), (6, true)]);
    let hash = crate::audit::hex(&heads[3].hash);
    assert_eq!(notes(&log)[0]["through"], json!({ "seq": 3, "hash": hash }));
    assert_eq!(notes(&log)[0]["bodies"], json!([[5, 5]]));
    suite::verify(&log);
    drop(log);

    // The rest goes, and the old note with it.
    place.clock.forward(HOUR * 30);
    chores(&journal).await;
    let log = place.log();
    assert_eq!(log.start().unwrap().seq, 6);
    assert_eq!(notes(&log).len(), 1);
    suite::verify(&log);
    drop(log);

    // Where there is nothing but a note, there is nothing to note.
    for _ in 0..3 {
        place.clock.forward(HOUR * 2);
        chores(&journal).await;
    }
    assert_eq!(place.log().head().unwrap().seq, 7);
}

#[tokio::test(start_paused = true)]
async fn a_record_itself_says_how_long_it_is_kept() {
    let place = Place::new();
    let journal = place.open();
    for _ in 0..3 {
        record(&journal, kept_for(&place, RETENTION)).await;
    }
    place.raw().execute("UPDATE records SET expires = 5 WHERE seq = 2", []).unwrap();
    let end = "UPDATE records SET body = CAST('{}' AS BLOB), expires = 5 WHERE seq = 3";
    place.raw().execute(end, []).unwrap();
    place.clock.forward(HOUR * 2);
    chores(&journal).await;
    assert_eq!(stubs(&place.log()), Vec::<u64>::new());
    assert_eq!(place.count("records WHERE expires = 5"), 0);
    place.clock.forward(RETENTION);
    chores(&journal).await;
    assert_eq!(place.log().start().unwrap().seq, 2);
    assert_eq!(place.count("records WHERE seq = 3 AND body IS NOT NULL"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_record_itself_says_whether_it_is_a_note() {
    let place = Place::new();
    let journal = place.open();
    record(&journal, kept_for(&place, HOUR)).await;
    record(&journal, kept_for(&place, RETENTION)).await;
    place.raw().execute("UPDATE records SET note = 1 WHERE seq = 2", []).unwrap();
    place.clock.forward(HOUR * 2);
    chores(&journal).await;
    assert_eq!(place.log().start().unwrap().seq, 1);
    assert_eq!(place.count("records WHERE seq = 2 AND body IS NOT NULL"), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_much_is_erased_in_parts() {
    let place = Place::new();
    let journal = place.open();
    let many = BATCH + 200;
    let entry = || Entry { record: Some(kept_for(&place, HOUR)), ..Entry::default() };
    let written: Vec<_> = (0..many).map(|_| journal.write(entry())).collect();
    for written in written {
        written.await.unwrap();
    }
    place.clock.forward(HOUR * 2);
    chores(&journal).await;
    chores(&journal).await;
    let log = place.log();
    // Two notes, of which the first went with the second part.
    assert_eq!(log.start().unwrap().seq, many as u64 + 1);
    assert_eq!(log.head().unwrap().seq, many as u64 + 2);
    assert_eq!(notes(&log).len(), 1);
    suite::verify(&log);
}

#[tokio::test(start_paused = true)]
async fn it_is_looked_at_when_the_store_is_opened() {
    let place = Place::new();
    record(&place.open(), kept_for(&place, HOUR)).await;
    place.clock.forward(HOUR * 2);
    let journal = place.open();
    seal(&journal).await;
    let log = place.log();
    assert_eq!(log.start().unwrap().seq, 1);
    suite::verify(&log);
}

#[tokio::test(start_paused = true)]
async fn keys_that_have_ended_go_too() {
    let place = Place::new();
    let journal = place.open();
    let ask = crate::store::once::OnceOp::Begin(suite::begin("a"));
    suite::step(&journal, [1; 32], ask).await;
    place.clock.forward(HOUR * 2);
    chores(&journal).await;
    assert_eq!(place.count("keys"), 0);
}

#[test]
fn numbers_in_a_row_are_one_range() {
    for (numbers, expected) in [
        (vec![], vec![]),
        (vec![4], vec![(4, 4)]),
        (vec![1, 2, 3, 5, 7, 8], vec![(1, 3), (5, 5), (7, 8)]),
    ] {
        assert_eq!(ranges(numbers.into_iter()), expected);
    }
}
