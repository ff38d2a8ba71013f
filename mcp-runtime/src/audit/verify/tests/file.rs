use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use super::*;
use crate::audit::lines::{FileLog, open_file};
use crate::audit::testing::{DAY, begins, clock, ends};
use crate::store::journal::{Entry, Journal};

/// Some thirty records: calls, a part of them erased, and checkpoints, the last at the end.
async fn written(path: &Path) {
    let clock = clock();
    for round in 0..3 {
        let journal = loop {
            // The thread of the one before may not have let go of the file yet.
            match open_file(path, keys(), DAY, clock.clone(), None) {
                Ok(journal) => break journal,
                Err(_) => std::thread::yield_now(),
            }
        };
        let write = async |draft, seal| {
            let entry = Entry { record: Some(draft), seal, ..Entry::default() };
            journal.write(entry).await.unwrap().seq.unwrap()
        };
        for call in 0..5 {
            let intent = write(begins("c", clock.now()), false).await;
            write(ends("c", intent, clock.now()), call == 2 || call == 4).await;
        }
        if round == 0 {
            clock.forward(DAY);
        }
    }
}

fn problems(path: &Path) -> Vec<String> {
    match FileLog::open(path) {
        Ok(log) => verify(&log, Some(&keys()), &[]).unwrap().problems,
        Err(problem) => vec![problem],
    }
}

#[tokio::test]
async fn no_byte_can_be_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    written(&path).await;
    let sound = FileLog::open(&path).unwrap();
    let report = verify(&sound, Some(&keys()), &[]).unwrap();
    assert!(report.is_sound(), "{report:?}");
    assert_eq!((report.records, report.erased, report.signed), (31, 10, Some(31)));
    let text = fs::read(&path).unwrap();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for first in 0..threads {
            let (text, copy) = (&text, folder.path().join(format!("copy-{first}.jsonl")));
            scope.spawn(move || flip_each(text, &copy, first, threads));
        }
    });
}

/// Changes every so many bytes of a log, one at a time.
fn flip_each(text: &[u8], copy: &Path, first: usize, step: usize) {
    fs::write(copy, text).unwrap();
    let mut file = fs::OpenOptions::new().write(true).open(copy).unwrap();
    let mut put = |at: usize, byte: u8| {
        file.seek(SeekFrom::Start(at as u64)).unwrap();
        file.write_all(&[byte]).unwrap();
    };
    for (at, byte) in text.iter().enumerate().skip(first).step_by(step) {
        // A digit more or less, a letter of the other case, no text at all.
        let flip = [0x01, 0x20, 0x80][at / step % 3];
        put(at, byte ^ flip);
        assert!(!problems(copy).is_empty(), "byte {at}: {:?}", char::from(*byte));
        put(at, *byte);
    }
    assert_eq!(problems(copy), [] as [&str; 0]);
}

#[tokio::test]
async fn no_line_can_be_taken_out_doubled_or_moved() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    written(&path).await;
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let copy = folder.path().join("copy.jsonl");
    let tampered = |lines: &[&str]| {
        let text = lines.concat();
        fs::write(&copy, text).unwrap();
        problems(&copy)
    };
    for at in 0..lines.len() {
        let without: Vec<&str> = [&lines[..at], &lines[at + 1..]].concat();
        // A checkpoint that is taken out leaves the records as they are: those that follow cover
        // them, and what the last one covered is unsigned from then on.
        if !lines[at].starts_with("{\"checkpoint\"") {
            assert!(!tampered(&without).is_empty(), "without line {at}");
        }
        let twice: Vec<&str> = [&lines[..=at], &lines[at..]].concat();
        assert!(!tampered(&twice).is_empty(), "line {at} twice");
        for other in at + 1..lines.len().min(at + 4) {
            let mut swapped = lines.clone();
            swapped.swap(at, other);
            assert!(!tampered(&swapped).is_empty(), "lines {at} and {other}");
        }
    }
}

#[tokio::test]
async fn a_tail_that_a_checkpoint_covers_cannot_be_cut_off() {
    use crate::audit::checkpoint::{External, beside_log};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    written(&path).await;
    let kept = External::read(&beside_log(&path)).unwrap();
    assert_eq!(kept.checkpoint.head.seq, 31);
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    // The last line is the checkpoint itself: the other one stands for it.
    for end in 1..lines.len() - 1 {
        let text = lines[..end].concat();
        fs::write(&path, text).unwrap();
        let log = FileLog::open(&path).unwrap();
        let report = verify(&log, Some(&keys()), std::slice::from_ref(&kept)).unwrap();
        assert!(report.problems.iter().any(|one| one.contains("its end was cut off")), "{end}");
    }
}
