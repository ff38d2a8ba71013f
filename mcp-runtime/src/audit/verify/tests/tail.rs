use std::time::Duration;

use super::*;
use crate::audit::testing::begins;

fn minutes(count: u64) -> SystemTime {
    noon() + Duration::from_mins(count)
}

/// Records at these minutes.
fn written(log: &mut Stored, at: impl IntoIterator<Item = u64>) {
    for minute in at {
        log.add(&begins("x", minutes(minute)));
    }
}

#[test]
fn a_server_that_was_killed_leaves_a_short_end() {
    let mut log = Stored::new();
    written(&mut log, [0, 0, 10]);
    assert!(log.verified().is_sound(), "not even its first checkpoint");
    log.sign_at(minutes(10));
    written(&mut log, [10, 11, 11]);
    assert!(log.verified().is_sound());
    // An hour later another one signs, and is killed as well.
    log.sign_at(minutes(70));
    written(&mut log, [70, 71]);
    assert!(log.verified().is_sound());
    written(&mut log, vec![71; 2_000]);
    assert!(log.verified().is_sound());
}

#[test]
fn checkpoints_that_were_taken_away_are_missed() {
    let mut log = Stored::new();
    written(&mut log, [0, 1, 2, 12]);
    let told = "record 4 is unsigned, and was written 12 minutes after the first record";
    assert!(log.verified().problems[0].contains(told), "{:?}", log.verified());
    log.checkpoints.clear();
    log.sign_at(minutes(12));
    written(&mut log, [13, 24]);
    let told = "record 6 is unsigned, and was written 12 minutes after the last checkpoint";
    assert!(log.verified().problems[0].contains(told), "{:?}", log.verified());
    assert!(verify(&log, None, &[]).unwrap().is_sound(), "without a key nobody can tell");
    // One of someone else is none.
    log.checkpoints.push(AuditKeys::new(&[8; 32]).unwrap().sign(LOG, log.head, minutes(24)));
    assert!(log.verified().problems.iter().any(|one| one.contains(told)));
}

#[test]
fn more_than_a_server_leaves_unsigned_is_not_its_work() {
    let mut log = Stored::new();
    written(&mut log, vec![0; 3_024]);
    assert!(log.verified().is_sound());
    written(&mut log, [0]);
    let told = "records 1 to 3025 are unsigned, and a server signs every 1000";
    assert!(log.verified().problems[0].contains(told), "{:?}", log.verified());
    log.sign();
    assert!(log.verified().is_sound());
}

#[test]
fn a_checkpoint_of_what_is_gone_says_when_the_log_was_signed() {
    let mut log = Stored::new();
    written(&mut log, [0, 1]);
    log.sign_at(minutes(1));
    written(&mut log, [1]);
    let start = log.records.drain(..3).fold(log.start, |head, kept| head.then(&kept.digest));
    log.start = start;
    log.note(vec![], Some(start));
    assert!(log.verified().is_sound());
    written(&mut log, [13]);
    assert!(log.verified().problems[0].contains("after the last checkpoint"));
}
