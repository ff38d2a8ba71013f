//! JSON as the records have it, written byte by byte into one buffer: the same bytes as
//! `serde_json` makes of the same values.

use std::fmt;
use std::time::SystemTime;

use serde_json::Value;

use super::date;
use super::digest::Digest;
use crate::json_text::{Digits, write_string};

/// Writes JSON. What belongs between two values is written with the second.
pub(super) struct Writer(Vec<u8>);

impl Writer {
    /// With room for so many bytes.
    pub(super) fn new(capacity: usize) -> Self {
        Self(Vec::with_capacity(capacity))
    }

    /// Goes on where a text ends.
    pub(super) fn on(text: Vec<u8>) -> Self {
        Self(text)
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// Where the next value begins.
    pub(super) fn place(&self) -> usize {
        self.0.len()
    }

    /// What was written since.
    pub(super) fn since(&self, place: usize) -> &[u8] {
        &self.0[place..]
    }

    /// Takes it back.
    pub(super) fn back_to(&mut self, place: usize) {
        self.0.truncate(place);
    }

    /// Comes before an item of a list.
    pub(super) fn item(&mut self) {
        // No value ends with an opening bracket: only the first item follows one.
        if !matches!(self.0.last(), Some(b'{' | b'[')) {
            self.0.push(b',');
        }
    }

    /// Writes what stands in every text of its kind, as it is: brackets, commas, names.
    pub(super) fn raw(&mut self, part: &'static str) -> &mut Self {
        self.0.extend_from_slice(part.as_bytes());
        self
    }

    /// Comes before the value of a member.
    pub(super) fn name(&mut self, name: &str) -> &mut Self {
        self.item();
        self.text(name);
        self.0.push(b':');
        self
    }

    pub(super) fn number(&mut self, number: u64) {
        self.0.extend_from_slice(Digits::of(number).bytes());
    }

    /// A number as a string.
    pub(super) fn quoted_number(&mut self, number: i64) {
        self.raw(if number < 0 { "\"-" } else { "\"" });
        self.number(number.unsigned_abs());
        self.raw("\"");
    }

    /// A string that has nothing to escape.
    fn quoted(&mut self, text: &[u8]) {
        self.0.push(b'"');
        self.0.extend_from_slice(text);
        self.0.push(b'"');
    }

    pub(super) fn text(&mut self, text: &str) {
        write_string(text.as_bytes(), &mut self.0);
    }

    pub(super) fn digest(&mut self, digest: &Digest) {
        self.quoted(digest.text());
    }

    pub(super) fn time(&mut self, time: SystemTime) {
        date::write(time, |text| self.quoted(text));
    }

    pub(super) fn value(&mut self, value: &Value) {
        // Writing values to a buffer doesn't fail.
        let _ = serde_json::to_writer(&mut self.0, value);
    }

    /// What was written elsewhere.
    pub(super) fn json(&mut self, json: &[u8]) {
        self.0.extend_from_slice(json);
    }
}

/// What is written so stands as it is.
impl fmt::Write for Writer {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn written(write: impl FnOnce(&mut Writer)) -> String {
        let mut writer = Writer::new(0);
        write(&mut writer);
        String::from_utf8(writer.into_bytes()).unwrap()
    }

    #[test]
    fn values_are_kept_apart() {
        let text = written(|writer| {
            writer.raw("{");
            writer.name("a").number(0);
            writer.name("b").raw("[");
            for text in ["{", "["] {
                writer.item();
                writer.text(text);
            }
            writer.raw("]");
            writer.name("c\"").raw("{}");
            writer.name("d").value(&json!({ "x": [1.0, null] }));
            let place = writer.place();
            writer.name("e").json(b"{}");
            assert_eq!(writer.since(place), br#","e":{}"#);
            writer.back_to(place);
            writer.raw("}");
        });
        assert_eq!(text, r#"{"a":0,"b":["{","["],"c\"":{},"d":{"x":[1.0,null]}}"#);
    }

    proptest! {
        #[test]
        fn strings_are_written_as_by_serde_json(text in "(\\PC|[\\x00-\\x7f]){0,40}") {
            prop_assert_eq!(written(|writer| writer.text(&text)), Value::from(text).to_string());
        }
    }
}
