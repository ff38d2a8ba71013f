//! `docs/attributes.md`, written from the key table that the macros themselves parse by.

#[path = "../../mcp-macros/src/parse/keys.rs"]
pub(crate) mod keys;

use std::fmt::Write as _;

use self::keys::{TABLES, Table};

const HEAD: &str = "\
# Attributes

<!-- Written by `cargo xtask tidy --write` from the key table of the macros. -->

What is *refused* does not compile, unless it says \"at start\": then the server doesn't start. \
[Mistakes](mistakes.md) shows what is said about it.
";

pub(crate) fn text() -> String {
    let mut text = HEAD.to_owned();
    for Table { attribute, key, keys } in &TABLES {
        let _ = match key {
            None => {
                let (title, place) = heading(attribute);
                write!(text, "\n## `{title}`\n\n{place}\n\n")
            }
            Some(key) => write!(text, "\n### `{key}(…)`\n\n"),
        };
        text.push_str("| key | value | default | effect | refused | example |\n");
        text.push_str("|---|---|---|---|---|---|\n");
        for key in *keys {
            let _ = writeln!(
                text,
                "| `{}` | {} | {} | {} | {} | {} |",
                key.name,
                code(key.grammar),
                plain(key.default),
                plain(key.doc),
                plain(key.errors),
                code(key.example),
            );
        }
    }
    text
}

fn heading(attribute: &str) -> (&'static str, &'static str) {
    match attribute {
        "tool" => ("#[tool(…)]", "On an `async fn`."),
        "dependency" => {
            ("#[dependency(…)]", "On a struct, an enum or a union that tools name in `dependency`.")
        }
        "arg" => ("#[arg(…)]", "On a parameter of a tool."),
        _ => ("#[tool_error(…)]", "On a variant of an enum that derives `ToolError`."),
    }
}

fn code(cell: &str) -> String {
    if cell.is_empty() { String::new() } else { format!("`{}`", plain(cell)) }
}

/// A bar ends a cell, in code as well, unless it is escaped.
fn plain(cell: &str) -> String {
    cell.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}
