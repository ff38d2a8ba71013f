//! Lists and objects while they are written.

use serde::Serialize;
use serde::ser::{
    Error as _, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, SerializeTupleStruct, SerializeTupleVariant, Serializer,
};
use serde_json::Error;
use serde_json::value::Serializer as ToValue;

use super::key::Key;
use super::members::{Member, head};
use super::writer::{Mark, Writer};

type Result<T = ()> = std::result::Result<T, Error>;

/// A list that is being written.
pub(super) struct List<'a> {
    writer: &'a mut Writer,
    start: usize,
    in_variant: bool,
}

impl<'a> List<'a> {
    pub(super) fn new(writer: &'a mut Writer, in_variant: bool) -> Self {
        writer.open(b'[');
        Self { start: writer.text.len(), writer, in_variant }
    }

    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        let mark = self.writer.mark();
        self.writer.separate(self.start);
        self.writer.value(value, mark)
    }

    fn close(self) {
        self.writer.close(b']');
        if self.in_variant {
            self.writer.close(b'}');
        }
    }
}

/// An object that is being written.
pub(super) struct Object<'a> {
    writer: &'a mut Writer,
    start: usize,
    first: usize,
    /// A member of which there is only the name yet.
    named: Option<Named>,
    in_variant: bool,
}

struct Named {
    /// Where nothing of the member is there.
    before: Mark,
    head: u64,
    start: usize,
    end: usize,
}

impl<'a> Object<'a> {
    pub(super) fn new(writer: &'a mut Writer, in_variant: bool) -> Self {
        writer.open(b'{');
        let (start, first) = (writer.text.len(), writer.members.len());
        Self { writer, start, first, named: None, in_variant }
    }

    /// Begins a member with its name, which is written by what is given.
    fn name(&mut self, write: impl FnOnce(&mut Writer) -> Result<u64>) -> Result {
        self.forget_name();
        let before = self.writer.mark();
        self.writer.separate(self.start);
        let start = self.writer.text.len();
        match write(self.writer) {
            Ok(head) => {
                self.named = Some(self.named(before, head, start));
                Ok(())
            }
            Err(error) => {
                self.writer.back_to(before);
                Err(error)
            }
        }
    }

    /// Ends a name, which was written since `start`.
    fn named(&mut self, before: Mark, head: u64, start: usize) -> Named {
        let end = self.writer.text.len();
        self.writer.text.push(b':');
        Named { before, head, start, end }
    }

    /// Of two names without a value between them the last counts.
    fn forget_name(&mut self) {
        if let Some(named) = self.named.take() {
            self.writer.back_to(named.before);
        }
    }

    /// Ends a member with its value.
    fn member<T: Serialize + ?Sized>(&mut self, named: &Named, value: &T) -> Result {
        self.writer.value(value, named.before)?;
        let Named { head, start, end: name_end, .. } = *named;
        let next = self.writer.text.len() + 1;
        self.writer.member(Member { head, start, name_end, next });
        Ok(())
    }

    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        match self.named.take() {
            Some(named) => self.member(&named, value),
            None => Err(Error::custom("a map's value came before its key")),
        }
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result {
        let before = self.writer.mark();
        self.writer.separate(self.start);
        let start = self.writer.text.len();
        self.writer.quoted(name);
        let named = self.named(before, head(name), start);
        self.member(&named, value)
    }

    fn close(mut self) {
        self.forget_name();
        self.writer.in_order(self.first);
        self.writer.close(b'}');
        if self.in_variant {
            self.writer.close(b'}');
        }
    }
}

/// A struct that is being written.
pub(super) enum Struct<'a> {
    Plain(Object<'a>),
    /// One of `serde_json`'s own, which it makes a value of.
    Private(&'a mut Writer, <ToValue as Serializer>::SerializeStruct),
}

impl SerializeSeq for List<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        self.item(value)
    }

    fn end(self) -> Result {
        self.close();
        Ok(())
    }
}

impl SerializeTuple for List<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        self.item(value)
    }

    fn end(self) -> Result {
        self.close();
        Ok(())
    }
}

impl SerializeTupleStruct for List<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        self.item(value)
    }

    fn end(self) -> Result {
        self.close();
        Ok(())
    }
}

impl SerializeTupleVariant for List<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        self.item(value)
    }

    fn end(self) -> Result {
        self.close();
        Ok(())
    }
}

impl SerializeMap for Object<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result {
        self.name(|writer| key.serialize(Key(writer)))
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        self.value(value)
    }

    fn end(self) -> Result {
        self.close();
        Ok(())
    }
}

impl SerializeStructVariant for Object<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result {
        self.field(name, value)
    }

    fn end(self) -> Result {
        self.close();
        Ok(())
    }
}

impl SerializeStruct for Struct<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result {
        match self {
            Self::Plain(object) => object.field(name, value),
            Self::Private(_, to_value) => to_value.serialize_field(name, value),
        }
    }

    fn end(self) -> Result {
        match self {
            Self::Plain(object) => {
                object.close();
                Ok(())
            }
            Self::Private(writer, to_value) => writer.odd(&SerializeStruct::end(to_value)?),
        }
    }
}
