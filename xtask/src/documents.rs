//! The documents that are written from code, and whether they are up to date.

use anyhow::Result;

use crate::workspace::{self, Workspace, make, read};
use crate::{mistakes, reference};

/// Each document's name in `docs/`, and what it should be.
fn all(workspace: &Workspace) -> Result<[(&'static str, String); 2]> {
    Ok([("attributes.md", reference::text()), ("mistakes.md", mistakes::text(workspace)?)])
}

pub(crate) fn write(workspace: &Workspace) -> Result<()> {
    let docs = workspace.root.join("docs");
    make(&docs)?;
    for (name, text) in all(workspace)? {
        workspace::write(&docs.join(name), &text)?;
        println!("wrote docs/{name}");
    }
    Ok(())
}

/// A sentence for each document that isn't what it should be.
pub(crate) fn stale(workspace: &Workspace) -> Result<Vec<String>> {
    let mut stale = Vec::new();
    for (name, text) in all(workspace)? {
        let path = workspace.root.join("docs").join(name);
        let written = if path.exists() { read(&path)? } else { String::new() };
        if written != text {
            stale.push(format!(
                "docs/{name} isn't what the code says: run `cargo xtask tidy --write`"
            ));
        }
    }
    Ok(stale)
}
