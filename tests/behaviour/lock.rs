//! The contract lock, by the command line of a process.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// A directory of its own with settings that tighten one tool.
struct Place(PathBuf);

const TIGHTER: &str = "[tools.slow]\ntimeout = \"1s\"\n";

impl Place {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        std::fs::write(path.join("contract.toml"), "").unwrap();
        std::fs::write(path.join("tighter.toml"), TIGHTER).unwrap();
        Self(path)
    }

    /// The exit code, and what is printed to stdout and to stderr.
    fn run(&self, arguments: &str) -> (i32, String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_behaviour-fixture"))
            .args(arguments.split_whitespace())
            .current_dir(&self.0)
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }
}

#[test]
fn a_server_that_is_as_it_was_passes() {
    let place = Place::new("lock-same");
    let (code, written, _) = place.run("manifest --lock tools.lock");
    assert_eq!(code, 0);
    assert!(written.starts_with("tools.lock: written, sha256:"), "{written}");
    assert_eq!(place.run("manifest --format json").1, lock(&place), "one form for both");
    let (code, printed, _) = place.run("check --lock tools.lock");
    assert_eq!((code, printed.as_str()), (0, "no changes\n"));
}

#[test]
fn the_exit_code_is_that_of_the_worst_class_that_is_not_allowed() {
    let place = Place::new("lock-codes");
    for (locked, is, class, expected) in
        [("contract", "tighter", "tightening", 10), ("tighter", "contract", "widening", 11)]
    {
        place.run(&format!("manifest --lock tools.lock --config {locked}.toml"));
        let check = format!("check --lock tools.lock --config {is}.toml");
        let (code, printed, _) = place.run(&check);
        assert_eq!(code, expected, "{printed}");
        assert!(printed.starts_with(&class.to_uppercase()), "{printed}");
        assert!(printed.contains("tool slow\n    timeout: "), "{printed}");
        let allows = |allowed: &str| place.run(&format!("{check} --allow {allowed}")).0;
        assert_eq!(allows(class), 0);
        assert_eq!(allows("breaking"), expected);
        assert_eq!(allows(&format!("breaking,{class}")), 0);
        assert_eq!(allows(&format!("breaking --allow {class}")), 0);
    }
}

#[test]
fn programs_read_json() {
    let place = Place::new("lock-json");
    place.run("manifest --lock tools.lock --config tighter.toml");
    let (code, printed, _) = place.run("check --json --lock tools.lock --allow breaking");
    let report: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!((code, &report["exit_code"]), (11, &11.into()));
    assert_eq!(report["worst"], "widening");
    assert_eq!(report["changes"][0]["what"], "policies.timeout_ms");
    assert_eq!(report["changes"][0]["from"], 1000);
}

#[test]
fn what_cannot_be_compared_with_is_an_error_and_no_change() {
    let place = Place::new("lock-bad");
    let (code, _, problem) = place.run("check --lock tools.lock");
    assert_eq!(code, 1);
    assert!(
        problem.contains("there is no lock here; write one with `manifest --lock`"),
        "{problem}"
    );
    assert!(!problem.contains("start"), "nothing was to be started: {problem}");
    place.run("manifest --lock tools.lock");
    let edited = lock(&place).replace("3600000", "3600001");
    std::fs::write(place.0.join("tools.lock"), edited).unwrap();
    let (code, _, problem) = place.run("check --lock tools.lock");
    assert_eq!(code, 1);
    assert!(problem.contains("changed by hand"), "{problem}");
    for usage in ["check --allow widening", "check --json", "check --lock a --allow compatible"] {
        assert_eq!(place.run(usage).0, 2, "{usage}");
    }
    let (code, ..) = place.run("manifest --lock a --format md");
    assert_eq!(code, 2);
}

fn lock(place: &Place) -> String {
    std::fs::read_to_string(place.0.join("tools.lock")).unwrap()
}
