//! The content blocks of a kept reply.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::content::{Content, ResourceLink};
use crate::data::Data;

/// A content block. The names are stored: they stay as they are.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Block<'a> {
    /// The text of the reply's data, which is kept once.
    Data,
    Text {
        text: Cow<'a, str>,
    },
    Image {
        data: Cow<'a, str>,
        mime_type: Cow<'a, str>,
    },
    Audio {
        data: Cow<'a, str>,
        mime_type: Cow<'a, str>,
    },
    ResourceText {
        uri: Cow<'a, str>,
        mime_type: Option<Cow<'a, str>>,
        text: Cow<'a, str>,
    },
    ResourceBlob {
        uri: Cow<'a, str>,
        mime_type: Option<Cow<'a, str>>,
        blob: Cow<'a, str>,
    },
    Link {
        uri: Cow<'a, str>,
        name: Cow<'a, str>,
        title: Option<Cow<'a, str>>,
        description: Option<Cow<'a, str>>,
        mime_type: Option<Cow<'a, str>>,
        size: Option<u64>,
    },
}

impl<'a> Block<'a> {
    /// A block of a reply with this data.
    pub(super) fn of(content: &'a Content, data: Option<&Data>) -> Self {
        fn of(text: &str) -> Cow<'_, str> {
            Cow::Borrowed(text)
        }
        fn optional(text: Option<&String>) -> Option<Cow<'_, str>> {
            text.map(|text| of(text))
        }
        match content {
            Content::Text(text) if data.is_some_and(|data| data.is(text)) => Self::Data,
            Content::Text(text) => Self::Text { text: of(text) },
            Content::Image { data, mime_type } => {
                Self::Image { data: of(data), mime_type: of(mime_type) }
            }
            Content::Audio { data, mime_type } => {
                Self::Audio { data: of(data), mime_type: of(mime_type) }
            }
            Content::ResourceText { uri, mime_type, text } => Self::ResourceText {
                uri: of(uri),
                mime_type: optional(mime_type.as_ref()),
                text: of(text),
            },
            Content::ResourceBlob { uri, mime_type, blob } => Self::ResourceBlob {
                uri: of(uri),
                mime_type: optional(mime_type.as_ref()),
                blob: of(blob),
            },
            Content::Link(link) => Self::Link {
                uri: of(&link.uri),
                name: of(&link.name),
                title: optional(link.title.as_ref()),
                description: optional(link.description.as_ref()),
                mime_type: optional(link.mime_type.as_ref()),
                size: link.size,
            },
        }
    }
    /// The block again. None where it is the text of data that isn't there.
    pub(super) fn content(self, data: Option<&Data>) -> Option<Content> {
        let of = Cow::into_owned;
        Some(match self {
            Self::Data => Content::Text(data?.to_text()),
            Self::Text { text } => Content::text(text),
            Self::Image { data, mime_type } => {
                Content::Image { data: of(data), mime_type: of(mime_type) }
            }
            Self::Audio { data, mime_type } => {
                Content::Audio { data: of(data), mime_type: of(mime_type) }
            }
            Self::ResourceText { uri, mime_type, text } => {
                Content::ResourceText { uri: of(uri), mime_type: mime_type.map(of), text: of(text) }
            }
            Self::ResourceBlob { uri, mime_type, blob } => {
                Content::ResourceBlob { uri: of(uri), mime_type: mime_type.map(of), blob: of(blob) }
            }
            Self::Link { uri, name, title, description, mime_type, size } => {
                Content::Link(ResourceLink {
                    uri: of(uri),
                    name: of(name),
                    title: title.map(of),
                    description: description.map(of),
                    mime_type: mime_type.map(of),
                    size,
                })
            }
        })
    }
}
