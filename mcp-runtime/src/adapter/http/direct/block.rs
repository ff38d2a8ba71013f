//! Content blocks, as they travel.

use serde::Serialize;

use crate::content::{Content, ResourceLink};
use crate::json_text::write_string;

/// A result's blocks.
pub(super) struct Blocks<'a>(pub(super) &'a [Content]);

/// A block that isn't text: few results have one.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
enum Block<'a> {
    Image { data: &'a str, mime_type: &'a str },
    Audio { data: &'a str, mime_type: &'a str },
    Resource { resource: Resource<'a> },
    ResourceLink(Link<'a>),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Resource<'a> {
    uri: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    mime_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    blob: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Link<'a> {
    uri: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mime_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
}

impl Blocks<'_> {
    /// About how many bytes they take.
    pub(super) fn size(&self) -> usize {
        let size = |block: &Content| match block {
            Content::Text(text) => text.len(),
            Content::Image { data, .. }
            | Content::Audio { data, .. }
            | Content::ResourceText { text: data, .. }
            | Content::ResourceBlob { blob: data, .. } => data.len(),
            Content::Link(link) => link.uri.len(),
        };
        self.0.iter().map(size).sum()
    }

    /// Writes them as a list. What is there after an error is no JSON.
    pub(super) fn write(&self, into: &mut Vec<u8>) -> serde_json::Result<()> {
        into.push(b'[');
        for (index, block) in self.0.iter().enumerate() {
            if index > 0 {
                into.push(b',');
            }
            write(block, into)?;
        }
        into.push(b']');
        Ok(())
    }
}

fn write(block: &Content, into: &mut Vec<u8>) -> serde_json::Result<()> {
    let block = match block {
        Content::Text(text) => {
            into.extend_from_slice(br#"{"type":"text","text":"#);
            write_string(text.as_bytes(), into);
            into.push(b'}');
            return Ok(());
        }
        Content::Image { data, mime_type } => Block::Image { data, mime_type },
        Content::Audio { data, mime_type } => Block::Audio { data, mime_type },
        Content::ResourceText { uri, mime_type, text } => Block::Resource {
            resource: Resource {
                uri,
                mime_type: mime_type.as_deref(),
                text: Some(text),
                blob: None,
            },
        },
        Content::ResourceBlob { uri, mime_type, blob } => Block::Resource {
            resource: Resource {
                uri,
                mime_type: mime_type.as_deref(),
                text: None,
                blob: Some(blob),
            },
        },
        Content::Link(link) => Block::ResourceLink(Link::of(link)),
    };
    serde_json::to_writer(into, &block)
}

impl<'a> Link<'a> {
    fn of(link: &'a ResourceLink) -> Self {
        Self {
            uri: &link.uri,
            name: &link.name,
            title: link.title.as_deref(),
            description: link.description.as_deref(),
            mime_type: link.mime_type.as_deref(),
            size: link.size,
        }
    }
}
