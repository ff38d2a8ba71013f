//! The documents, and what of them can be tried.

use std::path::{Path, PathBuf};

use serde_json::Value;

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

pub(crate) fn document(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

pub(crate) fn readme() -> String {
    document("README.md")
}

/// The pages that people wrote, and those that are generated.
pub(crate) fn pages() -> Vec<PathBuf> {
    let directories = ["", "docs", "docs/guide"].map(|directory| root().join(directory));
    let entries = directories.iter().flat_map(|directory| std::fs::read_dir(directory).unwrap());
    entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect()
}

/// A fenced block.
pub(crate) struct Block {
    pub(crate) kind: String,
    /// The last line before it that isn't empty.
    pub(crate) above: String,
    pub(crate) lines: Vec<String>,
}

pub(crate) fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut above = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(kind) = line.strip_prefix("```") {
            let inside = lines.by_ref().take_while(|line| *line != "```");
            let lines = inside.map(str::to_owned).collect();
            blocks.push(Block { kind: kind.to_owned(), above: above.clone(), lines });
        } else if !line.is_empty() {
            line.clone_into(&mut above);
        }
    }
    blocks
}

/// The commands of a `console` block, each with the lines that it prints.
pub(crate) fn commands(block: &Block) -> Vec<(String, Vec<String>)> {
    let mut commands: Vec<(String, Vec<String>)> = Vec::new();
    for line in &block.lines {
        match (line.strip_prefix("$ "), commands.last_mut()) {
            (Some(command), _) => commands.push((command.to_owned(), Vec::new())),
            (None, Some((_, printed))) => printed.push(line.clone()),
            (None, None) => panic!("README.md shows output without a command: {line}"),
        }
    }
    commands
}

/// Whether lines are those that are shown.
pub(crate) fn same(expected: &[String], printed: &str) -> Result<(), String> {
    let printed: Vec<&str> = printed.lines().collect();
    if expected.len() != printed.len() {
        return Err(format!("{} lines, not {}", printed.len(), expected.len()));
    }
    match expected.iter().zip(printed).find(|(expected, printed)| !fits(expected, printed)) {
        Some((expected, _)) => Err(format!("not `{expected}`")),
        None => Ok(()),
    }
}

/// Whether a text is the one that is shown, where `…` stands for anything.
fn fits(expected: &str, real: &str) -> bool {
    let Some((start, rest)) = expected.split_once('…') else { return expected == real };
    let Some(mut real) = real.strip_prefix(start) else { return false };
    let mut parts: Vec<&str> = rest.split('…').collect();
    let end = parts.pop().unwrap_or_default();
    for part in parts {
        match real.find(part) {
            Some(at) => real = &real[at + part.len()..],
            None => return false,
        }
    }
    real.ends_with(end)
}

/// The same for data.
pub(crate) fn alike(expected: &Value, real: &Value) -> bool {
    match (expected, real) {
        (Value::String(expected), Value::String(real)) => fits(expected, real),
        (Value::Array(expected), Value::Array(real)) => {
            expected.len() == real.len() && expected.iter().zip(real).all(|(e, r)| alike(e, r))
        }
        (Value::Object(expected), Value::Object(real)) => {
            let member =
                |(name, expected)| real.get(name).is_some_and(|real| alike(expected, real));
            expected.len() == real.len() && expected.iter().all(member)
        }
        (expected, real) => expected == real,
    }
}

/// The rows of all tables, the code marks of their first two cells taken off.
pub(crate) fn rows(text: &str) -> Vec<Vec<String>> {
    let rows = text.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    rows.map(|row| {
        let cells = row.split(" | ").enumerate();
        cells
            .map(|(at, cell)| if at < 2 { cell.trim_matches('`') } else { cell }.trim().to_owned())
            .collect()
    })
    .collect()
}

pub(crate) fn links(text: &str) -> Vec<&str> {
    text.match_indices("](")
        .filter_map(|(at, mark)| text[at + mark.len()..].split(')').next())
        .collect()
}
