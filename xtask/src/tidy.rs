//! The house rules that a compiler doesn't know.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::documents;
use crate::reference::keys::{TABLES, Table};
use crate::workspace::{Workspace, read};

const LONGEST_FILE: usize = 600;
/// Crates that only the adapter knows, and the test kit's clients.
const FOREIGN: [&str; 2] = ["rmcp", "axum"];
/// Where they may be named: in each of these crates, in this one room.
const AT_HOME: [(&str, &str); 2] =
    [("mcp-runtime/src/", "mcp-runtime/src/adapter"), ("mcp-testkit/src/", "mcp-testkit/src/wire")];

struct File {
    /// From the workspace's root, with `/`.
    name: String,
    text: String,
}

pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let files = rust_files(workspace)?;
    let mut broken = Vec::new();
    broken.extend(long_files(&files));
    broken.extend(foreign_crates(&files));
    broken.extend(policies_of_policies(&files));
    broken.extend(documents::stale(workspace)?);
    broken.extend(untested_keys(&files));
    for rule in &broken {
        eprintln!("tidy: {rule}");
    }
    if broken.is_empty() {
        println!("tidy: {} files keep the house rules", files.len());
        return Ok(());
    }
    bail!("{} house rules are broken", broken.len())
}

fn long_files(files: &[File]) -> Vec<String> {
    let lines = files.iter().map(|file| (&file.name, file.text.lines().count()));
    let long = lines.filter(|(_, lines)| *lines > LONGEST_FILE);
    long.map(|(name, lines)| {
        format!("{name} has {lines} lines: past {LONGEST_FILE}, a file is two files")
    })
    .collect()
}

fn foreign_crates(files: &[File]) -> Vec<String> {
    let mut broken = Vec::new();
    for (within, home) in AT_HOME {
        for (name, number, line) in code(files, within) {
            if name.starts_with(home) {
                continue;
            }
            for foreign in FOREIGN.iter().filter(|foreign| names_path(line, foreign)) {
                broken.push(format!(
                    "{name}:{number} names `{foreign}`: only {home}/ may, \
                     because that crate breaks in minors"
                ));
            }
        }
    }
    broken
}

fn policies_of_policies(files: &[File]) -> Vec<String> {
    const ROOMS: &str = "mcp-runtime/src/policy/";
    let room_of = |name: &str| -> Option<String> {
        let inside = name.strip_prefix(ROOMS)?;
        let room = inside.split_once('/').map_or(inside, |(room, _)| room);
        let room = room.trim_end_matches(".rs");
        // What all rooms are made of, and what knows them all.
        (!matches!(room, "later" | "mod" | "service" | "stack" | "testing"))
            .then(|| room.to_owned())
    };
    let rooms: BTreeSet<String> = files.iter().filter_map(|file| room_of(&file.name)).collect();
    let mut broken = Vec::new();
    for (name, number, line) in code(files, ROOMS) {
        let Some(own) = room_of(name) else { continue };
        for other in rooms.iter().filter(|room| **room != own) {
            if names_policy(name, line, other) {
                broken.push(format!(
                    "{name}:{number} names the policy `{other}`: policies know calls, errors and \
                     stores, and only policy/stack knows them all"
                ));
            }
        }
    }
    broken
}

/// Whether a line reaches the room `other`, from the crate's root or from the room it is in.
fn names_policy(name: &str, line: &str, other: &str) -> bool {
    let is_entrance = name.ends_with("/mod.rs") || name.matches('/').count() == 3;
    let above = if is_entrance { "super::" } else { "super::super::" };
    ["policy::", above].iter().any(|prefix| {
        line.match_indices(prefix).any(|(at, _)| {
            // `super::` is also the end of `super::super::`, which leads elsewhere.
            let leads_elsewhere = *prefix != "policy::" && line[..at].ends_with("super::");
            let rest = &line[at + prefix.len()..];
            let names = rest.strip_prefix('{').unwrap_or_else(|| first_name(rest));
            !leads_elsewhere && words(names).any(|word| word == other)
        })
    })
}

fn first_name(path: &str) -> &str {
    let end = path.find(|c: char| !is_word(c)).unwrap_or(path.len());
    &path[..end]
}

fn untested_keys(files: &[File]) -> Vec<String> {
    let tests: Vec<&File> = files.iter().filter(|file| file.name.starts_with("tests/")).collect();
    let mut broken = Vec::new();
    for Table { attribute, keys, .. } in &TABLES {
        let used: BTreeSet<&str> =
            tests.iter().flat_map(|file| uses_of(&file.text, attribute)).flat_map(words).collect();
        for key in keys.iter().filter(|key| !used.contains(key.name)) {
            broken.push(format!(
                "`{}` of #[{attribute}(…)] is in no test under tests/: a key needs a UI test of \
                 its misuse and a test of what it does",
                key.name
            ));
        }
    }
    broken
}

/// What stands between the parentheses of each `#[attribute(…)]`.
fn uses_of<'a>(text: &'a str, attribute: &str) -> Vec<&'a str> {
    let opening = format!("[{attribute}(");
    let qualified = format!("::{attribute}(");
    let mut uses = Vec::new();
    for opening in [opening, qualified] {
        uses.extend(
            text.match_indices(&opening).map(|(at, _)| balanced(&text[at + opening.len()..])),
        );
    }
    uses
}

/// The text up to the parenthesis that closes one before it, strings skipped.
fn balanced(text: &str) -> &str {
    let (mut depth, mut in_string, mut escaped) = (1_usize, false, false);
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            '(' if !in_string => depth += 1,
            ')' if !in_string => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &text[..at];
        }
    }
    text
}

/// Whether a line of code has a path that starts at `name`.
fn names_path(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        let starts = !line[..at].ends_with(is_word) && !line[..at].ends_with("mod ");
        let rest = &line[at + name.len()..];
        let imported = line.trim_start().starts_with("use ") || line.contains("extern crate ");
        starts && (rest.starts_with("::") || imported && !rest.starts_with(is_word))
    })
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !is_word(c)).filter(|word| !word.is_empty())
}

/// Lines that aren't comments, with their numbers.
fn code<'a>(files: &'a [File], under: &str) -> impl Iterator<Item = (&'a str, usize, &'a str)> {
    files.iter().filter(move |file| file.name.starts_with(under)).flat_map(|file| {
        let lines = file.text.lines().enumerate();
        let lines = lines.filter(|(_, line)| !line.trim_start().starts_with("//"));
        lines.map(|(index, line)| (file.name.as_str(), index + 1, line))
    })
}

fn rust_files(workspace: &Workspace) -> Result<Vec<File>> {
    let mut files = Vec::new();
    let mut directories = vec![workspace.root.clone()];
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(&directory)? {
            let entry = entry?;
            let path = entry.path();
            let kind = entry.file_type()?;
            if kind.is_dir() && !is_left_out(workspace, &path) {
                directories.push(path);
            } else if kind.is_file() && path.extension().is_some_and(|extension| extension == "rs")
            {
                files.push(File { name: name_in(&workspace.root, &path), text: read(&path)? });
            }
        }
    }
    files.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(files)
}

/// Built or installed, not written.
fn is_left_out(workspace: &Workspace, directory: &Path) -> bool {
    let name = directory.file_name().unwrap_or_default();
    directory == workspace.target || name == "target" || name == ".git" || name == "node_modules"
}

fn name_in(root: &Path, path: &Path) -> String {
    let parts: PathBuf = path.strip_prefix(root).unwrap_or(path).into();
    parts.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, text: &str) -> File {
        File { name: name.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn foreign_crates_stay_in_the_adapter() {
        let files = [
            file("mcp-runtime/src/adapter/http.rs", "use axum::Router;"),
            file("mcp-runtime/src/call.rs", "// rmcp::model\nuse rmcp::{Peer};\nlet my_rmcp::x;"),
            file("mcp-runtime/src/lib.rs", "mod axum_names;\nfn f(_: axum::Router) {}"),
            file("mcp-testkit/src/wire/client.rs", "use rmcp::Peer;"),
            file("mcp-testkit/src/lib.rs", "use rmcp::Peer;"),
            file("tests/behaviour/main.rs", "use axum::Router;"),
        ];
        let broken = foreign_crates(&files);
        assert_eq!(broken.len(), 3, "{broken:?}");
        assert!(broken[0].starts_with("mcp-runtime/src/call.rs:2 "), "{broken:?}");
        assert!(broken[1].starts_with("mcp-runtime/src/lib.rs:2 "), "{broken:?}");
        assert!(broken[2].starts_with("mcp-testkit/src/lib.rs:1 "), "{broken:?}");
    }

    #[test]
    fn policies_do_not_know_each_other() {
        let files = [
            file("mcp-runtime/src/policy/stack.rs", "use super::{timeout, panic};"),
            file(
                "mcp-runtime/src/policy/timeout/mod.rs",
                "use super::panic::Layer;\nuse crate::error;",
            ),
            file(
                "mcp-runtime/src/policy/timeout/service.rs",
                "use super::panic;\nuse super::super::panic;",
            ),
            file("mcp-runtime/src/policy/panic.rs", "use crate::policy::{timeout::Layer, stack};"),
        ];
        let broken = policies_of_policies(&files);
        let places: Vec<_> = broken.iter().filter_map(|rule| rule.split(' ').next()).collect();
        assert_eq!(
            places,
            [
                "mcp-runtime/src/policy/timeout/mod.rs:1",
                "mcp-runtime/src/policy/timeout/service.rs:2",
                "mcp-runtime/src/policy/panic.rs:1",
            ]
        );
    }

    #[test]
    fn keys_are_looked_for_in_attributes_alone() {
        let text = r#"
            let cost = 1; // #[other(name)]
            #[mcp_runtime::tool(timeout = "(", retry(attempts = 3))] fn f(#[arg(range(1..=2))] a: u8) {}
        "#;
        let words_of =
            |attribute| uses_of(text, attribute).into_iter().flat_map(words).collect::<Vec<_>>();
        assert_eq!(words_of("tool"), ["timeout", "retry", "attempts", "3"]);
        assert_eq!(words_of("arg"), ["range", "1", "2"]);
    }
}
