//! What of a call the log holds, and what only as a digest.

use std::{fmt, mem};

use serde_json::Value;

use super::AuditKeys;
use super::digest::Digest;
use super::json::Writer;
use crate::access::{Grant, Grants};
use crate::call::ToolCall;
use crate::canonical::{sorted, write_name, write_value};
use crate::tool::ToolInfo;

/// A plain argument that is a longer string is recorded by its digest: a log isn't a document
/// store, and records have to stay small enough to be read.
const MAX_PLAIN_STRING: usize = 1 << 10;
/// The same for any other value, as JSON.
const MAX_PLAIN: usize = 4 << 10;
/// More arguments are in the digest of all alone.
const MAX_ARGUMENTS: usize = 64;
/// More scopes are counted alone.
const MAX_SCOPES: usize = 50;

/// Room for the scopes of most calls.
const ROOM: usize = 128;
/// Room for most arguments.
const ROOM_FOR_ONE: usize = 64;

/// What stands for a secret argument.
const SECRET: &str = "(secret)";

/// Stands for the number of arguments that aren't shown.
const OTHERS: &str = "(others)";

/// What the record of an intent shows of its call: its arguments and its scopes, two objects one
/// after the other.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    text: Vec<u8>,
    /// Where the scopes begin.
    scopes: usize,
}

impl Shown {
    /// Of a call, and the digest of all its arguments that aren't secret.
    pub(super) fn of(keys: &AuditKeys, call: &ToolCall) -> (Self, Digest) {
        let room = ROOM + ROOM_FOR_ONE * call.arguments.len().min(MAX_ARGUMENTS);
        let mut shown = Writer::new(room);
        let digest = arguments(&mut shown, keys, call);
        let arguments = shown.place();
        scopes(&mut shown, call);
        let mut text = shown.into_bytes();
        // What was digested and taken back may have been far longer than what is shown.
        text.shrink_to(room);
        (Self { text, scopes: arguments }, digest)
    }

    /// Of no call.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn nothing() -> Self {
        Self { text: b"{}{}".to_vec(), scopes: 2 }
    }

    /// Each argument, as it may be kept.
    pub(super) fn arguments(&self) -> &[u8] {
        &self.text[..self.scopes]
    }

    /// What was required and granted, and what of that was not used.
    pub(super) fn scopes(&self) -> &[u8] {
        &self.text[self.scopes..]
    }

    pub(super) fn len(&self) -> usize {
        self.text.len()
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.text))
    }
}

/// Writes each argument as it may be kept. What comes back is the digest of the canonical text of
/// all that aren't secret, which is never there as a whole: each argument's is written where it was
/// shown, digested and taken back.
fn arguments(shown: &mut Writer, keys: &AuditKeys, call: &ToolCall) -> Digest {
    let (tool, arguments) = (&*call.tool, &call.arguments);
    let (mut all, mut opening) = (keys.digesting(), "{");
    let mut space = Space::of(arguments.len());
    shown.raw("{");
    let mut show = |(name, value): (&String, &Value)| {
        let is_shown = space.is_for(name, shown);
        if is_shown {
            shown.name(name);
        }
        if tool.secrets.contains(&name.as_str()) {
            if is_shown {
                shown.text(SECRET);
            }
            return;
        }
        let needs_digest = is_shown && !(is_plain(tool, name) && short(shown, value));
        let start = shown.place();
        shown.raw(mem::replace(&mut opening, ","));
        // Writing to a buffer doesn't fail.
        let _ = write_name(shown, name);
        let of = shown.place();
        let _ = write_value(shown, value);
        all.update(shown.since(start));
        let digest = needs_digest.then(|| keys.digest(shown.since(of)));
        shown.back_to(start);
        if let Some(digest) = digest {
            shown.raw(r#"{"digest":"#).digest(&digest);
            shown.raw("}");
        }
    };
    // Whether a map keeps its members sorted is decided by a feature that any crate can turn on.
    if arguments.keys().is_sorted() {
        arguments.iter().for_each(show);
    } else {
        sorted(arguments).into_iter().for_each(&mut show);
    }
    space.count(shown);
    shown.raw("}");
    all.update(if opening == "{" { b"{}" } else { b"}" });
    all.finish()
}

/// The space for arguments. Those that have none are counted, in order with the others.
struct Space {
    left: usize,
    others: Option<u64>,
}

impl Space {
    fn of(arguments: usize) -> Self {
        let others = arguments.checked_sub(MAX_ARGUMENTS).filter(|others| *others > 0);
        Self { left: MAX_ARGUMENTS, others: others.map(|others| others as u64) }
    }

    /// Whether the next argument is shown.
    fn is_for(&mut self, name: &str, shown: &mut Writer) -> bool {
        let Some(left) = self.left.checked_sub(1) else { return false };
        self.left = left;
        // The count takes the place of one that has its name.
        name < OTHERS || !self.count(shown) || name != OTHERS
    }

    /// Whether there is a count to write.
    fn count(&mut self, shown: &mut Writer) -> bool {
        let others = self.others.take();
        if let Some(others) = others {
            shown.name(OTHERS).number(others);
        }
        others.is_some()
    }
}

fn is_plain(tool: &ToolInfo, name: &str) -> bool {
    tool.plain.iter().any(|plain| plain == name)
}

/// Writes a value, unless it is too long.
fn short(shown: &mut Writer, value: &Value) -> bool {
    if let Value::String(text) = value {
        let short = text.len() <= MAX_PLAIN_STRING;
        if short {
            shown.text(text);
        }
        return short;
    }
    let start = shown.place();
    shown.value(value);
    let short = shown.place() - start <= MAX_PLAIN;
    if !short {
        shown.back_to(start);
    }
    short
}

/// Writes what the tool asks for, what the caller holds, and which of that this call didn't need.
fn scopes(shown: &mut Writer, call: &ToolCall) {
    let gate = &call.tool.gate;
    let grants = call.context.caller().grants();
    shown.raw(r#"{"granted":"#);
    match grants {
        Grants::Everything => list(shown, ["*"]),
        Grants::Only(grants) => list(shown, grants.iter().map(Grant::text)),
    }
    shown.raw(r#","required":"#);
    list(shown, gate.requirements().iter().map(|one| one.token));
    shown.raw(r#","unused":"#);
    match grants {
        Grants::Everything => list(shown, [""; 0]),
        Grants::Only(grants) => {
            let unused = grants.iter().filter(|grant| !gate.uses(grant, &call.arguments));
            list(shown, unused.map(Grant::text));
        }
    }
    shown.raw("}");
}

fn list(shown: &mut Writer, scopes: impl IntoIterator<Item = impl AsRef<str>>) {
    let mut scopes = scopes.into_iter();
    shown.raw("[");
    for scope in scopes.by_ref().take(MAX_SCOPES) {
        shown.item();
        shown.text(scope.as_ref());
    }
    let more = scopes.count();
    if more > 0 {
        shown.item();
        shown.text(&format!("and {more} more"));
    }
    shown.raw("]");
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::audit::testing::keys;
    use crate::policy::testing::{call_of, tool};

    #[tokio::test(start_paused = true)]
    async fn no_room_is_kept_for_what_is_only_digested() {
        let call = call_of(&Arc::new(tool()), "anna", json!({ "a": "x".repeat(1 << 20) }));
        let (shown, _) = Shown::of(&keys(), &call);
        assert!(shown.text.capacity() < 1 << 10, "{}", shown.text.capacity());
    }
}
