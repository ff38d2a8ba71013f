//! One tool's section.

use std::fmt::Write;

use super::codes;
use super::escape::{cell, code, prose};
use crate::manifest::arguments::arguments;
use crate::manifest::model::{RequiredScope, ToolPart};
use crate::manifest::words;

pub(super) fn write(text: &mut String, tool: &ToolPart) {
    let _ = writeln!(text, "\n### {}\n", code(&tool.name));
    if let Some(title) = &tool.title {
        let _ = writeln!(text, "**{}**\n", cell(title));
    }
    let _ = writeln!(text, "{}", prose(&tool.description));
    let flags = words::flags(tool);
    let labels =
        [words::effect(tool.effect)].into_iter().chain(flags.iter().map(|flag| flag.label));
    let labels: Vec<&str> = labels.collect();
    let _ = writeln!(text, "- Effect: {}", labels.join(", "));
    let _ = writeln!(text, "- Version: {}", cell(&tool.version));
    access(text, tool);
    if !tool.secrets.is_empty() {
        let _ = writeln!(text, "- Secrets, recorded nowhere: {}", codes(&tool.secrets));
    }
    for checked in &tool.checks {
        let of = if checked.is_empty() { "the call".to_owned() } else { codes(checked) };
        let _ = writeln!(text, "- A rule of its own looks at {of}");
    }
    policies(text, tool);
    rows(text, tool);
}

fn access(text: &mut String, tool: &ToolPart) {
    let required = tool.access.required();
    let _ = write!(text, "- Access: {}", words::access(&tool.access));
    match required {
        [] => text.push('\n'),
        [one] => {
            let _ = writeln!(text, " {}", scope(one));
        }
        several => {
            text.push('\n');
            for one in several {
                let _ = writeln!(text, "  - {}", scope(one));
            }
        }
    }
}

fn scope(one: &RequiredScope) -> String {
    let mut text = code(&one.scope);
    if !one.implied_by.is_empty() {
        let _ = write!(text, " (or {})", codes(&one.implied_by));
    }
    text.push('.');
    for sentence in words::constraints(one) {
        let _ = write!(text, " {}", cell(&sentence));
    }
    text
}

fn policies(text: &mut String, tool: &ToolPart) {
    text.push_str("\n| policy | | |\n|---|---|---|\n");
    for fact in words::policies(tool) {
        let _ =
            writeln!(text, "| {} | {} | {} |", fact.label, cell(&fact.value), cell(&fact.meaning));
    }
}

fn rows(text: &mut String, tool: &ToolPart) {
    let all = arguments(&tool.input_schema);
    if all.is_empty() {
        text.push_str("\nNo arguments.\n");
        return;
    }
    text.push_str(
        "\n| argument | type | required | rules | description |\n|---|---|---|---|---|\n",
    );
    for one in &all {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} |",
            code(&one.path),
            cell(&one.ty),
            if one.required { "yes" } else { "no" },
            cell(&one.rules.join("; ")),
            cell(&one.description),
        );
    }
}
