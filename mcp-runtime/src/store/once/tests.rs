//! The table of the protocol: every state, at every age, against every step.

use std::time::Duration;

use super::machine::{self, Change, Row, State};
use super::{Begin, Fence, OnceAnswer, OnceOp};

const LEASE: Duration = Duration::from_millis(30);
const TTL: Duration = Duration::from_secs(1);
const MINE: u64 = 7;
const FRESH: u64 = 8;

fn asker() -> Begin {
    Begin {
        payload: [1; 32],
        version: "1".into(),
        call_id: "asker".to_owned(),
        lease: LEASE,
        ttl: TTL,
        settles: false,
    }
}

fn ask() -> OnceOp {
    OnceOp::Begin(asker())
}

fn settle() -> OnceOp {
    OnceOp::Begin(Begin { settles: true, ..asker() })
}

/// Claimed at 100, leased until 130, kept until 1130.
fn row(state: State, doubted: bool) -> Row {
    let response = if state == State::Completed { b"done".to_vec() } else { Vec::new() };
    Row {
        state,
        doubted,
        fence: MINE,
        payload: [1; 32],
        version: "1".into(),
        call_id: "owner".to_owned(),
        since: 100,
        lease_until: 130,
        expires: 1_130,
        response,
    }
}

const LIVE: u64 = 129;
const LAPSED: u64 = 130;
const GONE: u64 = 1_130;

/// What is left of a record.
#[derive(Debug, PartialEq)]
enum Left {
    Same,
    Row(Row),
    Nothing,
}

/// One step. A record that is kept is the same in every part.
fn step(mut row: Option<Row>, op: OnceOp, now: u64, fresh: Fence) -> (Left, OnceAnswer) {
    let before = row.clone();
    let (change, answer) = machine::step(row.as_mut(), op, now, fresh);
    (left(change, row, before.as_ref()), answer)
}

fn left(change: Change, row: Option<Row>, before: Option<&Row>) -> Left {
    match change {
        Change::Keep => {
            assert_eq!(row.as_ref(), before);
            Left::Same
        }
        Change::Changed => Left::Row(row.expect("a record that was there")),
        Change::New(row) => Left::Row(row),
        Change::Delete => Left::Nothing,
    }
}

fn orphan(mut row: Row) -> Left {
    let before = row.clone();
    let change = row.orphan();
    left(change, Some(row), Some(&before))
}

fn put(left: Left) -> Row {
    match left {
        Left::Row(row) => row,
        other => panic!("{other:?}"),
    }
}

#[test]
fn who_asks_for_a_key_is_answered_by_its_state_and_its_age() {
    use State::{Claimed, Completed, Indeterminate, Started};

    let claimed = |doubt: bool| OnceAnswer::Claimed {
        fence: FRESH,
        doubt: doubt.then(|| "owner".to_owned()),
    };
    let indeterminate = || OnceAnswer::Indeterminate { call_id: "owner".to_owned() };
    let completed = |age| OnceAnswer::Completed {
        response: b"done".to_vec(),
        call_id: "owner".to_owned(),
        age: Duration::from_millis(age),
    };
    let running = || OnceAnswer::Running;
    let table = [
        // state, doubted, now, who only asks, who can settle
        (Claimed, false, LIVE, running(), running()),
        (Claimed, false, LAPSED, claimed(false), claimed(false)),
        (Claimed, true, LIVE, running(), running()),
        (Claimed, true, LAPSED, indeterminate(), claimed(true)),
        (Started, false, LIVE, running(), running()),
        (Started, false, LAPSED, indeterminate(), claimed(true)),
        (Started, true, LAPSED, indeterminate(), claimed(true)),
        (Indeterminate, false, LIVE, indeterminate(), claimed(true)),
        (Indeterminate, true, LAPSED, indeterminate(), claimed(true)),
        (Completed, false, LIVE, completed(29), completed(29)),
        (Completed, false, GONE - 1, completed(1_029), completed(1_029)),
        // The clock was set back.
        (Completed, false, 0, completed(0), completed(0)),
        (Started, false, 0, running(), running()),
    ];
    for (state, doubted, now, asked, settled) in table {
        for (op, expected) in [(ask(), asked), (settle(), settled)] {
            let what = format!("{state:?}, doubted: {doubted}, at {now}, {op:?}");
            let (change, answer) = step(Some(row(state, doubted)), op, now, FRESH);
            assert_eq!(answer, expected, "{what}");
            match answer {
                OnceAnswer::Claimed { doubt, .. } => {
                    let row = put(change);
                    assert_eq!(
                        (row.state, row.doubted, row.fence),
                        (Claimed, doubt.is_some(), FRESH)
                    );
                    assert_eq!((row.call_id.as_str(), row.since), ("asker", now), "{what}");
                }
                _ => assert_eq!(change, Left::Same, "{what}"),
            }
        }
    }
}

#[test]
fn a_record_whose_end_has_come_is_absent() {
    let first = OnceAnswer::Claimed { fence: FRESH, doubt: None };
    assert_eq!(step(None, ask(), 5, FRESH).1, first);
    for state in [State::Claimed, State::Started, State::Completed, State::Indeterminate] {
        for doubted in [false, true] {
            assert_eq!(step(Some(row(state, doubted)), ask(), GONE, FRESH).1, first);
            for op in owners() {
                let (change, answer) = step(Some(row(state, doubted)), op, GONE, FRESH);
                assert_eq!((change, answer), (Left::Same, OnceAnswer::Stale));
            }
        }
    }
}

#[test]
fn other_arguments_are_a_mismatch_in_every_state_unless_the_version_differs() {
    for state in [State::Claimed, State::Started, State::Completed, State::Indeterminate] {
        for now in [LIVE, LAPSED] {
            for settles in [false, true] {
                let other = Begin { payload: [2; 32], settles, ..asker() };
                let newer = Begin { version: "2".into(), ..other.clone() };
                let (change, answer) =
                    step(Some(row(state, false)), OnceOp::Begin(other), now, FRESH);
                assert_eq!((change, answer), (Left::Same, OnceAnswer::Mismatch), "{state:?}");
                let (_, answer) = step(Some(row(state, false)), OnceOp::Begin(newer), now, FRESH);
                assert_ne!(answer, OnceAnswer::Mismatch, "{state:?}");
            }
        }
    }
}

fn owners() -> [OnceOp; 5] {
    [
        OnceOp::Start { fence: MINE },
        OnceOp::Renew { fence: MINE, lease: LEASE },
        OnceOp::Complete { fence: MINE, response: b"new".to_vec(), ttl: TTL },
        OnceOp::Release { fence: MINE },
        OnceOp::Doubt { fence: MINE },
    ]
}

#[test]
fn an_owners_step_counts_as_long_as_nobody_took_another_fence() {
    use State::{Claimed, Completed, Indeterminate, Started};

    // What start, renew, complete, release and doubt leave; nothing where they are refused.
    let table = [
        (Claimed, [Some(Started), Some(Claimed), Some(Completed), None, Some(Indeterminate)]),
        (Started, [None, Some(Started), Some(Completed), None, Some(Indeterminate)]),
        (Indeterminate, [None, Some(Indeterminate), Some(Completed), None, Some(Indeterminate)]),
        (Completed, [None; 5]),
    ];
    for (state, after) in table {
        for now in [LIVE, LAPSED, GONE - 1] {
            for doubted in [false, true] {
                for (op, after) in owners().into_iter().zip(after) {
                    let what = format!("{state:?} at {now}, {op:?}");
                    let releases = matches!(op, OnceOp::Release { .. }) && state != Completed;
                    let (change, answer) = step(Some(row(state, doubted)), op, now, FRESH);
                    let left = match change {
                        Left::Same => (answer == OnceAnswer::Done).then_some(state),
                        Left::Row(ref row) => Some(row.state),
                        Left::Nothing => None,
                    };
                    assert_eq!(left, after, "{what}");
                    assert_eq!(change == Left::Nothing, releases, "{what}");
                    let counts = after.is_some() || releases;
                    assert_eq!(answer == OnceAnswer::Done, counts, "{what}");
                    assert_eq!(answer == OnceAnswer::Stale, !counts, "{what}");
                }
            }
        }
    }
}

#[test]
fn a_stale_owner_changes_nothing() {
    for state in [State::Claimed, State::Started, State::Completed, State::Indeterminate] {
        for fence in [MINE - 1, MINE + 1] {
            for op in owners() {
                let of_another = Row { fence, ..row(state, false) };
                let answer = step(Some(of_another), op, LIVE, FRESH);
                assert_eq!(answer, (Left::Same, OnceAnswer::Stale), "{state:?}");
            }
        }
    }
    for op in owners() {
        assert_eq!(step(None, op, LIVE, FRESH), (Left::Same, OnceAnswer::Stale));
    }
}

#[test]
fn the_same_completion_once_more_is_heard_and_another_one_is_not() {
    let complete =
        |response: &[u8]| OnceOp::Complete { fence: MINE, response: response.to_vec(), ttl: TTL };
    let completed = || Some(row(State::Completed, false));
    let (change, answer) = step(completed(), complete(b"done"), 500, FRESH);
    assert_eq!((change, answer), (Left::Same, OnceAnswer::Done));
    let (change, answer) = step(completed(), complete(b"other"), 500, FRESH);
    assert_eq!((change, answer), (Left::Same, OnceAnswer::Stale));
}

#[test]
fn what_was_promised_ends_no_sooner_when_the_clock_is_set_back() {
    let renew = OnceOp::Renew { fence: MINE, lease: LEASE };
    let (change, _) = step(Some(row(State::Started, false)), renew.clone(), 50, FRESH);
    let renewed = put(change);
    assert_eq!((renewed.lease_until, renewed.expires), (130, 1_130));
    let (change, _) = step(Some(renewed), renew, 200, FRESH);
    let renewed = put(change);
    assert_eq!((renewed.lease_until, renewed.expires), (230, 1_230));
    let complete = OnceOp::Complete { fence: MINE, response: Vec::new(), ttl: TTL };
    let (change, _) = step(Some(row(State::Started, false)), complete, 50, FRESH);
    assert_eq!(put(change).expires, 1_100);
    let (change, _) = step(Some(row(State::Indeterminate, false)), settle(), 50, FRESH);
    assert_eq!(put(change).expires, 1_130);
}

#[test]
fn a_record_outlives_its_lease_and_its_doubt_by_its_lifetime() {
    let short = Begin { ttl: Duration::from_millis(1), ..asker() };
    let claimed = put(step(None, OnceOp::Begin(short), 0, FRESH).0);
    assert_eq!((claimed.lease_until, claimed.expires), (30, 31));
    for op in [OnceOp::Start { fence: MINE }, OnceOp::Doubt { fence: MINE }] {
        let (change, _) = step(Some(row(State::Claimed, false)), op, 1_000, FRESH);
        assert_eq!(put(change).expires, 2_000);
    }
}

#[test]
fn times_beyond_all_numbers_are_the_last_one() {
    let forever = Begin { lease: Duration::MAX, ttl: Duration::MAX, ..asker() };
    let claimed = put(step(None, OnceOp::Begin(forever), u64::MAX - 1, FRESH).0);
    assert_eq!((claimed.lease_until, claimed.expires), (u64::MAX, u64::MAX));
    let renew = OnceOp::Renew { fence: FRESH, lease: Duration::MAX };
    assert_eq!(step(Some(claimed), renew, u64::MAX - 1, 9).1, OnceAnswer::Done);
}

#[test]
fn what_a_dead_owner_leaves_is_free_only_if_nothing_can_have_happened() {
    use State::{Claimed, Completed, Indeterminate, Started};

    assert_eq!(orphan(row(Claimed, false)), Left::Nothing);
    for (state, doubted) in [(Claimed, true), (Started, false), (Started, true)] {
        let left = put(orphan(row(state, doubted)));
        assert_eq!((left.state, left.fence), (Indeterminate, MINE));
    }
    for state in [Completed, Indeterminate] {
        assert_eq!(orphan(row(state, false)), Left::Same);
    }
}
