//! The documents tell the truth: the commands of README.md run and print what it shows, the
//! commands that a server prints work when they are pasted, defaults are the real ones, and
//! every path leads somewhere.
//!
//! In README.md
//! - a `console` block is commands after `$ `, each with what it prints to stdout; `…` stands for
//!   any characters, and `echo $?` is the exit code of the command before;
//! - a `json` block below a comment `<!-- text of: … -->` is the text that this call answers;
//! - a `text` block below `<!-- the first start -->` is a part of what that says on stderr;
//! - an `http` block below `<!-- answer to KEY: TOOL JSON -->` is what the holder of the key with this
//!   id is answered, but for the headers that it leaves out;
//! - `<!-- sent twice -->` stands above a call by curl, `<!-- the second answer -->` and
//!   `<!-- the log of both -->` above what comes of it.

mod documents;
mod example;
mod processes;
mod shell;

use std::collections::BTreeMap;

use mcp_testkit::Folder;
use serde_json::Value;

use documents::{Block, alike, blocks, commands, document, links, pages, readme, root, rows, same};
use example::{FirstStart, PROGRAM, invoices};
use processes::{PATIENCE, run};
use shell::{after, by_curl, by_hand, command_in, exchange, words};

#[test]
fn commands_print_what_the_readme_shows() {
    let place = Folder::new();
    let readme = blocks(&readme());
    // One below a comment belongs to what was done before.
    let alone = |block: &&Block| block.kind == "console" && !block.above.starts_with("<!--");
    let shown: usize = readme.iter().filter(alone).map(|block| prints(block, &place)).sum();
    assert!(shown > 0, "README.md shows no command");
}

/// Runs the commands of a block, and says how many there are.
fn prints(block: &Block, place: &Folder) -> usize {
    let mut code = 0;
    let commands = commands(block);
    for (command, expected) in &commands {
        let printed = if command == "echo $?" {
            format!("{code}\n")
        } else {
            let output = run(invoices(command, place), PATIENCE);
            code = output.code;
            output.stdout
        };
        if let Err(difference) = same(expected, &printed) {
            panic!("README.md shows another output of `{command}`: {difference}\n{printed}");
        }
    }
    commands.len()
}

#[test]
fn a_model_reads_what_the_readme_shows() {
    let place = Folder::new();
    let mut shown = 0;
    for block in blocks(&readme()).iter().filter(|block| block.kind == "json") {
        let comment = block.above.strip_prefix("<!-- text of: ");
        let Some(command) = comment.and_then(|rest| rest.strip_suffix(" -->")) else { continue };
        let output = run(invoices(&format!("{PROGRAM} {command}"), &place), PATIENCE);
        let result: Value = serde_json::from_str(&output.stdout).unwrap();
        let text = result["content"][0]["text"].as_str().unwrap();
        let text: Value = serde_json::from_str(text).unwrap();
        let expected: Value = serde_json::from_str(&block.lines.join("\n")).unwrap();
        assert_eq!(text, expected, "README.md shows another answer to `{command}`");
        shown += 1;
    }
    assert!(shown > 0, "README.md shows no answer");
}

#[test]
fn the_first_start_says_what_the_readme_shows() {
    let place = Folder::new();
    let first = FirstStart::of(&place);
    let readme = blocks(&readme());
    let mut shown = readme.iter().filter(|block| block.above == "<!-- the first start -->");
    let expected = &shown.next().expect("README.md shows the first start").lines;
    let from = first.said.find(expected[0].as_str()).unwrap_or_else(|| panic!("{}", first.said));
    let printed: Vec<&str> = first.said[from..].lines().take(expected.len()).collect();
    if let Err(difference) = same(expected, &printed.join("\n")) {
        panic!("README.md shows another first start: {difference}\n{}", first.said);
    }
}

#[test]
fn callers_are_answered_what_the_readme_shows() {
    let place = Folder::new();
    let first = FirstStart::of(&place);
    let mut shown = 0;
    for block in blocks(&readme()).iter().filter(|block| block.kind == "http") {
        let comment = block.above.strip_prefix("<!-- answer to ");
        let Some((id, call)) = comment
            .and_then(|rest| rest.strip_suffix(" -->"))
            .and_then(|rest| rest.split_once(": "))
        else {
            continue;
        };
        let (tool, arguments) = call.split_once(' ').unwrap();
        let answer = exchange(&first.curl(id, tool, &serde_json::from_str(arguments).unwrap()));
        answers(block, &answer, call);
        shown += 1;
    }
    assert!(shown > 0, "README.md shows no refusal");
}

/// Checks an answer against the block that shows it.
fn answers(block: &Block, answer: &str, call: &str) {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let at = block.lines.iter().position(String::is_empty).unwrap();
    for line in &block.lines[..at] {
        assert!(head.lines().any(|real| real == line), "`{call}` has no `{line}`:\n{head}");
    }
    let body: Value = serde_json::from_str(body).unwrap_or_else(|_| panic!("{body}"));
    let expected: Value = serde_json::from_str(&block.lines[at..].join("\n")).unwrap();
    assert!(alike(&expected, &body), "README.md shows another answer to `{call}`:\n{body:#}");
}

#[test]
fn a_lost_reply_is_asked_for_again_as_the_readme_shows() {
    let place = Folder::new();
    let first = FirstStart::of(&place);
    let readme = blocks(&readme());
    let block = |above: &str| {
        let found = readme.iter().find(|block| block.above == above);
        found.unwrap_or_else(|| panic!("README.md has no {above}"))
    };
    let command = block("<!-- sent twice -->").lines.join("\n");
    let mut curl = words(&command.replace("$KEY", &first.keys["accountant"]));
    let url = first.banner.split_whitespace().find(|word| word.starts_with("http://"));
    url.unwrap().clone_into(&mut curl[1]);

    // The one that is lost.
    let lost = exchange(&curl);
    assert!(lost.contains("\"isError\":false") && !lost.contains("replayed"), "{lost}");
    answers(block("<!-- the second answer -->"), &exchange(&curl), "the same call again");
    prints(block("<!-- the log of both -->"), &place);
}

#[test]
fn the_commands_that_a_server_prints_can_be_pasted() {
    let place = Folder::new();
    let first = FirstStart::of(&place);
    let key = &first.keys["nordwind"];
    assert!(first.banner.contains("export KEY=mcp_…"), "{}", first.banner);
    // As the shell would.
    let banner = first.banner.replace("$KEY", key);
    let url = banner.split_whitespace().find(|word| word.starts_with("http://")).unwrap();

    let curl = words(command_in(&banner, "curl "));
    let body: Value = serde_json::from_str(after(&curl, "-d")).unwrap();
    assert_eq!(curl[1], url);

    let inspector = words(command_in(&banner, "npx "));
    assert_eq!(after(&inspector, "--header"), format!("Authorization: Bearer {key}"));
    assert_eq!(after(&inspector, "--server-url"), url);
    assert_eq!(after(&inspector, "--tool-name"), body["params"]["name"].as_str().unwrap());
    let arguments: Value = serde_json::from_str(after(&inspector, "--tool-args-json")).unwrap();
    assert_eq!(arguments, body["params"]["arguments"]);

    let answer = by_curl(&curl, &place).unwrap_or_else(|| by_hand(&curl));
    let answer: Value = serde_json::from_str(&answer).unwrap_or_else(|_| panic!("{answer}"));
    let result = &answer["result"];
    assert_eq!(result["isError"], Value::Bool(false), "{answer}");
    assert_eq!(result["structuredContent"]["number"], arguments["number"], "{answer}");
}

#[test]
fn defaults_are_those_of_the_settings() {
    let settings: BTreeMap<String, String> = rows(&document("docs/settings.md"))
        .into_iter()
        .filter_map(|row| match row.as_slice() {
            [key, _, _, default, _] => Some((key.clone(), default.clone())),
            _ => None,
        })
        .collect();
    let mut stated = 0;
    for row in rows(&readme()) {
        let [what, key, default, _] = row.as_slice() else { continue };
        let Some(real) = settings.get(key) else { continue };
        assert_eq!(default.replace('`', ""), real.replace('`', ""), "{what}: {key}");
        stated += 1;
    }
    assert!(stated > 5, "README.md states the defaults of {stated} settings");
}

#[test]
fn every_chore_that_is_named_exists() {
    let help = document("xtask/src/main.rs");
    for page in ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"] {
        for (at, before) in document(page).match_indices("cargo xtask ") {
            let text = document(page);
            let rest = &text[at + before.len()..];
            let end = rest.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(rest.len());
            let chore = &rest[..end];
            assert!(help.contains(&format!("\n  {chore} ")), "{page}: `cargo xtask {chore}`");
        }
    }
}

#[test]
fn links_lead_somewhere() {
    for page in pages() {
        let directory = page.parent().unwrap();
        for target in links(&std::fs::read_to_string(&page).unwrap()) {
            let path = target.split('#').next().unwrap_or_default();
            let elsewhere = target.contains("://");
            let found = elsewhere || path.is_empty() || directory.join(path).exists();
            assert!(found, "{} links to {target}", page.display());
        }
    }
}

#[test]
fn paths_of_the_map_exist() {
    let map = document("ARCHITECTURE.md");
    let mut named = 0;
    for path in map.split('`').skip(1).step_by(2) {
        let is_path = path.contains('/') && !path.contains([' ', '<', '*', '(', '…', '$', '"']);
        let is_file = [".rs", ".md", "/"].iter().any(|end| path.ends_with(end));
        if !(is_path && is_file) {
            continue;
        }
        let bases = ["", "mcp-runtime/src", "mcp-macros/src", "mcp-testkit/src", "tests"];
        let found = bases.iter().any(|base| root().join(base).join(path).exists());
        assert!(found, "ARCHITECTURE.md names {path}");
        named += 1;
    }
    assert!(named > 20, "ARCHITECTURE.md names {named} paths");
}
