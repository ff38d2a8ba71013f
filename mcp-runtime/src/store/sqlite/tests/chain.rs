//! The log: one chain, whoever writes it, and its checkpoints.

use std::time::Duration;

use serde_json::Value;

use super::*;
use crate::audit::chain::Head;
use crate::audit::checkpoint::External;
use crate::audit::{Draft, Log};
use crate::store::suite::{self, intent, record, seal, signs};

fn draft(place: &Place, call: usize) -> Draft {
    intent(&format!("call {call}"), place.clock.now())
}

async fn records(place: &Place, journal: &SqliteJournal, count: usize) {
    let entry = |call| Entry { record: Some(draft(place, call)), ..Entry::default() };
    let written: Vec<_> = (0..count).map(|call| journal.write(entry(call))).collect();
    for written in written {
        written.await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn two_processes_write_one_chain() {
    let place = Place::new();
    let (one, two) = (place.open(), place.open());
    for _ in 0..5 {
        tokio::join!(records(&place, &one, 20), records(&place, &two, 7));
    }
    let log = place.log();
    suite::verify(&log);
    assert_eq!(log.head().unwrap().seq, 135);
    let newest = two.newest(2).unwrap();
    let seqs =
        newest.iter().map(|body| serde_json::from_slice::<Value>(body).unwrap()["seq"].clone());
    assert_eq!(seqs.collect::<Vec<_>>(), [134, 135]);
}

#[tokio::test(start_paused = true)]
async fn a_reader_sees_the_log_as_it_was_when_it_was_opened() {
    let place = Place::new();
    let journal = place.open();
    records(&place, &journal, 3).await;
    let log = place.log();
    records(&place, &journal, 3).await;
    suite::verify(&log);
    assert_eq!(suite::records(&log).len(), 3);
    assert_eq!(suite::records(&place.log()).len(), 6);
}

#[tokio::test(start_paused = true)]
async fn checkpoints_are_signed_by_number_by_time_and_at_the_end() {
    let place = Place::new();
    let journal = place.open();
    let signed = || {
        let checkpoints = place.log().checkpoints().unwrap();
        checkpoints.iter().map(|checkpoint| checkpoint.head.seq).collect::<Vec<_>>()
    };
    record(&journal, draft(&place, 1)).await;
    assert_eq!(signed(), [1], "the first one");
    record(&journal, draft(&place, 2)).await;
    place.clock.forward(Duration::from_millis(59_999));
    record(&journal, draft(&place, 3)).await;
    assert_eq!(signed(), [1], "too soon");
    place.clock.forward(Duration::from_millis(1));
    record(&journal, draft(&place, 4)).await;
    assert_eq!(signed(), [1, 4], "a minute later");
    place.clock.forward(Duration::from_mins(2));
    seal(&journal).await;
    assert_eq!(signed(), [1, 4], "nothing is new");
    for _ in 0..4 {
        records(&place, &journal, 250).await;
    }
    let by_number = signed();
    assert!(by_number.len() >= 3, "{by_number:?}");
    record(&journal, draft(&place, 5)).await;
    seal(&journal).await;
    assert_eq!(signed().last(), Some(&1_005));
    suite::verify(&place.log());
}

#[tokio::test(start_paused = true)]
async fn the_newest_checkpoint_stands_beside_the_store() {
    let place = Place::new();
    let journal = place.open();
    record(&journal, draft(&place, 1)).await;
    drop(journal);
    let log = place.log();
    let newest = log.checkpoints().unwrap().pop().unwrap();
    let published = External::read(&file::beside(&place.path(), ".checkpoint")).unwrap();
    assert_eq!(published, External { log: log.id().unwrap(), checkpoint: newest });
}

#[tokio::test(start_paused = true)]
async fn a_newer_checkpoint_and_one_of_another_log_stay() {
    let place = Place::new();
    let file = file::beside(&place.path(), ".checkpoint");
    let journal = place.open();
    record(&journal, draft(&place, 1)).await;
    // What came after the record was done before this is.
    seal(&journal).await;
    let log = place.log().id().unwrap();
    // The second one was made of other records than those that are there.
    for (log, seq, stays) in [(log, 9, true), (log, 1, true), ([9; 16], 0, true), (log, 0, false)] {
        let head = Head { seq, hash: [7; 32] };
        let there = External { log, checkpoint: signs().sign(log, head, place.clock.now()) };
        there.write(&file).unwrap();
        record(&journal, draft(&place, 1)).await;
        seal(&journal).await;
        seal(&journal).await;
        assert_eq!(External::read(&file).unwrap() == there, stays, "{seq} of {log:?}");
    }
}

/// The file that shows it must outlast that the server goes on and signs what it has.
#[tokio::test(start_paused = true)]
async fn a_log_that_was_set_back_does_not_take_over_the_checkpoint() {
    let place = Place::new();
    let file = file::beside(&place.path(), ".checkpoint");
    let some = |count| {
        let place = &place;
        async move {
            let journal = place.open();
            records(place, &journal, count).await;
            seal(&journal).await;
        }
    };
    some(2).await;
    let older = std::fs::read(place.path()).unwrap();
    some(3).await;
    let newer = External::read(&file).unwrap();
    place.clock.forward(Duration::from_secs(1));
    std::fs::write(place.path(), older).unwrap();
    some(9).await;
    drop(place.open());
    assert_eq!(External::read(&file).unwrap(), newer);
    let report = crate::audit::verify::verify(&place.log(), Some(&signs()), &[newer]).unwrap();
    assert!(report.problems[0].contains("was made of other records"), "{report:?}");
}

#[tokio::test(start_paused = true)]
async fn an_intent_is_open_until_its_outcome() {
    let place = Place::new();
    let journal = place.open();
    let seq = record(&journal, draft(&place, 1)).await;
    assert_eq!(place.count("open_intents"), 1);
    record(&journal, suite::outcome(seq, "call 1", place.clock.now())).await;
    assert_eq!(place.count("open_intents"), 0);
    assert!(signs().signed(place.log().id().unwrap(), &place.log().checkpoints().unwrap()[0]));
}
