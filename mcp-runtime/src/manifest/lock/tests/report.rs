//! What a reviewer reads, and the pages of the guide that show it.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::super::{Change, Class, Subject, compare, json as as_json, report, rules, schema};
use super::{manifest, with};
use crate::manifest::Manifest;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/guide/12-lock.md");

/// A release that does a bit of everything.
fn release() -> Manifest {
    let edits = [
        ("/tools/0/policies/timeout_ms", json!(30_000)),
        ("/tools/0/policies/rate_limits/0/count", json!(30)),
        ("/tools/0/policies/max_result_bytes", json!(131_072)),
        ("/tools/0/input_schema/properties/limit/maximum", json!(50)),
        ("/tools/0/input_schema/properties/year", json!({ "type": "integer" })),
        ("/tools/0/output_schema/properties/currency", json!({ "type": "string" })),
        ("/tools/0/description", json!("Fetch an invoice of a customer.")),
        ("/tools/1/confirmation", json!(false)),
        ("/scopes/0/implies/-", json!("write:payments")),
    ];
    edits.into_iter().fold(manifest(), |manifest, (at, to)| with(&manifest, at, to))
}

#[test]
fn the_guide_shows_what_a_terminal_does() {
    let shown = report(&compare(&manifest(), &release()));
    section("report", &format!("```text\n{shown}```\n"));
}

#[test]
fn the_guide_shows_the_table_of_fields() {
    let mut text = String::new();
    let mut part = "";
    for (of, rule, when) in rules::ALL {
        if *of != part {
            part = of;
            let _ = write!(
                text,
                "\n**Of {of}:**\n\n| field | change | class | why |\n|---|---|---|---|\n"
            );
        }
        for case in rule.cases {
            let when = if when.is_empty() { String::new() } else { format!(", {when}") };
            let _ = writeln!(
                text,
                "| `{}`{when} | {} | {} | {} |",
                rule.field,
                turn(case.turn),
                case.class.name(),
                case.why
            );
        }
    }
    section("fields", text.trim_start());
}

fn turn(turn: rules::Turn) -> &'static str {
    match turn {
        rules::Turn::Added => "added",
        rules::Turn::Removed => "removed",
        rules::Turn::Up => "more",
        rules::Turn::Down => "less",
        rules::Turn::On => "becomes true",
        rules::Turn::Off => "becomes false",
        rules::Turn::Changed => "changed",
    }
}

#[test]
fn the_guide_shows_the_table_of_schemas() {
    let mut text = String::new();
    for (of, reasons) in [
        ("arguments", (|rule| &rule.input) as fn(&schema::Rule) -> &schema::Reasons),
        ("results", |rule| &rule.output),
    ] {
        let _ = write!(
            text,
            "\n**Of {of}:**\n\n| difference | compatible when | breaking when |\n|---|---|---|\n"
        );
        for rule in schema::ALL {
            let schema::Reasons { fits, breaks } = reasons(rule);
            let or_never = |words: &'static str| if words.is_empty() { "never" } else { words };
            // What always has one class has the same words twice.
            let breaks = if fits == breaks { "never" } else { or_never(breaks) };
            let _ = writeln!(text, "| {} | {} | {breaks} |", rule.what, or_never(fits));
        }
    }
    section("schemas", text.trim_start());
}

/// A part of the page, between comments. `UPDATE_DOCS=1` writes it.
fn section(name: &str, text: &str) {
    let page = std::fs::read_to_string(PAGE).unwrap();
    let (begin, end) = (format!("<!-- {name} -->\n\n"), format!("\n<!-- end of {name} -->"));
    let (before, rest) = page.split_once(&begin).unwrap_or_else(|| panic!("no part {name}"));
    let (shown, after) = rest.split_once(&end).unwrap_or_else(|| panic!("no end of {name}"));
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(PAGE, format!("{before}{begin}{text}{end}{after}")).unwrap();
        return;
    }
    assert!(
        shown == text,
        "run the tests with UPDATE_DOCS=1 and --test-threads=1 to rewrite docs/guide/12-lock.md"
    );
}

fn change(what: &str, from: Value, to: Value) -> Change {
    let about = Subject::Tool("get".into());
    Change { class: Class::Widening, about, what: what.into(), from, to, why: "why" }
}

fn line_of(change: Change) -> String {
    report(&[change]).lines().nth(2).unwrap().trim().to_owned()
}

#[test]
fn values_are_shown_in_their_units() {
    for (what, from, to, expected) in [
        ("policies.timeout_ms", json!(10_000), json!(1500), "timeout: 10s → 1500ms"),
        ("policies.cache.ttl_ms", json!(86_400_000), json!(90_000), "cache.ttl: 1d → 90s"),
        ("policies.max_result_bytes", json!(65_536), json!(1000), "max_result: 64KB → 1000B"),
        ("policies.cost", Value::Null, json!(0.5), "cost: none → 0.5"),
        ("confirmation", json!(true), json!(false), "confirmation: true → false"),
        ("title", json!("A b"), json!("c"), "title: \"A b\" → c"),
        ("input", Value::Null, Value::Null, "input"),
        (
            "policies.rate_limits",
            json!({ "count": 60, "period_ms": 60_000, "per": "caller", "burst": 10 }),
            Value::Null,
            "rate_limits: 60/1m per caller burst 10 → none",
        ),
    ] {
        assert_eq!(line_of(change(what, from, to)), expected);
    }
}

#[test]
fn nothing_that_a_lock_says_controls_a_terminal() {
    let hostile = "\u{1b}[2J\r\u{202e}x\n";
    let mut change = change(hostile, json!(hostile), json!([hostile]));
    change.about = Subject::Tool(hostile.into());
    let text = report(&[change]);
    let is_plain = |c: char| c == '\n' || !(c.is_control() || c == '\u{202e}');
    assert!(text.chars().all(is_plain), "{text:?}");
    assert_eq!(text.lines().count(), 6, "{text:?}");
}

#[test]
fn long_values_are_cut() {
    let line = line_of(change("input.a", json!("x".repeat(10_000)), Value::Null));
    assert!(line.chars().count() < 100, "{line}");
}

#[test]
fn programs_get_every_change_and_the_worst_class() {
    let changes = compare(&manifest(), &release());
    let json = as_json(&changes);
    assert_eq!(json["worst"], "breaking");
    assert_eq!(json["changes"].as_array().unwrap().len(), changes.len());
    assert_eq!(
        json["changes"][0],
        json!({
            "class": "breaking",
            "about": { "tool": "get" },
            "what": "input.limit maximum",
            "from": 100,
            "to": 50,
            "why": "values within the old bound are refused",
        })
    );
    assert_eq!(as_json(&[]), json!({ "worst": null, "changes": [] }));
}

#[test]
fn the_last_line_counts() {
    let changes = compare(&manifest(), &release());
    let text = report(&changes);
    let last = text.lines().last().unwrap();
    assert!(last.starts_with(&format!("{} changes: 1 breaking, ", changes.len())), "{last}");
    assert_eq!(report(&[]), "no changes\n");
}
