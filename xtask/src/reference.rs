//! `docs/attributes.md`, written from the key table that the macros themselves parse by.

#[path = "../../mcp-macros/src/parse/keys.rs"]
mod keys;

use std::fmt::Write as _;

use self::keys::Key;

/// Which attribute has which keys, directly or in the parentheses of one.
pub(crate) const TABLES: [Table; 11] = [
    Table { attribute: "tool", key: None, keys: keys::TOOL },
    Table { attribute: "tool", key: Some("idempotent"), keys: keys::IDEMPOTENT },
    Table { attribute: "tool", key: Some("retry"), keys: keys::RETRY },
    Table { attribute: "tool", key: Some("queue"), keys: keys::QUEUE },
    Table { attribute: "tool", key: Some("adaptive"), keys: keys::ADAPTIVE },
    Table { attribute: "tool", key: Some("cache"), keys: keys::CACHE },
    Table { attribute: "tool", key: Some("audit"), keys: keys::AUDIT },
    Table { attribute: "arg", key: None, keys: keys::ARG },
    Table { attribute: "dependency", key: None, keys: keys::DEPENDENCY },
    Table { attribute: "dependency", key: Some("breaker"), keys: keys::BREAKER },
    Table { attribute: "tool_error", key: None, keys: keys::TOOL_ERROR },
];

/// The keys that may stand between one pair of parentheses.
pub(crate) struct Table {
    pub(crate) attribute: &'static str,
    /// Whose parentheses they are, if not the attribute's own.
    key: Option<&'static str>,
    pub(crate) keys: &'static [Key],
}

const HEAD: &str = "\
# Attributes

<!-- Written by `cargo xtask tidy --write` from the key table of the macros. -->

What is *refused* does not compile, unless it says \"at start\": then the server doesn't start. \
[Mistakes](mistakes.md) shows what is said about it.
";

pub(crate) fn text() -> String {
    let mut text = HEAD.to_owned();
    for Table { attribute, key, keys } in TABLES {
        let _ = match key {
            None => {
                let (title, place) = heading(attribute);
                write!(text, "\n## `{title}`\n\n{place}\n\n")
            }
            Some(key) => write!(text, "\n### `{key}(…)`\n\n"),
        };
        text.push_str("| key | value | default | effect | refused | example |\n");
        text.push_str("|---|---|---|---|---|---|\n");
        for key in keys {
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
