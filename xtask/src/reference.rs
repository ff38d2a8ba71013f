//! `docs/attributes.md`, written from the key table that the macros themselves parse by.

#[path = "../../mcp-macros/src/parse/keys.rs"]
mod keys;

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Result;

use self::keys::Key;
use crate::workspace::{self, Workspace, make};

/// Which attribute has which keys.
pub(crate) const TABLES: [(&str, &[Key]); 3] =
    [("tool", keys::TOOL), ("arg", keys::ARG), ("tool_error", keys::TOOL_ERROR)];

const HEAD: &str = "\
# Attributes

<!-- Written by `cargo xtask tidy --write` from the key table of the macros. -->
";

pub(crate) fn path(workspace: &Workspace) -> PathBuf {
    workspace.root.join("docs/attributes.md")
}

pub(crate) fn write(workspace: &Workspace) -> Result<()> {
    let path = path(workspace);
    make(&workspace.root.join("docs"))?;
    workspace::write(&path, &text())?;
    println!("wrote {}", path.display());
    Ok(())
}

pub(crate) fn text() -> String {
    let mut text = HEAD.to_owned();
    for (attribute, keys) in TABLES {
        let (title, place) = heading(attribute);
        let _ = write!(text, "\n## `{title}`\n\n{place}\n\n");
        text.push_str("| key | grammar | default | meaning | example |\n|---|---|---|---|---|\n");
        for key in keys {
            let _ = writeln!(
                text,
                "| `{}` | {} | {} | {} | {} |",
                key.name,
                code(key.grammar),
                plain(key.default),
                plain(key.doc),
                code(key.example),
            );
        }
    }
    text
}

fn heading(attribute: &str) -> (&'static str, &'static str) {
    match attribute {
        "tool" => ("#[tool(…)]", "On an `async fn`."),
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
