//! A reply as it is kept beyond this process, to be answered with again.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Reply;
use crate::content::{Content, ResourceLink};
use crate::data::Data;

/// The form in which a reply is kept.
#[derive(Serialize, Deserialize)]
pub(crate) struct KeptForm<'a> {
    content: Vec<Block<'a>>,
    #[serde(default, deserialize_with = "stated", skip_serializing_if = "Option::is_none")]
    structured: Option<Cow<'a, Data>>,
    meta: Cow<'a, Map<String, Value>>,
}

/// Data that is there, be it null.
fn stated<'de, 'a, D>(from: D) -> Result<Option<Cow<'a, Data>>, D::Error>
where
    D: serde::Deserializer<'de>,
{
    Value::deserialize(from).map(|value| Some(Cow::Owned(value.into())))
}

/// A content block. The names are stored: they stay as they are.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Block<'a> {
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

impl Reply {
    /// The form in which it is kept. None for an answer in the edge's own terms, which can be
    /// given only once.
    pub(crate) fn kept(&self) -> Option<KeptForm<'_>> {
        let Self { content, structured, meta, raw } = self;
        raw.is_none().then(|| KeptForm {
            content: content.iter().map(Block::from).collect(),
            structured: structured.as_ref().map(Cow::Borrowed),
            meta: Cow::Borrowed(meta),
        })
    }
}

impl From<KeptForm<'_>> for Reply {
    fn from(kept: KeptForm<'_>) -> Self {
        Self {
            content: kept.content.into_iter().map(Content::from).collect(),
            structured: kept.structured.map(Cow::into_owned),
            meta: kept.meta.into_owned(),
            raw: None,
        }
    }
}

impl<'a> From<&'a Content> for Block<'a> {
    fn from(content: &'a Content) -> Self {
        fn of(text: &str) -> Cow<'_, str> {
            Cow::Borrowed(text)
        }
        fn optional(text: Option<&String>) -> Option<Cow<'_, str>> {
            text.map(|text| of(text))
        }
        match content {
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
}

impl From<Block<'_>> for Content {
    fn from(block: Block<'_>) -> Self {
        let of = Cow::into_owned;
        match block {
            Block::Text { text } => Self::text(text),
            Block::Image { data, mime_type } => {
                Self::Image { data: of(data), mime_type: of(mime_type) }
            }
            Block::Audio { data, mime_type } => {
                Self::Audio { data: of(data), mime_type: of(mime_type) }
            }
            Block::ResourceText { uri, mime_type, text } => {
                Self::ResourceText { uri: of(uri), mime_type: mime_type.map(of), text: of(text) }
            }
            Block::ResourceBlob { uri, mime_type, blob } => {
                Self::ResourceBlob { uri: of(uri), mime_type: mime_type.map(of), blob: of(blob) }
            }
            Block::Link { uri, name, title, description, mime_type, size } => {
                Self::Link(ResourceLink {
                    uri: of(uri),
                    name: of(name),
                    title: title.map(of),
                    description: description.map(of),
                    mime_type: mime_type.map(of),
                    size,
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::{collection, option};

    use super::*;
    use crate::call::Raw;
    use crate::canonical::testing::values;

    fn content() -> impl Strategy<Value = Content> {
        let text = || ".{0,6}";
        let link = (text(), text(), option::of(text()), option::of(text()), option::of(text()));
        prop_oneof![
            text().prop_map(Content::text),
            (text(), text()).prop_map(|(a, b)| Content::image(a, b)),
            (text(), text()).prop_map(|(a, b)| Content::audio(a, b)),
            (text(), option::of(text()), text()).prop_map(|(uri, mime_type, text)| {
                Content::ResourceText { uri, mime_type, text }
            }),
            (text(), option::of(text()), text()).prop_map(|(uri, mime_type, blob)| {
                Content::ResourceBlob { uri, mime_type, blob }
            }),
            (link, option::of(any::<u64>())).prop_map(|(texts, size)| {
                let (uri, name, title, description, mime_type) = texts;
                let link = ResourceLink { uri, name, title, description, mime_type, size };
                Content::Link(link)
            }),
        ]
    }

    proptest! {
        #[test]
        fn a_kept_reply_is_the_same(
            content in collection::vec(content(), 0..4),
            structured in option::of(values()),
            meta in collection::btree_map("[a-z/]{1,4}", values(), 0..3),
        ) {
            let meta = meta.into_iter().collect();
            let structured = structured.map(Data::from);
            let reply = Reply { content, structured, meta, raw: None };
            let text = serde_json::to_vec(&reply.kept()).unwrap();
            let again: Reply = serde_json::from_slice::<KeptForm<'_>>(&text).unwrap().into();
            prop_assert_eq!(again.content(), reply.content());
            prop_assert_eq!(again.structured(), reply.structured());
            prop_assert_eq!(again.meta(), reply.meta());
        }
    }

    #[test]
    fn what_only_the_edge_can_read_is_not_kept() {
        let reply = Reply { raw: Some(Raw(Box::new(()))), ..Reply::default() };
        assert!(reply.kept().is_none());
    }
}
