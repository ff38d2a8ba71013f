//! `docs/mistakes.md`: what the compiler says about each mistake, from the tests that hold it to it.
//!
//! A folder of `tests/ui/fail/` is a cause, a file in it one mistake, and its `.stderr` what is said.
//! Files named `all_…` hold many mistakes of one cause; the gallery points at them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::workspace::{Workspace, read};

const HEAD: &str = "\
# Mistakes, and what the compiler says

<!-- Written by `cargo xtask tidy --write` from the tests in tests/ui/fail/. -->

A contract that is wrong doesn't compile. Every message points at the word that is wrong, says why, and \
says what to write instead; several mistakes give several messages, and the function stays usable, so \
that one mistake is one error.

";

/// The longest line of the gallery; the lists of all keys would be longer.
const LONGEST: usize = 120;

/// What rustc adds of its own: bounds in the SDK's sources, lists of implementations.
const NOISE: [&str; 9] = [
    "the trait ",
    "the following other types",
    "required ",
    "this error originates",
    "this note originates",
    "for that trait implementation",
    "expected ",
    "within `",
    "`#[warn(",
];

/// The gallery as it should be.
pub(crate) fn text(workspace: &Workspace) -> Result<String> {
    let mut sections = String::new();
    let mut contents = Vec::new();
    for folder in entries(&workspace.root.join("tests/ui/fail"))? {
        let mistakes = mistakes(&folder)?;
        if mistakes.is_empty() {
            continue;
        }
        let title = title(&folder);
        contents.push(format!("[{title}](#{})", title.to_lowercase().replace(' ', "-")));
        let _ = write!(sections, "\n## {title}\n");
        let (tables, single): (Vec<_>, Vec<_>) =
            mistakes.iter().partition(|mistake| stem(mistake).starts_with("all_"));
        for mistake in single {
            let _ = write!(sections, "\n### {}\n\n```text\n", self::title(mistake));
            let messages: Vec<String> = messages(&read(mistake)?).collect();
            let _ = write!(sections, "{}\n```\n", messages.join("\n\n"));
        }
        if !tables.is_empty() {
            let links: Vec<String> = tables.iter().map(|table| link(table)).collect();
            let _ = write!(sections, "\nMore: {}.\n", links.join(", "));
        }
    }
    Ok(format!("{HEAD}Causes: {}.\n{sections}", contents.join(", ")))
}

/// What is in a directory, by name.
fn entries(directory: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(directory)
        .with_context(|| format!("can't read {}", directory.display()))?;
    let mut paths =
        entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<PathBuf>>>()?;
    paths.sort();
    Ok(paths)
}

/// What is said about each file of a folder.
fn mistakes(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let is_output =
        |path: &PathBuf| path.extension().is_some_and(|extension| extension == "stderr");
    Ok(entries(folder)?.into_iter().filter(is_output).collect())
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// `missing_unit` as a title.
fn title(path: &Path) -> String {
    let words = stem(path).replace('_', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn link(output: &Path) -> String {
    let folder = output.parent().map(stem).unwrap_or_default();
    let name = stem(output);
    let words = name.trim_start_matches("all_").trim_start_matches("of_").replace('_', " ");
    format!("[{words}](../tests/ui/fail/{folder}/{name}.stderr)")
}

/// Each error as the gallery shows it: the place, the headline, the way out.
fn messages(output: &str) -> impl Iterator<Item = String> {
    let diagnostics = output.split("\n\n").filter(|block| is_message(block));
    diagnostics.map(message)
}

fn is_message(block: &str) -> bool {
    block.starts_with("error") || block.starts_with("warning")
}

fn message(block: &str) -> String {
    let mut lines = block.lines();
    let first = lines.next().unwrap_or_default();
    let headline = first.split_once(": ").map_or(first, |(_, text)| text);
    let headline = headline.strip_prefix("evaluation panicked: ").unwrap_or(headline);
    let (mut place, mut ways) = (Vec::new(), Vec::new());
    let mut places = 0;
    for line in lines {
        let trimmed = line.trim_start();
        if trimmed.starts_with("--> ") {
            places += 1;
        } else if let Some(source) = source_of(line) {
            if places == 1 && !source.is_empty() {
                place.push(without_label(source));
            }
        } else {
            // What follows belongs to a note, or shows a place in it.
            places += usize::from(places == 1 && !place.is_empty());
            let way =
                trimmed.strip_prefix("= ").or_else(|| line.starts_with("help: ").then_some(line));
            ways.extend(way.and_then(way_out));
        }
    }
    let mut shown = place;
    shown.push(cut(headline));
    shown.extend(ways);
    shown.join("\n")
}

/// A line of source, or of carets, without the gutter.
fn source_of(line: &str) -> Option<&str> {
    let (gutter, source) = line.split_once('|')?;
    let is_gutter = gutter.chars().all(|c| c == ' ' || c.is_ascii_digit());
    is_gutter.then(|| source.strip_prefix(' ').unwrap_or(source).trim_end())
}

/// Carets without what a constant says of itself.
fn without_label(source: &str) -> String {
    let end = source.find(" evaluation of `").unwrap_or(source.len());
    source[..end].to_owned()
}

fn way_out(line: &str) -> Option<String> {
    let text = line.strip_prefix("help: ").or_else(|| line.strip_prefix("note: "))?;
    let is_noise = NOISE.iter().any(|noise| text.starts_with(noise));
    (!is_noise).then(|| cut(line))
}

/// A line that is too long, up to a comma.
fn cut(line: &str) -> String {
    if line.chars().count() <= LONGEST || !line.contains("accepted: ") {
        return line.to_owned();
    }
    let short: String = line.chars().take(LONGEST).collect();
    let end = short.rfind(", ").unwrap_or(short.len());
    format!("{}, …", &short[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_the_macros_is_its_place_its_headline_and_its_help() {
        let output = "\
error: unknown `#[tool]` argument `tiemout`
       = help: did you mean `timeout`?
 --> ui/fail/misspelt/key.rs:4:8
  |
4 | #[tool(tiemout = \"5s\")]
  |        ^^^^^^^
";
        assert_eq!(
            messages(output).collect::<Vec<_>>(),
            ["#[tool(tiemout = \"5s\")]\n       ^^^^^^^\nunknown `#[tool]` argument `tiemout`\n\
              help: did you mean `timeout`?"]
        );
    }

    #[test]
    fn an_error_of_the_compiler_loses_what_is_no_help() {
        let output = "\
error[E0277]: `Invoice` cannot be a tool argument
  --> ui/fail/argument_type/not_data.rs:9:28
   |
 9 | async fn get_invoice(invoice: Invoice) -> String {
   |                               ^^^^^^^ not an argument and not an extractor
   |
help: the trait `ToolParam<_>` is not implemented for `Invoice`
  --> ui/fail/argument_type/not_data.rs:3:1
   |
 3 | struct Invoice {
   | ^^^^^^^^^^^^^^
   = note: for an argument, add a derive
note: required by a bound in `param`
  --> $WORKSPACE/mcp-runtime/src/params.rs
   |
   | pub const fn param() {}
   |              ^^^^^ required by this bound in `param`

note: erroneous constant encountered
";
        assert_eq!(
            messages(output).collect::<Vec<_>>(),
            ["async fn get_invoice(invoice: Invoice) -> String {\n                              \
              ^^^^^^^ not an argument and not an extractor\n`Invoice` cannot be a tool argument\n\
              note: for an argument, add a derive"]
        );
    }

    #[test]
    fn lists_of_keys_are_cut() {
        let keys: Vec<String> = (0..40).map(|n| format!("`key_{n}`")).collect();
        let line = cut(&format!("note: accepted: {}", keys.join(", ")));
        assert!(line.ends_with("`, …") && line.chars().count() < LONGEST + 3, "{line}");
    }
}
