use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use super::super::file::Disk;
use super::*;
use crate::audit::checkpoint::{External, beside_log};
use crate::audit::testing::{clock, names};

/// A file that fails when it is told to.
struct Faulty {
    file: fs::File,
    faults: Arc<Mutex<Faults>>,
}

#[derive(Default)]
struct Faults {
    append: Option<ErrorKind>,
    sync: bool,
    cut: bool,
}

impl Disk for Faulty {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Some(kind) = self.faults.lock().unwrap().append {
            // As a disk does that is full in the middle of a line.
            self.file.write_all(&bytes[..bytes.len() / 2])?;
            return Err(kind.into());
        }
        self.file.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        if self.faults.lock().unwrap().sync { Err(io::Error::other("EIO")) } else { Ok(()) }
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        if self.faults.lock().unwrap().cut {
            return Err(io::Error::other("EIO"));
        }
        self.file.set_len(length)
    }
}

struct Scene {
    _folder: tempfile::TempDir,
    path: PathBuf,
    engine: Engine<FileSink>,
    faults: Arc<Mutex<Faults>>,
}

fn scene() -> Scene {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    let mut engine = open(&path, &clock()).unwrap();
    let faults = Arc::default();
    let file = OpenOptions::new().append(true).open(&path).unwrap();
    engine.place.file = Box::new(Faulty { file, faults: Arc::clone(&faults) });
    Scene { _folder: folder, path, engine, faults }
}

#[tokio::test(start_paused = true)]
async fn a_full_disk_refuses_records_and_takes_them_again_when_it_has_room() {
    let Scene { _folder, path, mut engine, faults } = scene();
    calls(&mut engine, 2);
    let before = fs::read(&path).unwrap();
    for kind in [ErrorKind::StorageFull, ErrorKind::QuotaExceeded] {
        faults.lock().unwrap().append = Some(kind);
        assert!(write(&mut engine, vec![begins("x", noon())]).is_err());
        assert_eq!(fs::read(&path).unwrap(), before, "nothing of it stays");
        assert_eq!(engine.closed.get(), None);
    }
    faults.lock().unwrap().append = None;
    assert_eq!(write(&mut engine, vec![begins("x", noon())]).unwrap(), [5]);
    assert!(verified(&path).is_sound());
}

#[tokio::test(start_paused = true)]
async fn any_other_failure_closes_the_log_for_good() {
    let broken: [fn(&mut Faults); 3] = [
        |faults| faults.append = Some(ErrorKind::Other),
        |faults| faults.sync = true,
        |faults| (faults.append, faults.cut) = (Some(ErrorKind::StorageFull), true),
    ];
    for (index, breaks) in broken.into_iter().enumerate() {
        let Scene { _folder, path: _, mut engine, faults } = scene();
        calls(&mut engine, 1);
        breaks(&mut faults.lock().unwrap());
        assert!(write(&mut engine, vec![begins("x", noon())]).is_err(), "{index}");
        *faults.lock().unwrap() = Faults::default();
        assert!(engine.closed.get().is_some(), "{index}");
        let again = write(&mut engine, vec![begins("x", noon())]).unwrap_err();
        assert_eq!(Some(&again.0), engine.closed.get(), "{index}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_process_writes_and_its_files_are_its_owners() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    let mut engine = open(&path, &clock()).unwrap();
    let second = open(&path, &clock()).err().unwrap();
    assert!(second.contains("another process writes to it"), "{second}");
    calls(&mut engine, 1);
    seal(&mut engine);
    let all = ["audit.jsonl", "audit.jsonl.checkpoint", "audit.jsonl.lock"];
    assert_eq!(names(folder.path()), all);
    #[cfg(unix)]
    for name in all {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    drop(engine);
    assert!(open(&path, &clock()).is_ok());
}

#[tokio::test(start_paused = true)]
async fn checkpoints_come_with_the_thousandth_record_a_tick_or_the_end() {
    let Scene { _folder, path, mut engine, .. } = scene();
    let checkpoints = |path: &PathBuf| FileLog::open(path).unwrap().checkpoints().unwrap();
    let seqs =
        |path: &PathBuf| -> Vec<u64> { checkpoints(path).iter().map(|one| one.head.seq).collect() };
    calls(&mut engine, 1);
    assert_eq!(seqs(&path), [1], "the first one");
    engine.clock.forward(Duration::from_millis(59_999));
    idle(&mut engine);
    assert_eq!(seqs(&path), [1], "too soon");
    engine.clock.forward(Duration::from_millis(1));
    idle(&mut engine);
    assert_eq!(seqs(&path), [1, 2], "a minute later");
    engine.clock.forward(Duration::from_mins(2));
    idle(&mut engine);
    seal(&mut engine);
    assert_eq!(seqs(&path), [1, 2], "nothing new, nothing to sign");
    for _ in 0..6 {
        let many = (0..200).map(|_| begins("x", noon())).collect();
        write(&mut engine, many).unwrap();
    }
    assert_eq!(seqs(&path), [1, 2, 202, 1_202], "along with what is written");
    calls(&mut engine, 1);
    seal(&mut engine);
    assert_eq!(seqs(&path), [1, 2, 202, 1_202, 1_204]);
    let kept = External::read(&beside_log(&path)).unwrap();
    assert_eq!(Some(&kept.checkpoint), checkpoints(&path).last());
    let report = verify(&FileLog::open(&path).unwrap(), Some(&keys()), &[kept]).unwrap();
    assert_eq!((report.is_sound(), report.signed), (true, Some(1_204)), "{report:?}");
}

#[tokio::test(start_paused = true)]
async fn a_reader_sees_the_log_as_it_was_and_no_half_line() {
    let Scene { _folder, path, mut engine, .. } = scene();
    calls(&mut engine, 2);
    let early = FileLog::open(&path).unwrap();
    calls(&mut engine, 1);
    // As if it were read in the middle of a write.
    let mut half = OpenOptions::new().append(true).open(&path).unwrap();
    half.write_all(b"{\"seq\":7,\"ha").unwrap();
    assert_eq!(verify(&early, None, &[]).unwrap().records, 4);
    let report = verified(&path);
    assert_eq!((report.records, report.is_sound()), (6, true), "{report:?}");
    drop(engine);
    assert_eq!(verified(&path).problems.len(), 1, "nobody writes: the line has no end");
}

#[tokio::test(start_paused = true)]
async fn a_record_that_is_too_long_is_refused_alone() {
    let Scene { _folder, path, mut engine, .. } = scene();
    let long = begins(&"x".repeat(super::super::line::MAX_LINE), noon());
    let jobs = vec![entry(Some(long), false), entry(Some(begins("a", noon())), false)];
    let answers = engine.run(jobs).unwrap();
    assert!(matches!(answers[..], [Answer::TooLong, Answer::Written(_)]), "{answers:?}");
    assert!(verified(&path).is_sound());
}
