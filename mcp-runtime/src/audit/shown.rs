//! What of a call the log holds, and what only as a digest.

use serde_json::{Map, Value, json};

use super::AuditKeys;
use super::draft::Scopes;
use crate::access::Grants;
use crate::call::{Arguments, Reply, ToolCall};
use crate::canonical::{canonical, canonical_value};
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

/// Each argument, as it may be kept.
pub(super) fn arguments(
    keys: &AuditKeys,
    tool: &ToolInfo,
    arguments: &Arguments,
) -> Map<String, Value> {
    let one = |(name, value): (&String, &Value)| (name.clone(), argument(keys, tool, name, value));
    let mut shown: Map<String, Value> = arguments.iter().take(MAX_ARGUMENTS).map(one).collect();
    if let Some(more) = arguments.len().checked_sub(MAX_ARGUMENTS).filter(|more| *more > 0) {
        shown.insert("(others)".to_owned(), more.into());
    }
    shown
}

fn argument(keys: &AuditKeys, tool: &ToolInfo, name: &str, value: &Value) -> Value {
    if tool.secrets.contains(&name) {
        return SECRET.into();
    }
    if tool.plain.iter().any(|plain| plain == name) && is_short(value) {
        return value.clone();
    }
    json!({ "digest": keys.digest(canonical_value(value).as_bytes()) })
}

fn is_short(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
        Value::String(text) => text.len() <= MAX_PLAIN_STRING,
        Value::Array(_) | Value::Object(_) => value.to_string().len() <= MAX_PLAIN,
    }
}

/// The digest of all arguments that aren't secret.
pub(super) fn digest(keys: &AuditKeys, tool: &ToolInfo, arguments: &Arguments) -> String {
    let text = if tool.secrets.is_empty() {
        canonical(arguments)
    } else {
        let mut open = arguments.clone();
        open.retain(|name, _| !tool.secrets.contains(&name.as_str()));
        canonical(&open)
    };
    keys.digest(text.as_bytes())
}

/// What the tool asks for, what the caller holds, and which of that this call didn't need.
pub(super) fn scopes(call: &ToolCall) -> Scopes {
    let gate = &call.tool.gate;
    let required = bounded(gate.requirements().iter().map(|one| one.token.to_owned()));
    match call.context.caller().grants() {
        Grants::Everything => Scopes { required, granted: vec!["*".to_owned()], unused: vec![] },
        Grants::Only(grants) => {
            let unused = grants.iter().filter(|grant| !gate.uses(grant, &call.arguments));
            Scopes {
                required,
                granted: bounded(grants.iter().map(ToString::to_string)),
                unused: bounded(unused.map(ToString::to_string)),
            }
        }
    }
}

fn bounded(mut scopes: impl Iterator<Item = String>) -> Vec<String> {
    let mut shown: Vec<String> = scopes.by_ref().take(MAX_SCOPES).collect();
    let more = scopes.count();
    if more > 0 {
        shown.push(format!("and {more} more"));
    }
    shown
}

/// A text of bounded length, which differs where the whole ones do.
pub(super) fn cut(keys: &AuditKeys, text: &str) -> String {
    if text.len() <= MAX_TEXT {
        return text.to_owned();
    }
    let start = &text[..text.floor_char_boundary(CUT)];
    format!("{start}…{}", keys.digest(text.as_bytes()))
}

/// What a reply says, in a text whose digest tells replies apart. None where only the edge can read
/// it.
pub(super) fn said(reply: &Reply) -> Option<String> {
    if reply.raw.is_some() {
        return None;
    }
    Some(if let Some(data) = &reply.structured {
        canonical_value(data)
    } else {
        let parts: Vec<Value> = reply.content.iter().flat_map(parts).map(Value::from).collect();
        canonical_value(&Value::Array(parts))
    })
}

/// A reply as it can be kept: its data, else its text.
pub(super) fn kept(reply: &Reply) -> Option<Value> {
    if reply.raw.is_some() {
        return None;
    }
    Some(reply.structured.clone().unwrap_or_else(|| {
        let texts = reply.content.iter().map(|block| match block {
            Content::Text(text) | Content::ResourceText { text, .. } => text.clone(),
            Content::Image { mime_type, .. } | Content::Audio { mime_type, .. } => {
                format!("({mime_type})")
            }
            Content::ResourceBlob { uri, .. } => format!("({uri})"),
            Content::Link(link) => link.uri.clone(),
        });
        Value::String(texts.collect::<Vec<_>>().join("\n"))
    }))
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
