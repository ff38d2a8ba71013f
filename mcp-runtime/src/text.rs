//! A text of a result, which may be shared.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// The text of a content block. It is read as the `str` that it is.
///
/// What was data is its text too, and there is one copy of both; see
/// [`Content::Text`](crate::Content::Text).
///
/// ```
/// use mcp_runtime::{Content, Text};
///
/// let text = Text::from("paid");
/// assert_eq!(text, "paid");
/// assert_eq!(Content::Text(text), Content::text("paid"));
/// ```
#[derive(Clone)]
pub struct Text(Held);

#[derive(Clone)]
enum Held {
    Own(String),
    Shared(Arc<str>),
}

impl Text {
    /// The text of data.
    pub(crate) fn shared(text: Arc<str>) -> Self {
        Self(Held::Shared(text))
    }

    /// The same text, of which each copy is cheap.
    pub(crate) fn into_shared(self) -> Self {
        match self.0 {
            Held::Own(text) => Self::shared(text.into()),
            shared @ Held::Shared(_) => Self(shared),
        }
    }

    /// Whether it is the very copy of another text.
    pub(crate) fn is_part_of(&self, other: &Arc<str>) -> bool {
        matches!(&self.0, Held::Shared(text) if Arc::ptr_eq(text, other))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Held::Own(text) => text,
            Held::Shared(text) => text,
        }
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(Held::Own(text))
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        match text.0 {
            Held::Own(text) => text,
            Held::Shared(text) => (*text).to_owned(),
        }
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Text {}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        **self == *other
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        **self == **other
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_and_shared_texts_are_the_same_to_readers() {
        let (own, shared) = (Text::from("a\"b"), Text::shared("a\"b".into()));
        assert_eq!(own, shared);
        assert_eq!((own.as_str(), &*shared), ("a\"b", "a\"b"));
        assert_eq!(
            (format!("{own:?}"), shared.to_string()),
            (format!("{:?}", "a\"b"), "a\"b".into())
        );
        assert_ne!(own, Text::from("a"));
        assert_eq!((String::from(own), String::from(shared)), ("a\"b".into(), "a\"b".into()));
    }

    #[test]
    fn copies_of_a_shared_text_are_one() {
        let bytes: Arc<str> = "a".into();
        let text = Text::shared(Arc::clone(&bytes));
        assert!(text.clone().into_shared().is_part_of(&bytes));
        assert!(!Text::from("a").is_part_of(&bytes));
        assert!(!Text::from("a").into_shared().is_part_of(&bytes));
    }
}
