//! The versions that a lock file has of the crates that are compared.

use std::path::Path;

use anyhow::{Context as _, Result};

use super::programs::PEERS_PLACE;
use crate::workspace::{Workspace, read};

/// The crates that servers are made of, ours and the peers'.
const OURS: [&str; 2] = ["rmcp", "axum"];
const PEERS: [&str; 3] = ["rmcp", "tower-mcp", "axum"];

/// One line for ours and one for the peers.
pub(super) fn lines(workspace: &Workspace) -> Result<[String; 2]> {
    let ours = in_lock(&workspace.root.join("Cargo.lock"), &OURS)?;
    let peers = in_lock(&workspace.root.join(PEERS_PLACE).join("Cargo.lock"), &PEERS)?;
    Ok([format!("ours is on {ours}"), format!("peers: {peers}")])
}

fn in_lock(lock: &Path, crates: &[&str]) -> Result<String> {
    let text = read(lock)?;
    let named = |name: &&str| {
        let version = version(&text, name)
            .with_context(|| format!("there is no `{name}` in {}", lock.display()))?;
        Ok(format!("{name} {version}"))
    };
    Ok(crates.iter().map(named).collect::<Result<Vec<_>>>()?.join(", "))
}

/// The version of a crate in a lock file; the newest, which comes last, of several.
fn version<'a>(lock: &'a str, name: &str) -> Option<&'a str> {
    let named = format!("\nname = \"{name}\"\n");
    let (_, after) = lock.rsplit_once(&named)?;
    after.lines().next()?.strip_prefix("version = \"")?.strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = "\
[[package]]
name = \"axum\"
version = \"0.7.9\"

[[package]]
name = \"axum\"
version = \"0.8.9\"

[[package]]
name = \"axum-core\"
version = \"0.5.2\"
";

    #[test]
    fn a_version_is_that_of_the_crate_itself() {
        assert_eq!(version(LOCK, "axum"), Some("0.8.9"));
        assert_eq!(version(LOCK, "axum-core"), Some("0.5.2"));
        assert_eq!(version(LOCK, "core"), None);
    }
}
