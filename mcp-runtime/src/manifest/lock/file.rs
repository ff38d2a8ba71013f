//! The lock file: a manifest's JSON, as [`Manifest::json`] gives it.

use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use serde_json::Value;

use crate::manifest::digest::digest;
use crate::manifest::model::{FORM, Manifest};

/// A lock of a thousand tools with schemas of a thousand lines each. Read whole, so bounded.
const MAX_BYTES: u64 = 16 << 20;

/// Why a file can't be compared with.
#[derive(Debug)]
pub(crate) struct BadLock(String);

impl fmt::Display for BadLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadLock {}

/// Reads a lock.
///
/// # Errors
///
/// A file that isn't there, is larger than 16 MiB, isn't a manifest of this form, says something
/// that this form doesn't know, or isn't as it was written: its digest shows that.
pub(crate) fn read(path: &Path) -> Result<Manifest, BadLock> {
    let bad = |problem: String| BadLock(format!("{}: {problem}", path.display()));
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes)).map_err(
        |error| match error.kind() {
            std::io::ErrorKind::NotFound => {
                bad("there is no lock here; write one with `manifest --lock`".into())
            }
            _ => bad(error.to_string()),
        },
    )?;
    parse(&bytes).map_err(bad)
}

/// What a lock says, or what is wrong with it.
pub(super) fn parse(bytes: &[u8]) -> Result<Manifest, String> {
    if bytes.len() as u64 > MAX_BYTES {
        return Err(format!("larger than {} MiB, so that it is no lock", MAX_BYTES >> 20));
    }
    let value: Value =
        serde_json::from_slice(bytes).map_err(|error| format!("not JSON: {error}"))?;
    let Value::Object(lock) = value else { return Err("not a lock: it is no JSON object".into()) };
    match lock.get("manifest").and_then(Value::as_u64) {
        Some(form) if form == u64::from(FORM) => {}
        Some(form) => {
            return Err(format!(
                "a lock of form {form}, and this server reads form {FORM}: write it anew, with \
                 `manifest --lock` of the server that it is to lock"
            ));
        }
        None => return Err("not a lock: it does not say its form (`\"manifest\": 1`)".into()),
    }
    let lock = Value::Object(lock);
    let manifest: Manifest = serde_path_to_error::deserialize(&lock)
        .map_err(|error| format!("not a lock: {}: {}", error.path(), error.inner()))?;
    // What isn't understood can't be compared, and passing it over would hide its changes.
    let known = serde_json::to_value(&manifest).map_err(|error| error.to_string())?;
    if let Some(unknown) = difference(&lock, &known) {
        return Err(format!(
            "it says what this server does not know, at {}: another version of mcp-runtime wrote \
             it, or a hand",
            clipped(&unknown)
        ));
    }
    let is = digest(&manifest);
    if manifest.digest != is {
        return Err(format!(
            "changed by hand, or damaged: its digest is not that of what it says. Change the \
             server, and write the lock with `manifest --lock` (stated {}, is {is})",
            clipped(&manifest.digest)
        ));
    }
    let names = |mut names: Vec<&str>| {
        names.sort_unstable();
        names.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0].to_owned())
    };
    let tools = names(manifest.tools.iter().map(|tool| &*tool.name).collect());
    let scopes = names(manifest.scopes.iter().map(|scope| &*scope.scope).collect());
    match tools.or(scopes) {
        Some(twice) => Err(format!("not a lock: it names `{}` twice", clipped(&twice))),
        None => Ok(manifest),
    }
}

/// A pointer to the first place where two values differ.
fn difference(lock: &Value, known: &Value) -> Option<String> {
    match (lock, known) {
        (Value::Object(a), Value::Object(b)) => a
            .iter()
            .find_map(|(key, one)| match b.get(key) {
                Some(other) => difference(one, other).map(|rest| format!("/{key}{rest}")),
                None => Some(format!("/{key}")),
            })
            .or_else(|| b.keys().find(|key| !a.contains_key(*key)).map(|key| format!("/{key}"))),
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let mut pairs = a.iter().zip(b).enumerate();
            pairs.find_map(|(at, (a, b))| difference(a, b).map(|rest| format!("/{at}{rest}")))
        }
        _ => (lock != known).then(String::new),
    }
}

fn clipped(text: &str) -> String {
    text.chars().take(80).filter(|c| !c.is_control()).collect()
}
