use std::fs;
use std::path::PathBuf;

use super::*;
use crate::audit::testing::{clock, names};

#[tokio::test(start_paused = true)]
async fn the_chain_goes_on_where_an_earlier_process_stopped() {
    let (_folder, path) = place();
    for _ in 0..3 {
        calls(&mut open(&path, &clock()).unwrap(), 2);
    }
    let report = verified(&path);
    assert_eq!((report.records, report.open), (12, 0));
    assert!(report.is_sound(), "{report:?}");
}

#[tokio::test(start_paused = true)]
async fn a_line_that_was_not_written_to_its_end_is_cut_off_wherever_it_ends() {
    let (_folder, path) = place();
    calls(&mut open(&path, &clock()).unwrap(), 2);
    let whole = fs::read(&path).unwrap();
    let last = whole[..whole.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    for end in last + 1..whole.len() {
        fs::write(&path, &whole[..end]).unwrap();
        let mut engine = open(&path, &clock()).unwrap();
        assert_eq!(engine.end.head.seq, 4, "three, and the outcome of the one that lost its own");
        calls(&mut engine, 1);
        assert!(verified(&path).is_sound(), "{end}");
    }
    // Room that was made for lines and never filled.
    let mut zeros = whole.clone();
    zeros.extend([0; 100]);
    zeros.extend(b"\n{}\n");
    fs::write(&path, &zeros).unwrap();
    drop(open(&path, &clock()).unwrap());
    assert_eq!(fs::read(&path).unwrap(), whole);
}

#[test]
fn what_was_never_a_log_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    for other in [b"SQLite format 3\0\x10\0\x01\n(\n\0".as_slice(), b"notes", b"notes\n"] {
        fs::write(&path, other).unwrap();
        open(&path, &clock()).err().unwrap();
        assert_eq!(fs::read(&path).unwrap(), other);
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_is_a_log_from_the_start() {
    let (_folder, path) = place();
    drop(open(&path, &clock()).unwrap());
    assert_eq!(verified(&path).records, 0);
    let header = fs::read(&path).unwrap();
    for end in 0..header.len() {
        fs::write(&path, &header[..end]).unwrap();
        calls(&mut open(&path, &clock()).unwrap(), 1);
        assert_eq!((verified(&path).records, verified(&path).is_sound()), (2, true), "{end}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_is_rewritten_once_a_day() {
    let (_folder, path) = place();
    let clock = clock();
    let mut engine = open(&path, &clock).unwrap();
    let mut erased = Vec::new();
    for _ in 0..60 {
        write(&mut engine, vec![begins("a", clock.now())]).unwrap();
        clock.forward(Duration::from_hours(1));
        idle(&mut engine);
        erased.push(read(&path).iter().filter(|body| body.is_none()).count());
    }
    erased.dedup();
    assert_eq!(erased, [0, 1, 25]);
}

#[tokio::test(start_paused = true)]
async fn calls_without_an_outcome_are_closed_as_abandoned() {
    let (_folder, path) = place();
    let clock = clock();
    let mut engine = open(&path, &clock).unwrap();
    let long = crate::audit::testing::intent("b", "ship", noon());
    let long = Draft::Intent(Box::new(crate::audit::Intent { retention: 9 * DAY, ..long }));
    let all = vec![begins("a", noon()), long, begins("c", noon()), ends("c", 3, noon())];
    write(&mut engine, all).unwrap();
    drop(engine);
    drop(open(&path, &clock).unwrap());
    let records = read(&path);
    let closed: Vec<_> = records[4..].iter().flatten().collect();
    let of = |view: &View| {
        let (call, tool) = (view.call_id.clone().unwrap(), view.tool.clone().unwrap());
        (view.intent.unwrap(), call, tool, view.retention().unwrap())
    };
    assert_eq!(of(closed[0]), (1, "a".to_owned(), "pay".to_owned(), DAY));
    assert_eq!(of(closed[1]), (2, "b".to_owned(), "ship".to_owned(), 9 * DAY));
    for view in &closed {
        assert_eq!(view.outcome.as_deref(), Some("abandoned"));
        assert_eq!(view.effect.as_deref(), Some("unknown"));
    }
    assert_eq!(closed.len(), 2);
    drop(open(&path, &clock).unwrap());
    assert_eq!(read(&path).len(), 6, "once");
    assert!(verified(&path).is_sound());
}

#[tokio::test(start_paused = true)]
async fn bodies_are_erased_when_their_time_is_over_and_the_chain_holds() {
    let (folder, path) = place();
    let clock = clock();
    let mut engine = open(&path, &clock).unwrap();
    calls(&mut engine, 2);
    let long = Draft::Refusal(Box::new(crate::audit::Refusal {
        retention: 3 * DAY,
        ..crate::audit::testing::refusal("rate_limited", noon())
    }));
    write(&mut engine, vec![long, begins("e", noon()), ends("e", 6, noon())]).unwrap();
    let erased = |path: &PathBuf| -> Vec<bool> { read(path).iter().map(Option::is_none).collect() };
    clock.forward(Duration::from_hours(24).saturating_sub(Duration::from_secs(1)));
    idle(&mut engine);
    assert_eq!(erased(&path), [false; 7]);
    clock.forward(Duration::from_mins(2));
    idle(&mut engine);
    assert_eq!(erased(&path), [true, true, true, true, false, true, true, false]);
    assert_eq!(read(&path)[7].as_ref().unwrap().bodies, [(1, 4), (6, 7)]);
    let report = verified(&path);
    assert_eq!((report.records, report.erased, report.signed), (8, 6, Some(8)));
    assert!(report.is_sound(), "{report:?}");
    // It goes on, by the same process and by the next one, which erases as it begins.
    write(&mut engine, vec![begins("f", clock.now())]).unwrap();
    drop(engine);
    clock.forward(3 * DAY);
    let mut engine = open(&path, &clock).unwrap();
    assert_eq!(read(&path).iter().filter(|body| body.is_none()).count(), 8);
    calls(&mut engine, 1);
    seal(&mut engine);
    let report = verified(&path);
    assert!(report.is_sound(), "{report:?}");
    assert!(!names(folder.path()).contains(&"audit.jsonl.new".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn what_is_written_while_a_large_log_is_rewritten_is_in_it() {
    let (_folder, path) = place();
    let clock = clock();
    let mut engine = open(&path, &clock).unwrap();
    let call = "x".repeat(64 << 10);
    let old: Vec<Draft> = (0..100).map(|_| begins(&call, noon())).collect();
    write(&mut engine, old).unwrap();
    clock.forward(DAY);
    let mut ticks = 0;
    loop {
        ticks += 1;
        if !idle(&mut engine) {
            break;
        }
        write(&mut engine, vec![begins("new", clock.now())]).unwrap();
    }
    assert!(ticks > 1, "in parts");
    let report = verified(&path);
    assert_eq!((report.erased, report.records), (100, 100 + ticks));
    assert!(report.is_sound(), "{report:?}");
}

/// Else a server that is killed twice leaves what looks as if checkpoints had been taken away.
#[tokio::test(start_paused = true)]
async fn what_was_left_unsigned_is_signed_before_anything_follows() {
    let (_folder, path) = place();
    let clock = clock();
    let unfinished = || {
        let mut engine = open(&path, &clock).unwrap();
        write(&mut engine, vec![begins("a", clock.now())]).unwrap();
        write(&mut engine, vec![begins("b", clock.now())]).unwrap();
    };
    unfinished();
    assert_eq!(verified(&path).signed, Some(1));
    clock.forward(Duration::from_hours(1));
    unfinished();
    let log = FileLog::open(&path).unwrap();
    let seqs: Vec<u64> = log.checkpoints().unwrap().iter().map(|one| one.head.seq).collect();
    assert_eq!(seqs, [1, 2], "what came next is within a minute of it");
    assert!(verified(&path).is_sound());
}
