//! A sink that does all that is demanded, and one for each demand that doesn't.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use mcp_runtime::{AuditLine, AuditSink};
use serde_json::Value;

use super::{SinkPlace, look, sink_suite};
use crate::{Folder, message};

/// How a sink is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    Not,
    /// Lines are written as the sink is dropped.
    Buffers,
    /// The lines of a group are written backwards.
    Reverses,
    /// The last line of a longer group isn't written.
    Loses,
    /// A line of the group is written twice.
    Doubles,
    /// Long lines are cut.
    Cuts,
    /// Lines are read as JSON, and written anew.
    Rewrites,
    /// Some characters are replaced.
    Replaces,
    /// A process begins with an empty file.
    Truncates,
    /// The file goes with its sink.
    Deletes,
    /// All processes write to one file.
    Mixes,
    /// Errors are not told.
    Swallows,
    /// Each line takes its time.
    Slow,
    /// It panics.
    Panics,
    /// A failure takes along what was there.
    Ruins,
}

/// A folder with a file for each process.
struct Files {
    path: Folder,
    how: How,
    processes: AtomicUsize,
    down: Arc<AtomicBool>,
}

struct FileSink {
    file: File,
    path: PathBuf,
    how: How,
    buffer: Vec<u8>,
    taken: usize,
    down: Arc<AtomicBool>,
}

impl AuditSink for FileSink {
    fn append(&mut self, lines: &[AuditLine]) -> io::Result<()> {
        if self.down.load(Ordering::SeqCst) {
            match self.how {
                How::Swallows => return Ok(()),
                How::Ruins => self.file.set_len(0)?,
                _ => {}
            }
            return Err(io::Error::other("the disk is gone"));
        }
        let mut texts: Vec<String> = lines.iter().map(AuditLine::to_json_line).collect();
        let again = texts.last().cloned();
        self.taken += texts.len();
        match self.how {
            How::Reverses => {
                texts.reverse();
                texts.sort_by_key(|text| !text.starts_with("{\"log\":"));
            }
            How::Loses if texts.len() > 10 => drop(texts.pop()),
            How::Doubles => texts.extend(again),
            How::Cuts => texts.iter_mut().for_each(|text| {
                *text = text.chars().take(4_096).collect();
            }),
            How::Rewrites => texts.iter_mut().for_each(|text| {
                *text = serde_json::from_str::<Value>(text).unwrap().to_string();
            }),
            How::Replaces => {
                for text in &mut texts {
                    *text = text.replace('\u{2028}', " ");
                }
            }
            // At its first lines: a test needn't wait for more.
            How::Slow if self.taken <= 5 => std::thread::sleep(Duration::from_millis(300)),
            How::Panics => panic!("no network"),
            _ => {}
        }
        let text: String = texts.into_iter().map(|text| text + "\n").collect();
        if self.how == How::Buffers {
            self.buffer.extend(text.bytes());
            return Ok(());
        }
        self.file.write_all(text.as_bytes())?;
        self.file.sync_data()
    }
}

impl Drop for FileSink {
    fn drop(&mut self) {
        if self.how == How::Deletes {
            let _ = fs::remove_file(&self.path);
        }
        let _ = self.file.write_all(&self.buffer);
    }
}

impl Files {
    fn new(how: How) -> Self {
        let path = Folder::new();
        Self { path, how, processes: AtomicUsize::default(), down: Arc::default() }
    }
}

impl SinkPlace for Files {
    fn open(&self) -> io::Result<impl AuditSink> {
        let process = match self.how {
            How::Mixes | How::Truncates => 0,
            _ => self.processes.fetch_add(1, Ordering::SeqCst),
        };
        let path = self.path.join(format!("{process}.jsonl"));
        let mut options = OpenOptions::new();
        match self.how {
            How::Truncates => options.write(true).truncate(true),
            _ => options.append(true),
        };
        let file = options.create(true).open(&path)?;
        let (how, down) = (self.how, Arc::clone(&self.down));
        Ok(FileSink { file, path, how, buffer: Vec::new(), taken: 0, down })
    }

    fn logs(&self) -> io::Result<Vec<Vec<String>>> {
        let mut paths: Vec<PathBuf> = fs::read_dir(self.path.path())?
            .map(|entry| Ok(entry?.path()))
            .collect::<io::Result<_>>()?;
        paths.sort();
        let lines = |path| {
            Ok(fs::read_to_string(path)?.split_terminator('\n').map(str::to_owned).collect())
        };
        let files: Vec<Vec<String>> = paths.into_iter().map(lines).collect::<io::Result<_>>()?;
        // A file may hold one log after another.
        let mut logs: Vec<Vec<String>> = Vec::new();
        for file in files {
            for (at, line) in file.into_iter().enumerate() {
                if at == 0 || line.starts_with("{\"log\":") {
                    logs.push(Vec::new());
                }
                logs.last_mut().unwrap().push(line);
            }
        }
        Ok(logs)
    }

    fn break_down(&self) -> bool {
        self.down.store(true, Ordering::SeqCst);
        true
    }
}

#[test]
fn a_sink_that_does_all_of_it_passes() {
    sink_suite(|| Files::new(How::Not));
}

/// A place that knows of no failures.
struct Steady(Files);

impl SinkPlace for Steady {
    fn open(&self) -> io::Result<impl AuditSink> {
        self.0.open()
    }

    fn logs(&self) -> io::Result<Vec<Vec<String>>> {
        self.0.logs()
    }
}

#[test]
fn what_is_not_looked_at_is_told() {
    let seen = look(|| Steady(Files::new(How::Swallows)));
    assert_eq!(seen.broken, "");
    assert_eq!(seen.skipped, ["failures told", "served after a failure"]);
    assert!(look(|| Files::new(How::Not)).skipped.is_empty());
}

/// A place that one process has at a time.
struct Locked(Files, Arc<AtomicBool>);

struct LockedSink<S>(S, Arc<AtomicBool>);

impl<S: AuditSink> AuditSink for LockedSink<S> {
    fn append(&mut self, lines: &[AuditLine]) -> io::Result<()> {
        self.0.append(lines)
    }
}

impl<S> Drop for LockedSink<S> {
    fn drop(&mut self) {
        self.1.store(false, Ordering::SeqCst);
    }
}

impl SinkPlace for Locked {
    fn open(&self) -> io::Result<impl AuditSink> {
        if self.1.swap(true, Ordering::SeqCst) {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        Ok(LockedSink(self.0.open()?, Arc::clone(&self.1)))
    }

    fn logs(&self) -> io::Result<Vec<Vec<String>>> {
        self.0.logs()
    }
}

#[test]
fn a_sink_that_lets_one_process_in_passes() {
    sink_suite(|| Locked(Files::new(How::Mixes), Arc::default()));
}

/// Each broken sink, and the demands that it fails, one of which is told in these words.
#[test]
fn each_demand_is_looked_at() {
    for (how, demands, words) in [
        (
            How::Buffers,
            &["durable as `append` returns", "served"][..],
            "line 1 is not there: 0 of 3 lines are",
        ),
        (How::Reverses, &["in order"], "the lines are in another order"),
        (How::Loses, &["in order"], "lines are"),
        (How::Doubles, &["durable as `append` returns"], "there is one line too many: {"),
        (How::Cuts, &["as they were given"], "isn't what was given, byte by byte:\n    given "),
        (How::Rewrites, &["as they were given"], "isn't what was given, byte by byte:\n    given "),
        (How::Replaces, &["as they were given"], "isn't what was given, byte by byte:\n    given "),
        (How::Truncates, &["kept"], "after another process began, "),
        (How::Deletes, &["kept"], "after the sink was dropped, "),
        (How::Mixes, &["logs apart"], "lines"),
        (How::Swallows, &["failures told", "served"], "`append` says that lines were taken"),
        (How::Slow, &["in time"], "and are refused with `audit_unavailable` then"),
        (How::Panics, &["in order", "served"], "`append` failed: it panicked: no network"),
        (How::Ruins, &["failures told"], "lines that were taken before a failure are gone"),
    ] {
        let told = message(|| sink_suite(|| Files::new(how)));
        assert!(told.starts_with("the sink doesn't do what `AuditSink` demands:\n"), "{told}");
        for demand in demands {
            assert!(told.contains(&format!("\n  {demand}: ")), "{how:?}: {demand}: {told}");
        }
        assert!(told.contains(words), "{how:?}: {told}");
    }
}

#[tokio::test]
#[should_panic(expected = "`sink_suite` brings its own Tokio runtime")]
async fn a_runtime_cannot_wait_for_another() {
    sink_suite(|| Files::new(How::Not));
}
