//! What serde hands over, value by value: each is written as `serde_json::to_value` reads it.

use std::fmt::Display;

use serde::Serialize;
use serde::ser::Serializer;
use serde_json::value::Serializer as ToValue;
use serde_json::{Error, Value};

use super::compound::{List, Object, Struct};
use super::writer::Writer;

type Result<T = ()> = std::result::Result<T, Error>;

/// What the names of `serde_json`'s private types begin with. Which of them it knows, and what it
/// makes of them, depends on its features.
const PRIVATE: &str = "$serde_json::private::";

impl<'a> Serializer for &'a mut Writer {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = List<'a>;
    type SerializeTuple = List<'a>;
    type SerializeTupleStruct = List<'a>;
    type SerializeTupleVariant = List<'a>;
    type SerializeMap = Object<'a>;
    type SerializeStruct = Struct<'a>;
    type SerializeStructVariant = Object<'a>;

    fn serialize_bool(self, value: bool) -> Result {
        self.text.extend_from_slice(if value { &b"true"[..] } else { b"false" });
        Ok(())
    }

    fn serialize_i8(self, value: i8) -> Result {
        self.serialize_i64(value.into())
    }

    fn serialize_i16(self, value: i16) -> Result {
        self.serialize_i64(value.into())
    }

    fn serialize_i32(self, value: i32) -> Result {
        self.serialize_i64(value.into())
    }

    fn serialize_i64(self, value: i64) -> Result {
        self.signed(value);
        Ok(())
    }

    fn serialize_i128(self, value: i128) -> Result {
        self.odd(&ToValue.serialize_i128(value)?)
    }

    fn serialize_u8(self, value: u8) -> Result {
        self.serialize_u64(value.into())
    }

    fn serialize_u16(self, value: u16) -> Result {
        self.serialize_u64(value.into())
    }

    fn serialize_u32(self, value: u32) -> Result {
        self.serialize_u64(value.into())
    }

    fn serialize_u64(self, value: u64) -> Result {
        self.unsigned(value);
        Ok(())
    }

    fn serialize_u128(self, value: u128) -> Result {
        self.odd(&ToValue.serialize_u128(value)?)
    }

    fn serialize_f32(self, value: f32) -> Result {
        self.odd(&Value::from(value))
    }

    fn serialize_f64(self, value: f64) -> Result {
        self.odd(&Value::from(value))
    }

    fn serialize_char(self, value: char) -> Result {
        self.string(value.encode_utf8(&mut [0; 4]));
        Ok(())
    }

    fn serialize_str(self, value: &str) -> Result {
        self.string(value);
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result {
        self.collect_seq(value)
    }

    fn serialize_none(self) -> Result {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result {
        self.text.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result {
        self.open_variant(variant);
        value.serialize(&mut *self)?;
        self.close(b'}');
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<List<'a>> {
        Ok(List::new(self, false))
    }

    fn serialize_tuple(self, _: usize) -> Result<List<'a>> {
        Ok(List::new(self, false))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<List<'a>> {
        Ok(List::new(self, false))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<List<'a>> {
        self.open_variant(variant);
        Ok(List::new(self, true))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Object<'a>> {
        Ok(Object::new(self, false))
    }

    fn serialize_struct(self, name: &'static str, len: usize) -> Result<Struct<'a>> {
        if name.starts_with(PRIVATE) {
            return Ok(Struct::Private(self, ToValue.serialize_struct(name, len)?));
        }
        Ok(Struct::Plain(Object::new(self, false)))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Object<'a>> {
        self.open_variant(variant);
        Ok(Object::new(self, true))
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result {
        self.displayed(value)
    }
}
