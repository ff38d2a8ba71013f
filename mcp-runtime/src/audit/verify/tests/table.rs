use super::*;
use crate::audit::testing::{begins, ends};

/// Five calls, a checkpoint, one call more.
fn log() -> Stored {
    let mut log = Stored::new();
    for call in ["a", "b", "c", "d", "e"] {
        let intent = log.add(&begins(call, noon()));
        log.add(&ends(call, intent, noon()));
    }
    log.sign();
    let intent = log.add(&begins("f", noon()));
    log.add(&ends("f", intent, noon()));
    log
}

#[test]
fn a_sound_log_says_how_far_it_is_signed() {
    let report = log().verified();
    assert!(report.is_sound(), "{report:?}");
    let Report { records, erased, checkpoints, signed, open, .. } = report;
    assert_eq!((records, erased, checkpoints, signed, open), (12, 0, 1, Some(10), 0));
    let unsigned = verify(&log(), None, &[]).unwrap();
    assert_eq!((unsigned.is_sound(), unsigned.signed), (true, None), "nobody looked");
    let mut empty = Stored::new();
    assert!(empty.verified().is_sound());
    empty.sign();
    assert!(empty.verified().is_sound());
}

type Tamper = fn(&mut Stored);

#[allow(clippy::too_many_lines, reason = "a table")]
#[test]
fn what_was_done_to_it_is_named_with_its_place() {
    let cases: &[(Tamper, &str)] = &[
        (|log| log.records[3].body = Some(b"{}".to_vec()), "record 4 was changed"),
        (|log| log.records[3].digest = [0; 32], "record 4 was changed"),
        (|log| log.records[3].body = None, "record 4 is gone, and no record says why"),
        (
            |log| {
                log.records[3].body = None;
                log.records[4].body = None;
            },
            "records 4 to 5 are gone, and no record says why",
        ),
        (|log| drop(log.records.remove(3)), "record 4 is missing"),
        (|log| drop(log.records.drain(3..6)), "records 4 to 6 are missing"),
        (|log| log.records.swap(3, 4), "stands where record"),
        (
            |log| {
                let twice = log.records[3].clone();
                log.records.insert(4, twice);
            },
            "record 4 stands where record 5 belongs",
        ),
        (|log| log.records.truncate(11), "by its own word at record 12: its end was cut off"),
        (|log| log.head.hash = [0; 32], "the hash of record 12 isn't the one"),
        (
            |log| {
                log.records.truncate(8);
                log.rechain();
            },
            "the log ends at record 8, before the checkpoint of record 10: its end was cut off",
        ),
        (
            |log| {
                log.records[3].body =
                    Some(ends("b", 3, noon() + crate::audit::testing::DAY).body(4));
                log.rechain();
            },
            "the checkpoint of record 10 was made of other records",
        ),
        (|log| log.checkpoints[0].signature = [0; 32], "record 10 isn't signed with this key"),
        (|log| log.checkpoints[0].time += 1, "record 10 isn't signed with this key"),
        (|log| log.checkpoints[0].head.seq = 9, "the checkpoint of record 9"),
        (|log| log.add_body(b"no JSON".to_vec()), "record 13 can't be read"),
        (|log| log.add_body(b"{\"seq\":13,\"kind\":\"x\"}".to_vec()), "of an unknown kind: \"x\""),
        (|log| log.add_body(begins("x", noon()).body(7)), "record 13 says that it is record 7"),
        (
            |log| _ = log.add(&ends("a", 1, noon())),
            "record 13 is an outcome of record 1, which is no intent or has one already",
        ),
        (|log| _ = log.add(&ends("a", 2, noon())), "outcome of record 2, which is no intent"),
        (|log| _ = log.add(&ends("a", 99, noon())), "outcome of record 99, which is no intent"),
        (|log| log.note(vec![(13, 13)], None), "notes that 13 to 13 are erased: it can't be"),
        (
            |log| {
                log.records[3].body = None;
                log.note(vec![(1, 3), (5, 12)], None);
            },
            "record 4 is gone, and no record says why",
        ),
        (
            |log| {
                log.records[3].body = None;
                log.forge_note(vec![(4, 4)]);
            },
            "record 13 notes that records are erased, and doesn't prove with this key",
        ),
        (
            |log| {
                log.records[3].body = None;
                log.forge_note(vec![(4, 4)]);
            },
            "record 4 is gone, and no record says why",
        ),
        (
            |log| log.add_body(b"{\"seq\":13,\"kind\":\"erased\",\"bodies\":[]}".to_vec()),
            "record 13 notes that records are erased, and doesn't prove with this key",
        ),
        (
            |log| {
                log.start = log.start.then(&log.records.remove(0).digest);
            },
            "the log begins after record 1, and no record says",
        ),
        (
            |log| {
                let start = log.start.then(&log.records.remove(0).digest);
                log.note(vec![], Some(Head { hash: [0; 32], ..start }));
                log.start = start;
            },
            "the log begins after record 1, and no record says",
        ),
    ];
    for (index, (tamper, expected)) in cases.iter().enumerate() {
        let mut log = log();
        tamper(&mut log);
        let report = log.verified();
        assert!(
            report.problems.iter().any(|problem| problem.contains(expected)),
            "{index}: {expected}: {:?}",
            report.problems
        );
    }
}

#[test]
fn what_a_note_vouches_for_is_no_problem() {
    let mut log = log();
    for seq in [1, 2, 5] {
        log.records[seq - 1].body = None;
    }
    log.note(vec![(1, 2), (5, 5)], None);
    let report = log.verified();
    assert_eq!((report.erased, report.is_sound()), (3, true), "{report:?}");
    // Their stubs go, too; the outcome of an intent that is gone stays.
    let start = [0, 1, 2].iter().fold(log.start, |head, at| head.then(&log.records[*at].digest));
    log.records.drain(..3);
    log.start = start;
    log.note(vec![], Some(start));
    let report = log.verified();
    assert!(report.is_sound(), "{report:?}");
    assert_eq!(report.signed, Some(10));
}

#[test]
fn a_checkpoint_that_was_kept_elsewhere_shows_that_the_end_was_cut() {
    let whole = log();
    let kept = whole.external();
    let verified = |log: &Stored, kept: &External| {
        verify(log, Some(&keys()), std::slice::from_ref(kept)).unwrap().problems
    };
    assert_eq!(verified(&whole, &kept), [] as [&str; 0]);
    let mut cut = whole.clone();
    cut.records.truncate(6);
    cut.checkpoints.clear();
    cut.rechain();
    assert!(cut.verified().is_sound(), "the log alone doesn't show it");
    assert_eq!(
        verified(&cut, &kept),
        ["the log ends at record 6, before the checkpoint file of record 10: \
          its end was cut off"]
    );
    let of_another = External { log: [9; 16], ..kept.clone() };
    assert!(verified(&whole, &of_another)[0].contains("is of another log"));
    let forged = AuditKeys::new(&[8; 32]).unwrap().sign(LOG, whole.head, noon());
    let forged = External { checkpoint: forged, ..kept };
    assert!(verified(&whole, &forged)[0].contains("isn't signed with this key"));
}

#[test]
fn problems_are_bounded() {
    let mut log = log();
    for _ in 0..200 {
        log.add(&ends("x", 1, noon()));
    }
    let report = log.verified();
    assert_eq!((report.problems.len(), report.more), (100, 100));
}
