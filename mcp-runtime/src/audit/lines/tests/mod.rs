//! Writing: places, checkpoints, and what a place that fails does to the log.

mod file;
mod resume;
mod sink;
mod tampered;

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::FileLog;
use super::engine::{Answer, Engine};
use super::file::FileSink;
use super::open::resumed;
use super::sink::Place;
use crate::audit::testing::{DAY, begins, ends, keys, noon};
use crate::audit::verify::{Report, verify};
use crate::audit::view::View;
use crate::audit::{Draft, Log};
use crate::clock::Clock;
use crate::store::StoreError;
use crate::store::group::Engine as _;
use crate::store::journal::Entry;

fn place() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    (folder, path)
}

fn entry(record: Option<Draft>, seal: bool) -> Entry {
    Entry { once: None, record, seal }
}

/// As after a minute in which nothing came. Whether there is more to do.
fn idle<P: Place>(engine: &mut Engine<P>) -> bool {
    engine.run(Vec::new()).unwrap();
    engine.between()
}

/// Writes records in one group, and gives their places.
fn write<P: Place>(engine: &mut Engine<P>, records: Vec<Draft>) -> Result<Vec<u64>, StoreError> {
    let jobs = records.into_iter().map(|record| entry(Some(record), false)).collect();
    let seq = |answer| match answer {
        Answer::Written(written) => written.seq.unwrap(),
        other @ Answer::TooLong => panic!("{other:?}"),
    };
    Ok(engine.run(jobs)?.into_iter().map(seq).collect())
}

/// Signs what is there, as a server does that stops.
fn seal<P: Place>(engine: &mut Engine<P>) {
    engine.run(vec![entry(None, true)]).unwrap();
}

fn open(path: &Path, clock: &Clock) -> Result<Engine<FileSink>, String> {
    resumed(path, keys(), DAY, clock.clone(), None)
}

fn read(path: &Path) -> Vec<Option<View>> {
    let mut all = Vec::new();
    let log = FileLog::open(path).unwrap();
    log.records(1, &mut |kept| {
        all.push(kept.body.map(|body| View::read(&body).unwrap()));
        std::ops::ControlFlow::Continue(())
    })
    .unwrap();
    all
}

fn verified(path: &Path) -> Report {
    verify(&FileLog::open(path).unwrap(), Some(&keys()), &[]).unwrap()
}

/// Calls that were made and answered.
fn calls(engine: &mut Engine<impl Place>, count: u32) {
    for number in 0..count {
        let call = format!("call-{number}");
        let time = noon() + Duration::from_millis(number.into());
        let intent = write(engine, vec![begins(&call, time)]).unwrap()[0];
        write(engine, vec![ends(&call, intent, time)]).unwrap();
    }
}
