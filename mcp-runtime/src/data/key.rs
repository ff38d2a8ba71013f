//! The keys of maps, which JSON wants to be strings: what is written plainly becomes one.

use std::fmt::Display;

use serde::Serialize;
use serde::ser::{Error as _, Impossible, SerializeMap, Serializer};
use serde_json::value::Serializer as ToValue;
use serde_json::{Error, Value};

use super::members::head;
use super::writer::Writer;

type Result<T = u64> = std::result::Result<T, Error>;
type Never = Impossible<u64, Error>;

/// Writes one key. What comes back is its [`head`].
pub(super) struct Key<'a>(pub(super) &'a mut Writer);

/// As `serde_json` says it.
fn refused<T>() -> Result<T> {
    Err(Error::custom("key must be a string"))
}

impl Key<'_> {
    fn text(self, text: &str) -> u64 {
        self.0.quoted(text);
        head(text)
    }

    /// What `serde_json` makes of a key.
    fn odd(self, key: &impl Serialize) -> Result {
        let mut map = ToValue.serialize_map(Some(1))?;
        map.serialize_entry(key, &())?;
        match map.end()? {
            Value::Object(map) => map.keys().next().map_or_else(refused, |key| Ok(self.text(key))),
            _ => refused(),
        }
    }
}

macro_rules! numbers {
    ($($method:ident: $number:ty),*) => {
        $(fn $method(self, value: $number) -> Result {
            Ok(self.text(&value.to_string()))
        })*
    };
}

impl Serializer for Key<'_> {
    type Ok = u64;
    type Error = Error;
    type SerializeSeq = Never;
    type SerializeTuple = Never;
    type SerializeTupleStruct = Never;
    type SerializeTupleVariant = Never;
    type SerializeMap = Never;
    type SerializeStruct = Never;
    type SerializeStructVariant = Never;

    numbers!(
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_i128: i128, serialize_u8: u8, serialize_u16: u16, serialize_u32: u32,
        serialize_u64: u64, serialize_u128: u128
    );

    fn serialize_bool(self, value: bool) -> Result {
        Ok(self.text(if value { "true" } else { "false" }))
    }

    fn serialize_f32(self, value: f32) -> Result {
        self.odd(&value)
    }

    fn serialize_f64(self, value: f64) -> Result {
        self.odd(&value)
    }

    fn serialize_char(self, value: char) -> Result {
        Ok(self.text(value.encode_utf8(&mut [0; 4])))
    }

    fn serialize_str(self, value: &str) -> Result {
        Ok(self.text(value))
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result {
        Ok(self.text(&value.to_string()))
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result {
        Ok(self.text(variant))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result {
        value.serialize(self)
    }

    fn serialize_bytes(self, _: &[u8]) -> Result {
        refused()
    }

    fn serialize_none(self) -> Result {
        refused()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Result {
        refused()
    }

    fn serialize_unit(self) -> Result {
        refused()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result {
        refused()
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result {
        refused()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Never> {
        refused()
    }

    fn serialize_tuple(self, _: usize) -> Result<Never> {
        refused()
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Never> {
        refused()
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Never> {
        refused()
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Never> {
        refused()
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Never> {
        refused()
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Never> {
        refused()
    }
}
