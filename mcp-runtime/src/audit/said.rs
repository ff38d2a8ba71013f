//! What of a reply the log holds, and what its digest is made of.

use std::borrow::Cow;

use serde_json::Value;

use crate::call::Reply;
use crate::canonical::{canonical_strings, canonical_value};
use crate::content::Content;

/// A longer result is recorded by its digest, as JSON.
const MAX_RESULT: usize = 16 << 10;
/// A result that is deeper, too: a record has to be readable by any reader of JSON.
const MAX_DEPTH: usize = 64;

/// What a reply says, in a text whose digest tells replies apart. None where only the edge can read
/// it.
pub(super) fn said(reply: &Reply) -> Option<Cow<'_, str>> {
    if reply.raw.is_some() {
        return None;
    }
    Some(match &reply.structured {
        Some(data) if data.is_canonical() => data.text().into(),
        Some(data) => canonical_value(data.value()).into(),
        None => canonical_strings(&parts(&reply.content)).into(),
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

/// Of each block its kind, and what there is to it.
fn parts(content: &[Content]) -> Vec<&str> {
    let mut parts = Vec::new();
    for block in content {
        match block {
            Content::Text(text) => parts.extend(["text", text.as_str()]),
            Content::Image { data, mime_type } => parts.extend(["image", mime_type, data]),
            Content::Audio { data, mime_type } => parts.extend(["audio", mime_type, data]),
            Content::ResourceText { uri, mime_type, text: data }
            | Content::ResourceBlob { uri, mime_type, blob: data } => {
                parts.extend(["resource", uri, mime_type.as_deref().unwrap_or_default(), data]);
            }
            Content::Link(link) => parts.extend(["link", &link.uri, &link.name]),
        }
    }
    parts
}
