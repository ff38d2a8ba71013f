//! The data of a result: written once, straight from the function's own type, and held as text.
//!
//! The text is compact JSON whose objects have their members in the order of their names: the same
//! bytes as of the `serde_json::Value` that holds the same data. It is what a model reads as the
//! result's text, what the answer repeats as structured content, and what the log's digest is
//! made of. A value is made of it where something has to look inside.

mod compound;
mod key;
mod members;
mod serializer;
#[cfg(test)]
mod tests;
mod writer;

use std::fmt;
use std::sync::{Arc, OnceLock};

use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Error, Value};

use crate::json_text::plain;
use crate::text::Text;
use writer::Writer;

/// The deepest nesting that `serde_json` reads.
const READABLE: usize = 127;

/// What a function returned, as it was written.
#[derive(Debug)]
pub(crate) enum Written {
    /// A string, as it is.
    Text(String),
    /// Anything else.
    Json(Json),
}

/// JSON that was just written.
#[derive(Debug)]
pub(crate) struct Json {
    text: String,
    is_canonical: bool,
    /// The same as a value, where the text is nested too deeply to be read again.
    deep: Option<Value>,
}

impl Written {
    /// # Errors
    ///
    /// Those of `serde_json::to_value`: a map's key that is no string, a number out of range, and
    /// what the type says itself.
    pub(crate) fn of(data: &(impl Serialize + ?Sized)) -> Result<Self, Error> {
        let mut writer = Writer::default();
        data.serialize(&mut writer)?;
        if writer.is_text() {
            return writer.finish().map(Self::Text);
        }
        // One level is left for `Json::within`.
        let deep = (writer.deepest >= READABLE).then(|| serde_json::to_value(data)).transpose()?;
        let is_canonical = writer.is_canonical;
        Ok(Self::Json(Json { text: writer.finish()?, is_canonical, deep }))
    }

    /// As JSON, be it a string.
    pub(crate) fn into_json(self) -> Json {
        match self {
            Self::Json(json) => json,
            Self::Text(text) => {
                // Without an escape there is but one way to write it.
                let is_canonical = plain(text.as_bytes()) == text.len();
                Json { text: Value::String(text).to_string(), is_canonical, deep: None }
            }
        }
    }
}

impl Json {
    pub(crate) fn is_null(&self) -> bool {
        self.text == "null"
    }

    pub(crate) fn is_object(&self) -> bool {
        self.text.starts_with('{')
    }

    pub(crate) fn into_text(self) -> String {
        self.text
    }

    /// An object that has it as its only member. The name has nothing to escape.
    pub(crate) fn within(mut self, name: &'static str) -> Self {
        self.text.insert_str(0, &format!("{{\"{name}\":"));
        self.text.push('}');
        self.deep = self.deep.map(|deep| serde_json::json!({ name: deep }));
        self
    }
}

/// Data, as text that can be read again.
///
/// Cheap to clone. A clone makes its own value when it is asked for one, so that what is kept
/// doesn't grow by being read.
pub(crate) struct Data {
    text: Arc<str>,
    is_canonical: bool,
    deep: Option<Arc<Value>>,
    value: OnceLock<Box<Value>>,
}

impl Data {
    /// Data that was kept as its text. None where it is nested too deeply to be read as a value.
    pub(crate) fn again(text: &RawValue, is_canonical: bool) -> Option<Self> {
        let text = text.get();
        // With so few brackets nothing is nested deeper, and most data has no more of them.
        if brackets(text) > READABLE && serde_json::from_str::<Value>(text).is_err() {
            return None;
        }
        Some(Self { text: text.into(), is_canonical, deep: None, value: OnceLock::new() })
    }

    /// Compact JSON, the members of its objects sorted.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The same text, as a part of the result that a model reads.
    pub(crate) fn to_text(&self) -> Text {
        Text::shared(Arc::clone(&self.text))
    }

    /// Whether a text is the very copy of this one.
    pub(crate) fn is(&self, text: &Text) -> bool {
        text.is_part_of(&self.text)
    }

    /// Whether the text is [canonical](crate::canonical) too: neither a float is in it nor an
    /// escape that is spelled differently there. It may be without saying so.
    pub(crate) fn is_canonical(&self) -> bool {
        self.is_canonical
    }

    /// The data as a value, made at the first call.
    pub(crate) fn value(&self) -> &Value {
        match &self.deep {
            Some(deep) => deep,
            None => self.value.get_or_init(|| Box::new(self.read())),
        }
    }

    pub(crate) fn into_value(mut self) -> Value {
        match (self.deep.take(), self.value.take()) {
            (Some(deep), _) => Arc::unwrap_or_clone(deep),
            (None, Some(value)) => *value,
            (None, None) => self.read(),
        }
    }

    /// The same, and no value that the text can be read as again.
    pub(crate) fn without_value(self) -> Self {
        Self { value: OnceLock::new(), ..self }
    }

    /// What was written as JSON, no deeper than can be read, can be read.
    fn read(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// The value beside the text that every clone shares.
    pub(crate) fn deep(&self) -> Option<&Value> {
        self.deep.as_deref()
    }
}

/// How many lists and objects a text has at most: a string's brackets count too.
fn brackets(text: &str) -> usize {
    // Of so few bytes the count is a byte itself, which lets many be counted at once.
    let opens = |byte: &u8| u8::from(matches!(byte, b'[' | b'{'));
    let few = text.as_bytes().chunks(u8::MAX.into());
    few.map(|few| usize::from(few.iter().map(opens).sum::<u8>())).sum()
}

impl From<Json> for Data {
    fn from(json: Json) -> Self {
        Self {
            text: json.text.into(),
            is_canonical: json.is_canonical,
            deep: json.deep.map(Arc::new),
            value: OnceLock::new(),
        }
    }
}

impl From<Value> for Data {
    fn from(value: Value) -> Self {
        // A value can always be written.
        let written = Written::of(&value).unwrap_or_else(|_| Written::Text(String::new()));
        let mut data = Self::from(written.into_json());
        if data.deep.is_none() {
            data.value = OnceLock::from(Box::new(value));
        }
        data
    }
}

impl Clone for Data {
    fn clone(&self) -> Self {
        Self {
            text: Arc::clone(&self.text),
            is_canonical: self.is_canonical,
            deep: self.deep.clone(),
            value: OnceLock::new(),
        }
    }
}

impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
