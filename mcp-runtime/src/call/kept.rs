//! A reply as it is kept beyond this process, to be answered with again.
//!
//! Its data is kept as the text that it is held as, once: it is copied as it is kept, and checked to
//! be JSON and copied as it is read.

mod block;

use serde::ser::{Error as _, Serialize, Serializer};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use serde_json::{Error, Map, Value};

use super::Reply;
use crate::data::Data;
use block::Block;

/// A reply as it was kept, read no further than needed. The names are stored: they stay as they
/// are.
#[derive(Deserialize)]
pub(crate) struct KeptForm<'a> {
    content: Vec<Block<'a>>,
    #[serde(borrow, default, deserialize_with = "stated")]
    structured: Option<&'a RawValue>,
    /// Of the data; see [`Data::is_canonical`].
    #[serde(default)]
    canonical: bool,
    meta: Map<String, Value>,
}

/// Data that is there, be it null.
fn stated<'de, D: Deserializer<'de>>(from: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(from).map(Some)
}

impl Reply {
    /// Adds the form in which it is kept to a text.
    ///
    /// # Errors
    ///
    /// It can be given only once: it is in the edge's own terms, or its data is nested too deeply
    /// to be read again.
    pub(crate) fn keep(&self, text: &mut Vec<u8>) -> Result<(), Error> {
        let Self { content, structured, meta, raw } = self;
        let data = structured.as_ref();
        if raw.is_some() || data.is_some_and(|data| data.deep().is_some()) {
            return Err(Error::custom("the reply can be given only once"));
        }
        text.extend_from_slice(br#"{"content":"#);
        let blocks = content.iter().map(|block| Block::of(block, data));
        serde_json::Serializer::new(&mut *text).collect_seq(blocks)?;
        if let Some(data) = data {
            text.extend_from_slice(br#","structured":"#);
            text.extend_from_slice(data.text().as_bytes());
            if data.is_canonical() {
                text.extend_from_slice(br#","canonical":true"#);
            }
        }
        text.extend_from_slice(br#","meta":"#);
        meta.serialize(&mut serde_json::Serializer::new(&mut *text))?;
        text.push(b'}');
        Ok(())
    }
}

impl KeptForm<'_> {
    /// The reply again. None where this program didn't keep it: its data is nested too deeply, or
    /// a block is the text of data that isn't there.
    pub(crate) fn reply(self) -> Option<Reply> {
        let Self { content, structured, canonical, meta } = self;
        let structured = match structured {
            Some(text) => Some(Data::again(text, canonical)?),
            None => None,
        };
        let blocks = content.into_iter().map(|block| block.content(structured.as_ref()));
        Some(Reply { content: blocks.collect::<Option<_>>()?, structured, meta, raw: None })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::{collection, option};
    use serde_json::json;

    use super::*;
    use crate::call::Raw;
    use crate::canonical::testing::values;
    use crate::content::{Content, ResourceLink};

    fn written(reply: &Reply) -> Result<Vec<u8>, Error> {
        let mut text = Vec::new();
        reply.keep(&mut text).map(|()| text)
    }

    fn read(text: &[u8]) -> Option<Reply> {
        serde_json::from_slice::<KeptForm<'_>>(text).ok()?.reply()
    }

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
            let again = read(&written(&reply).unwrap()).unwrap();
            prop_assert_eq!(again.content(), reply.content());
            prop_assert_eq!(again.structured(), reply.structured());
            prop_assert_eq!(again.meta(), reply.meta());
        }
    }

    #[test]
    fn what_only_the_edge_can_read_is_not_kept() {
        let reply = Reply { raw: Some(Raw(Box::new(()))), ..Reply::default() };
        assert!(written(&reply).is_err());
        let deep = (0..200).fold(json!(1), |inner, _| json!([inner]));
        assert!(written(&Reply::default().with_structured(deep)).is_err());
    }

    #[test]
    fn the_text_that_is_the_data_is_kept_once_and_shared_again() {
        let data = Data::from(json!({ "b": 1, "a": ["x"] }));
        let content = vec![Content::Text(data.to_text()), Content::text("x")];
        let reply = Reply { content, structured: Some(data), ..Reply::default() };
        let kept = written(&reply).unwrap();
        let form = concat!(
            r#"{"content":[{"kind":"data"},{"kind":"text","text":"x"}],"#,
            r#""structured":{"a":["x"],"b":1},"canonical":true,"meta":{}}"#
        );
        assert_eq!(String::from_utf8(kept.clone()).unwrap(), form);
        let again = read(&kept).unwrap();
        assert_eq!(again.content(), reply.content());
        let data = again.structured.as_ref().unwrap();
        assert!(data.is_canonical());
        assert!(matches!(&again.content()[0], Content::Text(text) if data.is(text)));
    }

    #[test]
    fn data_is_canonical_only_where_it_was() {
        for (data, is_canonical) in [(json!("a"), true), (json!(1.5), false), (json!("\t"), false)]
        {
            let kept = written(&Reply::default().with_structured(data)).unwrap();
            let again = read(&kept).unwrap().structured.unwrap();
            assert_eq!(again.is_canonical(), is_canonical, "{again:?}");
        }
    }

    #[test]
    fn a_reply_kept_with_its_text_beside_its_data_is_read() {
        let kept =
            br#"{"content":[{"kind":"text","text":"{\"a\":1}"}],"structured":{"a":1},"meta":{}}"#;
        let again = read(kept).unwrap();
        assert_eq!(again.content(), [Content::text(r#"{"a":1}"#)]);
        assert_eq!(again.structured(), Some(&json!({ "a": 1 })));
        assert!(!again.structured.unwrap().is_canonical(), "nothing says so");
    }

    #[test]
    fn what_was_not_kept_by_this_program_is_refused() {
        let form = |content: &str, data: &str| {
            format!(r#"{{"content":[{content}],"structured":{data},"meta":{{}}}}"#)
        };
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        let flat = format!("[{}[]]", "[],".repeat(200));
        for data in ["null".to_owned(), nested(127), flat] {
            let again = read(form(r#"{"kind":"data"}"#, &data).as_bytes()).expect(&data);
            assert_eq!(again.structured.unwrap().into_value().to_string(), data);
        }
        for text in [
            r#"{"content":[{"kind":"data"}],"meta":{}}"#.to_owned(),
            form("", &nested(128)),
            form("", &nested(1_000)),
            form("", "[1"),
            form("", "1 2"),
            form("", ""),
            form(r#"{"kind":"other"}"#, "1"),
        ] {
            assert!(read(text.as_bytes()).is_none(), "{text}");
        }
    }
}
