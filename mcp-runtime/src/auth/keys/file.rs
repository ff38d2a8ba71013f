//! The file of keys: read as a whole, with everything that is wrong with it named at once.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

#[cfg(unix)]
use super::date;
use super::form::{self, Hash};
use crate::auth::Refused;
use crate::auth::settings::{check_principal, granted};
use crate::caller::Caller;
use crate::validate::nearest;
use subtle::ConstantTimeEq;
use toml::{Table, Value};

/// Keys in one file: as many callers as other tables of callers hold.
const MAX_KEYS: usize = 100_000;
/// The largest file, in bytes: so many keys with a few scopes each.
const MAX_FILE: u64 = 64 << 20;
/// Scopes of one key. Each call compares its tool's with them.
const MAX_SCOPES: usize = 256;
/// Problems that are told; a file that is wrong throughout needs no more.
const MAX_PROBLEMS: usize = 20;

const FIELDS: [&str; 6] = ["id", "principal", "hash", "scopes", "expires", "note"];

/// The keys of a file, by their ids.
#[derive(Default)]
pub(super) struct Keys(HashMap<String, Key>);

struct Key {
    hash: Hash,
    /// Seconds since 1970.
    expires: Option<u64>,
    caller: Caller,
}

impl Keys {
    /// Whose key this is, at a time in seconds since 1970.
    ///
    /// An id that isn't there takes as long as one whose secret is wrong: both compare one hash,
    /// in constant time.
    ///
    /// # Errors
    ///
    /// A key that isn't in the file, or that has expired.
    pub(super) fn check(&self, credential: &str, now: u64) -> Result<Caller, Refused> {
        let id = form::id_of(credential).unwrap_or_default();
        let known = self.0.get(id);
        let expected = known.map_or(Hash::default(), |key| key.hash);
        let same: bool = form::hash(credential).ct_eq(&expected).into();
        match known {
            Some(key) if same && key.expires.is_some_and(|expires| expires <= now) => {
                Err(Refused::expired(format!("the API key `{id}` has expired")))
            }
            Some(key) if same => Ok(key.caller.clone()),
            Some(_) => Err(Refused::invalid(format!("a wrong secret for the API key `{id}`"))),
            // From the settings of stdio alone: elsewhere, what is no key doesn't get here.
            None if id.is_empty() => {
                Err(Refused::invalid("it has not the form of an API key, `mcp_<id>_<secret>`"))
            }
            None => Err(Refused::invalid(format!("there is no API key `{id}`"))),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn contains(&self, id: &str) -> bool {
        self.0.contains_key(id)
    }
}

/// Reads and checks a file.
///
/// It holds no secret, and configuration is often mounted readable for everyone, so that is only
/// worth a warning: names of callers can be seen. Who may write it can make keys, so a file that
/// everyone may write is refused.
///
/// # Errors
///
/// Everything that is wrong with it.
pub(super) fn load(path: &Path) -> Result<Keys, Vec<String>> {
    let named = |problem: String| format!("the key file {}: {problem}", path.display());
    let text = read(path).map_err(|problem| vec![named(problem)])?;
    parse(&text).map_err(|problems| problems.into_iter().map(named).collect())
}

fn read(path: &Path) -> Result<String, String> {
    let cannot = |error: io::Error| format!("it can't be read: {error}");
    let file = File::open(path).map_err(cannot)?;
    check_mode(&file.metadata().map_err(cannot)?)?;
    let mut text = String::new();
    file.take(MAX_FILE + 1).read_to_string(&mut text).map_err(cannot)?;
    if text.len() as u64 > MAX_FILE {
        return Err(format!("it is larger than {} MB", MAX_FILE >> 20));
    }
    Ok(text)
}

#[cfg(unix)]
fn check_mode(metadata: &std::fs::Metadata) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt;
    let mode = metadata.permissions().mode();
    if mode & 0o002 != 0 {
        return Err(
            "everyone on this machine may write it, and so make keys: `chmod o-w` it".into()
        );
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_mode(_: &std::fs::Metadata) -> Result<(), String> {
    Ok(())
}

/// Reads the text of a file.
///
/// # Errors
///
/// Everything that is wrong with it, without a word of what it says besides names.
pub(super) fn parse(text: &str) -> Result<Keys, Vec<String>> {
    let table: Table = text.parse().map_err(|error| vec![syntax(text, &error)])?;
    let mut problems = Vec::new();
    let mut keys = Keys::default();
    for (name, value) in &table {
        match value {
            Value::Array(entries) if name == "key" => {
                for (at, entry) in entries.iter().enumerate() {
                    add(&mut keys, entry, at, &mut problems);
                }
            }
            _ if name == "key" => problems.push("a key is written `[[key]]`".into()),
            _ => problems.push(unknown(name, ["key"].into_iter())),
        }
    }
    if keys.len() > MAX_KEYS {
        problems.push(format!("it has more than {MAX_KEYS} keys"));
    }
    if problems.is_empty() {
        return Ok(keys);
    }
    if problems.len() > MAX_PROBLEMS {
        let more = problems.split_off(MAX_PROBLEMS).len();
        problems.push(format!("and {more} more problems"));
    }
    Err(problems)
}

/// Where the text isn't TOML. The parser's own words would show the line.
fn syntax(text: &str, error: &toml::de::Error) -> String {
    let start = error.span().map_or(0, |span| span.start);
    let line = text.bytes().take(start).filter(|byte| *byte == b'\n').count() + 1;
    format!("line {line} is not TOML")
}

fn unknown(name: &str, known: impl Iterator<Item = &'static str>) -> String {
    let name: String = name.chars().take(40).collect();
    let help =
        nearest(&name, known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    format!("unknown field `{}`{help}", name.escape_debug())
}

fn add(keys: &mut Keys, entry: &Value, at: usize, problems: &mut Vec<String>) {
    let id = entry.get("id").and_then(Value::as_str).filter(|id| form::check_id(id).is_ok());
    let name = id.map_or_else(|| format!("key number {}", at + 1), |id| format!("key `{id}`"));
    let mut found = Vec::new();
    let key = entry.as_table().and_then(|fields| key(fields, &mut found));
    if !entry.is_table() {
        found.push("a key is written `[[key]]`".into());
    }
    if id.is_some_and(|id| keys.contains(id)) {
        found.push("another key has this id".into());
    }
    problems.extend(found.into_iter().map(|problem| format!("{name}: {problem}")));
    if let (Some(id), Some(key)) = (id, key) {
        keys.0.insert(id.to_owned(), key);
    }
}

/// One key, or nothing where its problems say why.
fn key(fields: &Table, problems: &mut Vec<String>) -> Option<Key> {
    problems.extend(
        fields
            .keys()
            .filter(|name| !FIELDS.contains(&name.as_str()))
            .map(|name| unknown(name, FIELDS.into_iter())),
    );
    let mut sound = |read: Result<(), String>| read.map_err(|problem| problems.push(problem)).ok();
    let text = |name: &str| match fields.get(name) {
        Some(Value::String(text)) => Ok(text.as_str()),
        Some(_) => Err(format!("`{name}` must be a string")),
        None => Err(format!("`{name}` is missing")),
    };
    sound(text("id").and_then(|id| form::check_id(id).map_err(|form| format!("`id` {form}"))));
    if fields.contains_key("note") {
        sound(text("note").map(drop));
    }
    let mut principal = None;
    sound(text("principal").and_then(|name| {
        check_principal(name).map_err(|problem| format!("`principal` {problem}"))?;
        principal = Some(name);
        Ok(())
    }));
    let mut hash = None;
    sound(text("hash").and_then(|text| {
        let form = || "`hash` must be \"sha256:\" and 64 hexadecimal digits".to_owned();
        hash = Some(form::read_hash(text).ok_or_else(form)?);
        Ok(())
    }));
    let mut expires = None;
    sound(expiry(fields.get("expires")).map(|read| expires = read));
    let mut caller = None;
    sound(scopes(fields.get("scopes")).and_then(|scopes| {
        let named = Caller::new(principal.unwrap_or_default());
        caller = Some(granted(named, &scopes)?);
        Ok(())
    }));
    principal?;
    Some(Key { hash: hash?, expires, caller: caller? })
}

fn expiry(value: Option<&Value>) -> Result<Option<u64>, String> {
    let read = match value {
        None => return Ok(None),
        Some(Value::String(text)) => date::read(text),
        Some(Value::Datetime(time)) => date::seconds(time),
        Some(_) => None,
    };
    read.map(Some).ok_or_else(|| format!("`expires` {}", date::FORM))
}

fn scopes(value: Option<&Value>) -> Result<Vec<String>, String> {
    let form =
        || "`scopes` must be a list of strings, and `[]` for a key without scopes".to_owned();
    let items = value.and_then(Value::as_array).ok_or_else(form)?;
    if items.len() > MAX_SCOPES {
        return Err(format!("it has more than {MAX_SCOPES} scopes"));
    }
    items.iter().map(|item| item.as_str().map(str::to_owned).ok_or_else(form)).collect()
}
