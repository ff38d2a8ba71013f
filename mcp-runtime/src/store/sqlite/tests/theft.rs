//! What was taken out of a log doesn't pass, in time, for what its retention took out.

use std::time::Duration;

use super::*;
use crate::audit::verify::verify;
use crate::audit::{Draft, Intent, Log};
use crate::store::suite::{intent, record, seal};

const HOUR: Duration = Duration::from_hours(1);

/// Three records that are kept for a day, and then one for an hour.
async fn written(place: &Place) {
    let journal = place.open();
    for hours in [24, 24, 24, 1] {
        let Draft::Intent(of) = intent("a", place.clock.now()) else { unreachable!() };
        let kept = Intent { retention: HOUR * hours, ..*of };
        record(&journal, Draft::Intent(Box::new(kept))).await;
    }
    seal(&journal).await;
}

/// Lets servers run over some hours, with the chores of each.
async fn served(place: &Place, hours: u32) {
    let journal = place.open();
    for _ in 0..hours {
        place.clock.forward(HOUR);
        seal(&journal).await;
        seal(&journal).await;
    }
}

fn problems(place: &Place) -> Vec<String> {
    verify(&place.log(), Some(&signs()), &[]).unwrap().problems
}

#[tokio::test(start_paused = true)]
async fn a_theft_stays_one_whatever_retention_does() {
    for (theft, named) in [
        ("UPDATE records SET body = NULL WHERE seq = 1", "record 1 is gone"),
        ("UPDATE records SET body = NULL, note = 5 WHERE seq = 1", "record 1 is gone"),
        ("UPDATE records SET body = NULL, note = 1 WHERE seq <= 3", "records 1 to 3 are gone"),
        // What would be erased, for it says so itself.
        (
            "UPDATE records SET expires = 5, body = CAST('{\"seq\":1,\"kind\":\"refusal\",\
             \"keep_until\":\"2001-01-01T00:00:00.000Z\"}' AS BLOB) WHERE seq = 1",
            "record 1 was changed",
        ),
        // What would go with the stubs, as their notes do.
        (
            "UPDATE records SET note = 1, body = CAST('{\"seq\":1,\"kind\":\"erased\"}' AS BLOB) \
             WHERE seq = 1; UPDATE records SET body = NULL WHERE seq = 2",
            "record 1 was changed",
        ),
    ] {
        let place = Place::new();
        written(&place).await;
        assert_eq!(problems(&place), [] as [&str; 0]);
        place.raw().execute_batch(theft).unwrap();
        served(&place, 3).await;
        let found = problems(&place);
        assert!(found.iter().any(|one| one.contains(named)), "{theft}: {found:?}");
        assert_eq!(place.log().start().unwrap().seq, 0, "{theft}");
        // Nor when its time would have been over.
        served(&place, 30).await;
        let found = problems(&place);
        assert!(found.iter().any(|one| one.contains(named)), "{theft}: {found:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_beginning_that_was_cut_off_is_not_vouched_for() {
    let place = Place::new();
    written(&place).await;
    let empty = place.log().start().unwrap();
    let raw = place.raw();
    let first: [u8; 32] =
        raw.query_row("SELECT digest FROM records WHERE seq = 1", [], |row| row.get(0)).unwrap();
    raw.execute("DELETE FROM records WHERE seq = 1", []).unwrap();
    let start = empty.then(&first);
    raw.execute("UPDATE meta SET start_seq = 1, start_hash = ?1", [start.hash]).unwrap();
    drop(raw);
    served(&place, 30).await;
    assert_eq!(place.log().start().unwrap(), start, "what comes after it stays");
    let found = problems(&place);
    assert!(found[0].contains("the log begins after record 1, and no record says"), "{found:?}");
}

#[tokio::test(start_paused = true)]
async fn checkpoints_that_were_taken_away_are_missed() {
    let place = Place::new();
    written(&place).await;
    place.clock.forward(Duration::from_mins(20));
    record(&place.open(), intent("b", place.clock.now())).await;
    assert_eq!(problems(&place), [] as [&str; 0]);
    place.raw().execute("DELETE FROM checkpoints", []).unwrap();
    assert!(problems(&place)[0].contains("checkpoints were taken away"));
}

/// What servers do between groups of calls is signed as those are: nothing of it looks as if
/// checkpoints had been taken away.
#[tokio::test(start_paused = true)]
async fn whatever_a_server_appends_is_signed_in_time() {
    let place = Place::new();
    let journal = place.open();
    let Draft::Intent(of) = intent("a", place.clock.now()) else { unreachable!() };
    let kept = Intent { retention: HOUR, ..*of };
    record(&journal, Draft::Intent(Box::new(kept))).await;
    record(&journal, intent("b", place.clock.now())).await;
    drop(journal);
    let newest = || place.log().checkpoints().unwrap().pop().unwrap().head;
    // The outcomes of calls that were left, as the next one begins.
    place.clock.forward(Duration::from_mins(30));
    drop(Writer::open(&place.path(), place.clock.clone(), signs()).unwrap());
    assert_eq!((newest().seq, newest()), (4, place.log().head().unwrap()));
    // A note, as the next one starts.
    place.clock.forward(HOUR);
    drop(place.open());
    assert_eq!(place.log().start().unwrap().seq, 1);
    assert_eq!((newest().seq, newest()), (5, place.log().head().unwrap()));
    assert_eq!(problems(&place), [] as [&str; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_note_that_someone_else_wrote_covers_nothing() {
    let place = Place::new();
    written(&place).await;
    // Well made, but for the key: chained, and signed by the server later on.
    let head = place.log().head().unwrap();
    let keys = crate::audit::AuditKeys::new(&[8; 32]).unwrap();
    let of = (&keys, place.log().id().unwrap(), head.seq + 1);
    let note = crate::audit::Erased::new(place.clock.now(), vec![(1, 1)], None, of);
    let body = Draft::Erased(Box::new(note)).body(head.seq + 1);
    let digest = crate::audit::chain::digest(&body);
    let raw = place.raw();
    raw.execute("UPDATE records SET body = NULL, note = 5 WHERE seq = 1", []).unwrap();
    raw.execute("INSERT INTO records VALUES (5, ?1, ?2, NULL, 1)", rusqlite::params![digest, body])
        .unwrap();
    raw.execute("UPDATE meta SET seq = 5, hash = ?1", [head.then(&digest).hash]).unwrap();
    drop(raw);
    served(&place, 3).await;
    let log = place.log();
    assert!(log.checkpoints().unwrap().iter().any(|one| one.head.seq > 5), "it is signed");
    let found = problems(&place);
    assert!(found[0].contains("record 5 notes that records are erased, and doesn't prove"));
    assert!(found.iter().any(|one| one.contains("record 1 is gone")), "{found:?}");
    assert_eq!(log.start().unwrap().seq, 0);
}
