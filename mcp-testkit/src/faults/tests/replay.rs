//! What a failing test prints, and that it can be repeated: by running this very program.

use std::process::Command;

use super::super::{Fault, Faults};
use super::struck;

/// Where it is set, the two tests below fail.
const ON_PURPOSE: &str = "MCP_TESTKIT_FAILS_ON_PURPOSE";

/// The output of one of the two tests below.
fn output(test: &str, seed: Option<&str>) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", &format!("faults::tests::replay::{test}")]);
    command.env(ON_PURPOSE, "1").env_remove("MCP_TEST_SEED");
    if let Some(seed) = seed {
        command.env("MCP_TEST_SEED", seed);
    }
    let output = command.output().unwrap();
    assert!(!output.status.success(), "`{test}` should fail");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn fails_with_a_seed() {
    let faults = Faults::seeded(7).tool("t", Fault::hang().nth(2).nth(3));
    let _other_handle = faults.clone();
    struck(&faults, 3);
    assert!(std::env::var_os(ON_PURPOSE).is_none(), "on purpose");
}

#[test]
fn fails_without_a_seed() {
    let faults = Faults::new().tool("t", Fault::hang().rate(0.3));
    struck(&faults, 40);
    assert!(std::env::var_os(ON_PURPOSE).is_none(), "on purpose");
}

#[test]
fn a_failing_test_prints_its_seed_and_what_was_struck() {
    let printed = output("fails_with_a_seed", None);
    let head = "faults of seed 7, which MCP_TEST_SEED=7 repeats:\n  +0.";
    assert_eq!(printed.matches(head).count(), 1, "{printed}");
    assert_eq!(printed.matches("tool `t`, number 2: hang\n").count(), 1, "{printed}");
    assert_eq!(printed.matches("tool `t`, number 3: hang\n").count(), 1, "{printed}");
}

#[test]
fn the_printed_seed_repeats_it() {
    // Times are real ones here.
    let strikes = |printed: &str| {
        let lines = printed.lines().filter_map(|line| line.split_once("s  tool `t`, "));
        lines.map(|(_, what)| what.to_owned()).collect::<Vec<_>>()
    };
    let first = output("fails_without_a_seed", None);
    let (_, after) = first.split_once("MCP_TEST_SEED=").expect("a seed is printed");
    let (seed, _) = after.split_once(' ').unwrap();
    let again = output("fails_without_a_seed", Some(seed));
    assert!(again.contains(&format!("faults of seed {seed}, ")), "{again}");
    assert_eq!(strikes(&first), strikes(&again));
    assert!(!strikes(&first).is_empty());
}

#[test]
fn the_environment_comes_before_the_seed_of_the_test() {
    assert!(output("fails_with_a_seed", Some("99")).contains("faults of seed 99, "));
}

#[test]
fn a_seed_that_is_none_is_refused() {
    let printed = output("fails_with_a_seed", Some("7a"));
    assert!(printed.contains("MCP_TEST_SEED is 7a: it must be a number"), "{printed}");
}

#[test]
fn a_test_that_succeeds_prints_nothing() {
    let faults = Faults::of(7);
    let plan = std::sync::Arc::clone(&faults.0);
    drop(faults);
    assert!(plan.last_words().is_some(), "nobody has asked before");
    assert!(plan.last_words().is_none(), "and once is enough");
}
