//! Files that somebody else was at.

use std::fs;

use super::*;
use crate::audit::checkpoint::External;
use crate::audit::testing::clock;

#[tokio::test(start_paused = true)]
async fn nothing_is_cut_off_that_lines_come_after() {
    let (_folder, path) = place();
    calls(&mut open(&path, &clock()).unwrap(), 4);
    let whole = fs::read(&path).unwrap();
    let mut lost = whole.clone();
    lost[300] = 0;
    let mut long = whole.clone();
    let line = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    long.splice(line..line, vec![b'x'; 2 * super::super::line::MAX_LINE]);
    for changed in [lost, long] {
        fs::write(&path, &changed).unwrap();
        let problem = open(&path, &clock()).err().unwrap();
        assert!(problem.contains("isn't what was written"), "{problem}");
        assert_eq!(fs::read(&path).unwrap(), changed, "it stays as it is");
    }
}

/// The file that shows it must outlast that the server goes on and signs what it has.
#[tokio::test(start_paused = true)]
async fn a_log_that_was_cut_does_not_take_over_the_checkpoint() {
    let (_folder, path) = place();
    let some = |count| {
        let mut engine = open(&path, &clock()).unwrap();
        calls(&mut engine, count);
        seal(&mut engine);
    };
    some(2);
    let older = fs::read(&path).unwrap();
    some(3);
    let kept = crate::audit::checkpoint::beside_log(&path);
    let newer = External::read(&kept).unwrap();
    assert_eq!(newer.checkpoint.head.seq, 10);
    fs::write(&path, older).unwrap();
    some(2);
    let mut engine = open(&path, &clock()).unwrap();
    write(&mut engine, vec![begins("other", noon()), ends("other", 9, noon())]).unwrap();
    seal(&mut engine);
    drop(engine);
    some(1);
    assert_eq!(External::read(&kept).unwrap(), newer);
    let report = verify(&FileLog::open(&path).unwrap(), Some(&keys()), &[newer]).unwrap();
    assert!(report.problems[0].contains("was made of other records"), "{report:?}");
}

#[tokio::test(start_paused = true)]
async fn what_was_changed_is_not_continued() {
    let (_folder, path) = place();
    calls(&mut open(&path, &clock()).unwrap(), 2);
    let text = fs::read_to_string(&path).unwrap();
    for changed in [
        text.replacen("\"seq\":2,", "\"seq\":3,", 1),
        text.split_inclusive('\n').skip(1).collect(),
        format!("{text}no line\n"),
        "no log\n".to_owned(),
    ] {
        fs::write(&path, &changed).unwrap();
        let problem = open(&path, &clock()).err().unwrap();
        assert!(problem.contains("isn't what was written"), "{problem}");
        assert_eq!(fs::read_to_string(&path).unwrap(), changed, "it stays as it is");
    }
}

/// Its digest is in the chain, and what it says now isn't: that it may go by now counts for nothing.
#[tokio::test(start_paused = true)]
async fn a_body_that_was_changed_is_not_erased() {
    let (_folder, path) = place();
    let clock = clock();
    calls(&mut open(&path, &clock).unwrap(), 2);
    let text = fs::read_to_string(&path).unwrap();
    let at = "\"keep_until\":\"20";
    assert!(text.contains(at));
    fs::write(&path, text.replacen(at, "\"keep_until\":\"19", 1)).unwrap();
    drop(open(&path, &clock).unwrap());
    assert!(read(&path)[0].is_some());
    assert!(verified(&path).problems[0].contains("record 1 was changed"));
}

/// A server that goes on signs what it finds: a note of someone else still counts for nothing.
#[tokio::test(start_paused = true)]
async fn a_note_that_someone_else_wrote_covers_nothing() {
    let (_folder, path) = place();
    let clock = clock();
    calls(&mut open(&path, &clock).unwrap(), 1);
    let log = FileLog::open(&path).unwrap();
    let (id, head) = (log.id().unwrap(), log.head().unwrap());
    let other = crate::audit::AuditKeys::new(&[8; 32]).unwrap();
    let note = crate::audit::Erased::new(noon(), vec![(1, 1)], None, (&other, id, head.seq + 1));
    let body = Draft::Erased(Box::new(note)).body(head.seq + 1);
    let (line, _) = super::super::AuditLine::record(head, String::from_utf8(body).unwrap());
    let text = fs::read_to_string(&path).unwrap() + &line.to_json_line() + "\n";
    let lines = text.lines().map(|line| match line.split_once("\"record\":") {
        Some((before, _)) if line.contains("\"seq\":1,") => format!("{before}\"record\":null}}\n"),
        _ => format!("{line}\n"),
    });
    fs::write(&path, lines.collect::<String>()).unwrap();
    let mut engine = open(&path, &clock).unwrap();
    calls(&mut engine, 1);
    seal(&mut engine);
    let report = verified(&path);
    assert_eq!(report.signed, Some(report.head.seq), "it is signed");
    assert!(report.problems[0].contains("record 3 notes that records are erased, and doesn't"));
    assert!(report.problems.iter().any(|one| one.contains("record 1 is gone")), "{report:?}");
}

#[tokio::test(start_paused = true)]
async fn the_checkpoint_of_another_log_stays() {
    let (folder, path) = place();
    let some = |count| {
        let mut engine = open(&path, &clock()).unwrap();
        calls(&mut engine, count);
        seal(&mut engine);
    };
    some(2);
    let kept = crate::audit::checkpoint::beside_log(&path);
    let older = External::read(&kept).unwrap();
    fs::remove_file(&path).unwrap();
    some(1);
    some(3);
    assert_eq!(External::read(&kept).unwrap(), older);
    let report = verify(&FileLog::open(&path).unwrap(), Some(&keys()), &[older]).unwrap();
    assert!(report.problems[0].contains("is of another log"), "{report:?}");
    // Until it is moved away as well.
    fs::rename(&kept, folder.path().join("older.checkpoint")).unwrap();
    some(1);
    let kept = External::read(&kept).unwrap();
    assert_eq!(kept.checkpoint.head, FileLog::open(&path).unwrap().head().unwrap());
}
