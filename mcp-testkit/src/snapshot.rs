//! [`Snapshot`]: a text that is kept beside the tests, and compared.

#[cfg(test)]
mod tests;

use std::env;
use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use mcp_runtime::private::against_lock;
use mcp_runtime::{Caller, Manifest, ToolInfo};
use serde_json::Value;
use similar::TextDiff;

use crate::{As, ListedTool, TestServer};

/// Set to anything but nothing and `0`, it has files written instead of compared.
const UPDATE: &str = "MCP_TEST_UPDATE";
/// Set by who builds without anybody looking on, to anything but nothing, `0` and `false`: what is
/// written there is reviewed by nobody, and a test that writes what it compares with holds always.
const CI: &str = "CI";

/// A text that is to stay as it is: kept in a file beside the tests, and compared with it.
///
/// ```
/// # use mcp_runtime::{tool, tools};
/// # use mcp_testkit::TestServer;
/// /// Say hello.
/// #[tool(read_only)]
/// async fn hello() {}
///
/// let pipelines = TestServer::new(tools![hello]).pipelines_snapshot();
/// assert!(pipelines.text().starts_with("hello\n  trace\n"));
/// ```
///
/// Other tools for snapshots take its text: `insta::assert_snapshot!(pipelines.text())`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot(String);

impl Snapshot {
    /// A snapshot of any text, such as [`Manifest::markdown`]. It ends with a line break, and its
    /// line breaks are `\n`.
    pub fn of(text: impl Into<String>) -> Self {
        let mut text = text.into().replace("\r\n", "\n");
        if !text.ends_with('\n') {
            text.push('\n');
        }
        Self(text)
    }

    /// A snapshot of a JSON value: indented, the keys of objects sorted.
    pub fn of_json(value: &Value) -> Self {
        Self::of(format!("{:#}", sorted(value)))
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Compares with a file, by a path that begins at the package's directory, where `cargo test`
    /// runs its tests. With `MCP_TEST_UPDATE=1` in the environment the file is written instead,
    /// where it differs, and its directories with it; not where `CI` is set.
    ///
    /// # Panics
    ///
    /// When the file says something else, with the lines that differ; when it isn't there, or
    /// can't be read or written; and when it were to be written where `CI` is set.
    #[track_caller]
    pub fn matches(&self, path: impl AsRef<Path>) {
        if let Err(wrong) = is_update().and_then(|update| self.compare(path.as_ref(), update)) {
            panic!("{wrong}");
        }
    }

    fn compare(&self, path: &Path, update: bool) -> Result<(), String> {
        let told = path.display();
        let kept = match fs::read_to_string(path) {
            Ok(kept) => Some(Self::of(kept)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(format!("{told}: {error}")),
        };
        match kept {
            Some(kept) if kept == *self => Ok(()),
            _ if update => write(path, &self.0),
            Some(kept) => {
                let difference = TextDiff::from_lines(&kept.0, &self.0);
                let difference = difference.unified_diff().context_radius(3).to_string();
                Err(format!(
                    "this is no longer as {told} says (-), but so (+):\n{difference}\
                     if it is meant to be, write the file with {UPDATE}=1, and review what changes"
                ))
            }
            None => Err(format!("{told} isn't there: write it with {UPDATE}=1, and review it")),
        }
    }
}

impl fmt::Display for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl As<'_> {
    /// What `tools/list` shows the caller, as JSON.
    ///
    /// # Panics
    ///
    /// When the server can't start, or doesn't answer.
    pub async fn listed_snapshot(&self) -> Snapshot {
        let listed = self.listed().await;
        let entries = listed.iter().map(ListedTool::json).cloned();
        Snapshot::of_json(&Value::Array(entries.collect()))
    }
}

impl TestServer {
    /// What `tools/list` shows the local user, as JSON: every tool.
    ///
    /// # Panics
    ///
    /// When the server can't start, or doesn't answer.
    pub async fn listed_snapshot(&self) -> Snapshot {
        self.as_caller(Caller::local()).listed_snapshot().await
    }

    /// The layers that the calls of each tool pass, one a line.
    ///
    /// # Panics
    ///
    /// When the server can't start.
    #[track_caller]
    pub fn pipelines_snapshot(&self) -> Snapshot {
        let one = |tool: &ToolInfo| {
            let layers = tool.pipeline().iter().map(|layer| format!("  {layer}\n"));
            format!("{}\n{}", tool.name(), layers.collect::<String>())
        };
        Snapshot::of(self.list().map(one).collect::<String>())
    }

    /// The server's contract: [`Snapshot::of`] keeps its Markdown, [`assert_lock`](Self::assert_lock)
    /// compares it by what a change means.
    ///
    /// # Panics
    ///
    /// When the server can't start.
    #[track_caller]
    pub fn manifest(&self) -> Manifest {
        self.app().manifest()
    }

    /// Compares the server with its contract lock, as `check --lock` does on the command line. A
    /// change that is compatible passes. The path begins at the package's directory.
    ///
    /// With `MCP_TEST_UPDATE=1` in the environment the lock is written anew instead, where anything
    /// differs: byte for byte what `manifest --lock` writes.
    ///
    /// The lock says what is in force, and a test's server reads no settings: its lock is that of
    /// the contract as written. So give it the server that `main` makes, by
    /// [`TestServer::from`](Self::from).
    ///
    /// # Panics
    ///
    /// When a change is more than compatible, with the report of `check --lock`; when there is no
    /// lock, or one that can't be compared with; when the server can't start; and when the lock were
    /// to be written where `CI` is set.
    #[track_caller]
    pub fn assert_lock(&self, path: impl AsRef<Path>) {
        let held = is_update().and_then(|update| hold(&self.manifest(), path.as_ref(), update));
        if let Err(wrong) = held {
            panic!("{wrong}");
        }
    }
}

fn hold(manifest: &Manifest, path: &Path, update: bool) -> Result<(), String> {
    let locked = manifest.json();
    if update {
        let is_new = fs::read(path).ok().is_none_or(|bytes| bytes != locked.as_bytes());
        return if is_new { write(path, &locked) } else { Ok(()) };
    }
    let told = path.display();
    let command = format!("`manifest --lock {told}` or {UPDATE}=1");
    if !path.exists() {
        return Err(format!("{told} isn't there: write it with {command}"));
    }
    against_lock(manifest, path).map_err(|report| {
        let report = report.trim_end();
        format!(
            "the server is not as its lock {told} says\n\n{report}\n\nonce that is reviewed, write \
             the lock anew with {command}"
        )
    })
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    let directory = path.parent().unwrap_or_else(|| Path::new(""));
    let written = fs::create_dir_all(directory).and_then(|()| fs::write(path, text));
    written.map_err(|error| format!("cannot write {}: {error}", path.display()))
}

fn is_update() -> Result<bool, String> {
    asked(env::var_os(UPDATE).as_deref(), env::var_os(CI).as_deref())
}

/// Whether files are to be written, by the values of both variables.
fn asked(update: Option<&OsStr>, ci: Option<&OsStr>) -> Result<bool, String> {
    let is_set = |value: &OsStr| !value.is_empty() && value != "0";
    let update = update.is_some_and(is_set);
    if update && ci.is_some_and(|value| is_set(value) && value != "false") {
        return Err(format!(
            "{UPDATE} is set, and {CI} too: files are written where somebody reviews them, and \
             compared where nobody does"
        ));
    }
    Ok(update)
}

/// The order of keys says nothing, and depends on features of `serde_json` that any crate may
/// switch on.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_unstable_by_key(|(name, _)| *name);
            fields.into_iter().map(|(name, value)| (name.clone(), sorted(value))).collect()
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}
