//! What is made of a part of a message, and how it is read by the rules.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Value};

use super::rules::{Key, Keys, Rules};

/// What becomes of a part. By default it is what a null becomes.
pub(super) trait Part<'de>: Default {
    /// What becomes of a list's items.
    type Item: Part<'de>;
    type Items: Default;
    type Members: Default;

    /// A truth value or a number.
    fn plain(_value: impl Into<Value>) -> Self {
        Self::default()
    }

    fn text(_text: Cow<'de, str>) -> Self {
        Self::default()
    }

    fn push(items: &mut Self::Items, item: Self::Item);

    fn list(items: Self::Items) -> Self;

    /// Reads the next member, and says whether there was one.
    fn member<A: MapAccess<'de>>(
        members: &mut Self::Members,
        fields: &mut A,
        rules: &mut Rules<'_>,
    ) -> Result<bool, A::Error>;

    fn object(members: Self::Members) -> Self;
}

/// A part that is only looked at.
#[derive(Default)]
pub(super) struct Skipped;

impl<'de> Part<'de> for Skipped {
    type Item = Self;
    type Items = ();
    type Members = Keys<'de>;

    fn push((): &mut (), _: Self) {}

    fn list((): ()) -> Self {
        Self
    }

    fn member<A: MapAccess<'de>>(
        names: &mut Keys<'de>,
        fields: &mut A,
        rules: &mut Rules<'_>,
    ) -> Result<bool, A::Error> {
        let Some(name) = fields.next_key_seed(Key)? else { return Ok(false) };
        names.note(name, &[], rules)?;
        read::<Self, _>(fields, rules)?;
        Ok(true)
    }

    fn object(_: Keys<'de>) -> Self {
        Self
    }
}

/// A part that is kept if it is a scalar.
#[derive(Default)]
pub(super) enum Scalar<'de> {
    #[default]
    None,
    Text(Cow<'de, str>),
    Plain(Value),
}

impl<'de> Part<'de> for Scalar<'de> {
    type Item = Skipped;
    type Items = ();
    type Members = Keys<'de>;

    fn plain(value: impl Into<Value>) -> Self {
        Self::Plain(value.into())
    }

    fn text(text: Cow<'de, str>) -> Self {
        Self::Text(text)
    }

    fn push((): &mut (), _: Skipped) {}

    fn list((): ()) -> Self {
        Self::None
    }

    fn member<A: MapAccess<'de>>(
        names: &mut Keys<'de>,
        fields: &mut A,
        rules: &mut Rules<'_>,
    ) -> Result<bool, A::Error> {
        Skipped::member(names, fields, rules)
    }

    fn object(_: Keys<'de>) -> Self {
        Self::None
    }
}

impl<'de> Scalar<'de> {
    pub(super) fn into_text(self) -> Option<Cow<'de, str>> {
        match self {
            Self::Text(text) => Some(text),
            Self::None | Self::Plain(_) => None,
        }
    }
}

/// A part that is kept. An object that has its members by their names needs no other list of them.
impl<'de> Part<'de> for Value {
    type Item = Self;
    type Items = Vec<Self>;
    type Members = Map<String, Self>;

    fn plain(value: impl Into<Self>) -> Self {
        value.into()
    }

    fn text(text: Cow<'de, str>) -> Self {
        Self::String(text.into_owned())
    }

    fn push(items: &mut Vec<Self>, item: Self) {
        items.push(item);
    }

    fn list(items: Vec<Self>) -> Self {
        Self::Array(items)
    }

    fn member<A: MapAccess<'de>>(
        members: &mut Map<String, Self>,
        fields: &mut A,
        rules: &mut Rules<'_>,
    ) -> Result<bool, A::Error> {
        let Some(name) = fields.next_key::<String>()? else { return Ok(false) };
        rules.measure(&name)?;
        match members.entry(name) {
            Entry::Occupied(_) => Err(rules.twice()),
            Entry::Vacant(place) => {
                place.insert(read(fields, rules)?);
                Ok(true)
            }
        }
    }

    fn object(members: Map<String, Self>) -> Self {
        Self::Object(members)
    }
}

/// What an object becomes that is kept. Whatever else there is becomes nothing.
pub(super) type Object = Option<Map<String, Value>>;

impl<'de> Part<'de> for Object {
    type Item = Skipped;
    type Items = ();
    type Members = Map<String, Value>;

    fn push((): &mut (), _: Skipped) {}

    fn list((): ()) -> Self {
        None
    }

    fn member<A: MapAccess<'de>>(
        members: &mut Map<String, Value>,
        fields: &mut A,
        rules: &mut Rules<'_>,
    ) -> Result<bool, A::Error> {
        Value::member(members, fields, rules)
    }

    fn object(members: Map<String, Value>) -> Self {
        Some(members)
    }
}

/// Reads the value of a member.
pub(super) fn read<'de, P: Part<'de>, A: MapAccess<'de>>(
    fields: &mut A,
    rules: &mut Rules<'_>,
) -> Result<P, A::Error> {
    fields.next_value_seed(Reader::by(rules.inner()))
}

/// Reads a part by the rules.
pub(super) struct Reader<'a, P> {
    rules: Rules<'a>,
    part: PhantomData<P>,
}

impl<'a, P> Reader<'a, P> {
    pub(super) fn by(rules: Rules<'a>) -> Self {
        Self { rules, part: PhantomData }
    }
}

impl<'de, P: Part<'de>> DeserializeSeed<'de> for Reader<'_, P> {
    type Value = P;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<P, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, P: Part<'de>> Visitor<'de> for Reader<'_, P> {
    type Value = P;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<P, E> {
        Ok(P::plain(value))
    }

    fn visit_i64<E>(self, number: i64) -> Result<P, E> {
        Ok(P::plain(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<P, E> {
        Ok(P::plain(number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<P, E> {
        Ok(P::plain(number))
    }

    fn visit_unit<E>(self) -> Result<P, E> {
        Ok(P::default())
    }

    fn visit_borrowed_str<E: Error>(mut self, text: &'de str) -> Result<P, E> {
        self.rules.measure(text)?;
        Ok(P::text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(mut self, text: &str) -> Result<P, E> {
        self.rules.measure(text)?;
        Ok(P::text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<P, A::Error> {
        self.rules.enter()?;
        let mut items = P::Items::default();
        while let Some(item) = list.next_element_seed(Reader::by(self.rules.inner()))? {
            P::push(&mut items, item);
        }
        Ok(P::list(items))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut fields: A) -> Result<P, A::Error> {
        self.rules.enter()?;
        let mut members = P::Members::default();
        while P::member(&mut members, &mut fields, &mut self.rules)? {}
        Ok(P::object(members))
    }
}
