//! A document for a repository, in GitHub's Markdown.

mod escape;
mod tool;

use std::fmt::Write;

use super::{LEGEND, Mark};
use crate::manifest::Manifest;
use crate::manifest::findings::findings;
use crate::manifest::model::{AccessPart, EffectPart, ScopePart};
use crate::manifest::words;
use escape::{cell, code};

// Writing to a string doesn't fail, so what `write!` says is dropped.

pub(in crate::manifest) fn render(manifest: &Manifest) -> String {
    let mut text = String::new();
    let server = &manifest.server;
    let title = server.title.as_ref().unwrap_or(&server.name);
    let _ = writeln!(text, "# {} {}\n", cell(title), cell(&server.version));
    let _ = writeln!(
        text,
        "The contract of the MCP server {}: {}.\n",
        code(&server.name),
        counts(manifest)
    );
    let _ = writeln!(text, "{}", code(&manifest.digest));
    worth_a_look(&mut text, manifest);
    scopes(&mut text, manifest);
    matrix(&mut text, manifest);
    text.push_str("\n## Tools\n");
    for part in &manifest.tools {
        tool::write(&mut text, part);
    }
    text
}

/// `3 tools (1 read, 1 write, 1 destructive), 2 scopes`.
fn counts(manifest: &Manifest) -> String {
    let of = |effect| manifest.tools.iter().filter(|tool| tool.effect == effect).count();
    let plural =
        |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    format!(
        "{} ({} read, {} write, {} destructive), {}",
        plural(manifest.tools.len(), "tool"),
        of(EffectPart::Read),
        of(EffectPart::Write),
        of(EffectPart::Destructive),
        plural(manifest.scopes.len(), "scope"),
    )
}

fn worth_a_look(text: &mut String, manifest: &Manifest) {
    let found = findings(manifest);
    if found.is_empty() {
        return;
    }
    text.push_str("\n## Worth a look\n\n");
    for finding in &found {
        let names = codes(finding.tools.iter().chain(&finding.scopes));
        let _ = writeln!(text, "- **{}**: {names}. {}", finding.title, finding.why);
    }
}

fn scopes(text: &mut String, manifest: &Manifest) {
    if manifest.scopes.is_empty() {
        return;
    }
    text.push_str("\n## What each scope opens\n\n");
    text.push_str("| scope | description | includes | opens |\n|---|---|---|---|\n");
    for scope in &manifest.scopes {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} |",
            code(&scope.scope),
            cell(scope.description.as_deref().unwrap_or_default()),
            codes(&scope.implies),
            codes(&scope.tools),
        );
    }
}

fn matrix(text: &mut String, manifest: &Manifest) {
    text.push_str("\n## Scopes and tools\n\n| tool | effect | public |");
    for scope in &manifest.scopes {
        let _ = write!(text, " {} |", code(&scope.scope));
    }
    text.push_str("\n|---|---|:-:|");
    text.push_str(&":-:|".repeat(manifest.scopes.len()));
    text.push('\n');
    for tool in &manifest.tools {
        let public = match tool.access {
            AccessPart::Public => "●",
            AccessPart::Unstated => "?",
            AccessPart::Scopes(_) => "",
        };
        let _ =
            write!(text, "| {} | {} | {public} |", code(&tool.name), words::effect(tool.effect));
        for ScopePart { scope, .. } in &manifest.scopes {
            let mark = Mark::of(scope, tool.access.required());
            let _ = write!(text, " {} |", mark.map(Mark::sign).unwrap_or_default());
        }
        text.push('\n');
    }
    text.push('\n');
    for (sign, meaning) in LEGEND.into_iter().chain([("?", "access is not stated")]) {
        let _ = writeln!(text, "- {sign} {meaning}");
    }
}

fn codes<'a>(all: impl IntoIterator<Item = &'a String>) -> String {
    all.into_iter().map(|one| code(one)).collect::<Vec<_>>().join(", ")
}
