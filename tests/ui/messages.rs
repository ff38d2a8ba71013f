//! What holds for all messages, whatever the mistake.

use std::fs;
use std::path::{Path, PathBuf};

/// Words that expansions are made of, and that mean nothing to those who read a message.
const PRIVATE: [&str; 5] = ["::private", "private::", "__PARAM", "__p0", "__r0"];

/// The compiler's own messages about futures: they show the way in notes with places.
const OF_THE_COMPILER: [&str; 1] = ["error: future cannot be sent between threads safely"];

/// Each file of messages, by its path from here.
fn all() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/fail");
    let mut found = Vec::new();
    for folder in entries(&root).into_iter().filter(|path| path.is_dir()) {
        for file in entries(&folder) {
            if file.extension().is_some_and(|extension| extension == "stderr") {
                let name = file.strip_prefix(&root).unwrap().display().to_string();
                found.push((name, fs::read_to_string(&file).unwrap()));
            }
        }
    }
    assert!(found.len() > 60, "there are tests for {} mistakes", found.len());
    found
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// Each error of a file, from its headline to the next one.
fn errors(output: &str) -> Vec<&str> {
    let starts: Vec<usize> = output
        .match_indices("error")
        .map(|(at, _)| at)
        .filter(|at| *at == 0 || output[..*at].ends_with('\n'))
        .collect();
    let ends = starts.iter().copied().skip(1).chain([output.len()]);
    starts.iter().zip(ends).map(|(start, end)| output[*start..end].trim_end()).collect()
}

fn report(broken: &[String]) {
    assert!(broken.is_empty(), "{} messages:\n{}", broken.len(), broken.join("\n"));
}

#[test]
fn no_message_names_what_is_private() {
    let mut broken = Vec::new();
    for (name, output) in all() {
        for line in output.lines() {
            if PRIVATE.iter().any(|word| line.contains(word)) {
                broken.push(format!("{name}: {line}"));
            }
        }
    }
    report(&broken);
}

/// Ours are those without a code, and those of constants.
#[test]
fn every_message_of_ours_shows_a_way_out() {
    let mut broken = Vec::new();
    for (name, output) in all() {
        for error in errors(&output) {
            let is_ours = error.starts_with("error: ") || error.starts_with("error[E0080]");
            let is_ours = is_ours && !OF_THE_COMPILER.iter().any(|known| error.starts_with(known));
            let before_place = error.split("--> ").next().unwrap_or_default();
            if is_ours && !["= help: ", "= note: "].iter().any(|way| before_place.contains(way)) {
                broken.push(format!("{name}: {}", error.lines().next().unwrap_or_default()));
            }
        }
    }
    report(&broken);
}

#[test]
fn one_mistake_is_one_error_and_nothing_else() {
    let mut broken = Vec::new();
    for (name, output) in all() {
        let is_table = name.rsplit(['/', '\\']).next().is_some_and(|file| file.starts_with("all_"));
        if is_table || name.starts_with("unwise") {
            continue;
        }
        let count = errors(&output).len();
        if count != 1 || output.contains("\nwarning") || output.starts_with("warning") {
            broken.push(format!("{name}: {count} errors"));
        }
    }
    report(&broken);
}
