//! The places in the sources that report, and those that did in this process.

use std::{collections::BTreeSet, fs, panic::Location, path::Path, sync::Mutex};

static REACHED: Mutex<BTreeSet<(&str, u32)>> = Mutex::new(BTreeSet::new());

#[track_caller]
pub(crate) fn reached() {
    let place = Location::caller();
    if let Ok(mut reached) = REACHED.lock() {
        reached.insert((place.file(), place.line()));
    }
}

/// Every call that reports, up to the tests of its file.
fn all() -> Vec<(String, u32)> {
    let mut all = Vec::new();
    let mut rooms = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(room) = rooms.pop() {
        for path in fs::read_dir(room).into_iter().flatten().flatten().map(|entry| entry.path()) {
            let name = path.to_string_lossy().into_owned();
            if path.is_dir() {
                rooms.push(path);
            } else if (name.contains("/parse/") || name.contains("/validate/"))
                && !name.ends_with("tests.rs")
            {
                let text = fs::read_to_string(path).unwrap_or_default();
                let text = text.split("#[cfg(test)]").next().unwrap_or_default();
                let is_call = |line: &str| {
                    [".error(", ".error_at(", ".syntax("].iter().any(|call| line.contains(call))
                        && !line.contains("input.error(")
                };
                let calls = (1..).zip(text.lines()).filter(|(_, line)| is_call(line));
                all.extend(calls.map(|(line, _)| (name.clone(), line)));
            }
        }
    }
    all
}

pub(super) fn count() -> usize {
    all().len()
}

pub(super) fn missed() -> Vec<String> {
    let Ok(reached) = REACHED.lock() else { return Vec::new() };
    let is_reached = |(name, line): &(String, u32)| {
        reached.iter().any(|(file, at)| at == line && name.ends_with(file))
    };
    let missed = all().into_iter().filter(|place| !is_reached(place));
    missed.map(|(name, line)| format!("{name}:{line}")).collect()
}
