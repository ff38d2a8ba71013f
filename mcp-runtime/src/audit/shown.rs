//! What of a call the log holds, and what only as a digest.

use std::borrow::Cow;

use serde_json::Value;

use super::AuditKeys;
use super::digest::Digest;
use super::json::{Json, Writer};
use crate::access::{Grant, Grants};
use crate::call::{Arguments, Reply, ToolCall};
use crate::canonical::{Members, canonical_value, sorted};
use crate::content::Content;
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
/// A longer result is recorded by its digest, as JSON.
const MAX_RESULT: usize = 16 << 10;
/// A result that is deeper, too: a record has to be readable by any reader of JSON.
const MAX_DEPTH: usize = 64;
/// A longer name, id or code is cut, and told apart by its digest.
const MAX_TEXT: usize = 512;
/// What is left of it.
const CUT: usize = 256;

/// What stands for a secret argument.
const SECRET: &str = "(secret)";

/// Stands for the number of arguments that aren't shown.
const OTHERS: &str = "(others)";

/// Each argument as it may be kept, and the digest of all that aren't secret. What a digest is made
/// of is written once.
pub(super) fn arguments(
    keys: &AuditKeys,
    tool: &ToolInfo,
    arguments: &Arguments,
) -> (Json, Digest) {
    let mut all = Members::new();
    let mut shown = Writer::new(64 * (1 + arguments.len().min(MAX_ARGUMENTS)));
    let mut index = 0;
    let mut others = arguments.len().checked_sub(MAX_ARGUMENTS).filter(|others| *others > 0);
    let mut count = |shown: &mut Writer| {
        if let Some(others) = others.take() {
            shown.name(OTHERS).number(others as u64);
        }
    };
    shown.raw("{");
    let mut show = |(name, value): (&String, &Value)| {
        let is_secret = tool.secrets.contains(&name.as_str());
        let text = if is_secret { SECRET } else { all.add(name, value) };
        index += 1;
        if index > MAX_ARGUMENTS {
            return;
        }
        if arguments.len() > MAX_ARGUMENTS && name.as_str() >= OTHERS {
            count(&mut shown);
            if name == OTHERS {
                return;
            }
        }
        shown.name(name);
        if is_secret {
            shown.text(text);
        } else if !(is_plain(tool, name) && short(&mut shown, value)) {
            shown.raw(r#"{"digest":"#).digest(&keys.digest(text.as_bytes()));
            shown.raw("}");
        }
    };
    // Whether a map keeps its members sorted is decided by a feature that any crate can turn on.
    if arguments.keys().is_sorted() {
        arguments.iter().for_each(show);
    } else {
        sorted(arguments).into_iter().for_each(&mut show);
    }
    count(&mut shown);
    shown.raw("}");
    (shown.finish(), keys.digest(all.finish().as_bytes()))
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

/// What the tool asks for, what the caller holds, and which of that this call didn't need.
pub(super) fn scopes(call: &ToolCall) -> Json {
    let gate = &call.tool.gate;
    let mut shown = Writer::new(128);
    let grants = call.context.caller().grants();
    shown.raw(r#"{"granted":"#);
    match grants {
        Grants::Everything => list(&mut shown, ["*"]),
        Grants::Only(grants) => list(&mut shown, grants.iter().map(Grant::text)),
    }
    shown.raw(r#","required":"#);
    list(&mut shown, gate.requirements().iter().map(|one| one.token));
    shown.raw(r#","unused":"#);
    match grants {
        Grants::Everything => list(&mut shown, [""; 0]),
        Grants::Only(grants) => {
            let unused = grants.iter().filter(|grant| !gate.uses(grant, &call.arguments));
            list(&mut shown, unused.map(Grant::text));
        }
    }
    shown.raw("}");
    shown.finish()
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

/// A text of bounded length, which differs where the whole ones do.
pub(super) fn cut<'a>(keys: &AuditKeys, text: &'a str) -> Cow<'a, str> {
    if text.len() <= MAX_TEXT {
        return text.into();
    }
    let start = &text[..text.floor_char_boundary(CUT)];
    format!("{start}…{}", keys.digest(text.as_bytes())).into()
}

/// What a reply says, in a text whose digest tells replies apart. None where only the edge can read
/// it.
pub(super) fn said(reply: &Reply) -> Option<Cow<'_, str>> {
    if reply.raw.is_some() {
        return None;
    }
    Some(match &reply.structured {
        Some(data) if data.is_canonical() => data.text().into(),
        Some(data) => canonical_value(data.value()).into(),
        None => {
            let parts: Vec<Value> = reply.content.iter().flat_map(parts).map(Value::from).collect();
            canonical_value(&Value::Array(parts)).into()
        }
    })
}

/// A reply as it can be kept: its data, else its text.
pub(super) fn kept(reply: &Reply) -> Option<Value> {
    if reply.raw.is_some() {
        return None;
    }
    if let Some(data) = &reply.structured {
        return Some(data.value().clone());
    }
    let texts = reply.content.iter().map(|block| match block {
        Content::Text(text) => text.as_str().to_owned(),
        Content::ResourceText { text, .. } => text.clone(),
        Content::Image { mime_type, .. } | Content::Audio { mime_type, .. } => {
            format!("({mime_type})")
        }
        Content::ResourceBlob { uri, .. } => format!("({uri})"),
        Content::Link(link) => link.uri.clone(),
    });
    Some(Value::String(texts.collect::<Vec<_>>().join("\n")))
}

/// Whether a result can be kept.
pub(super) fn is_small(result: &Value) -> bool {
    fn is_flat(value: &Value, depth: usize) -> bool {
        depth > 0
            && match value {
                Value::Array(items) => items.iter().all(|item| is_flat(item, depth - 1)),
                Value::Object(members) => members.values().all(|one| is_flat(one, depth - 1)),
                _ => true,
            }
    }
    is_flat(result, MAX_DEPTH) && result.to_string().len() <= MAX_RESULT
}

fn parts(block: &Content) -> Vec<&str> {
    match block {
        Content::Text(text) => vec!["text", text],
        Content::Image { data, mime_type } => vec!["image", mime_type, data],
        Content::Audio { data, mime_type } => vec!["audio", mime_type, data],
        Content::ResourceText { uri, mime_type, text: data }
        | Content::ResourceBlob { uri, mime_type, blob: data } => {
            vec!["resource", uri, mime_type.as_deref().unwrap_or_default(), data]
        }
        Content::Link(link) => vec!["link", &link.uri, &link.name],
    }
}
