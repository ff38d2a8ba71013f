//! Data of every kind that serde knows.

use std::collections::HashMap;
use std::fmt::{self, Display};

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop, prop_oneof};
use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

/// Names, some of them alike for a long way, some of them to be escaped.
const NAMES: [&str; 10] =
    ["b", "a", "", "customer_id", "customer_name", "customer", "a\"b", "a\u{1}", "é", "a!"];

#[derive(Clone, Debug)]
pub(super) enum Any {
    Bool(bool),
    I8(i8),
    I64(i64),
    I128(i128),
    U16(u16),
    U64(u64),
    U128(u128),
    F32(f32),
    F64(f64),
    Char(char),
    Str(String),
    Bytes(Vec<u8>),
    Unit,
    None,
    Some(Box<Any>),
    UnitStruct,
    UnitVariant(&'static str),
    Newtype(Box<Any>),
    NewtypeVariant(&'static str, Box<Any>),
    Seq(Vec<Any>),
    Tuple(Vec<Any>),
    TupleStruct(Vec<Any>),
    TupleVariant(&'static str, Vec<Any>),
    Map(Vec<(Any, Any)>),
    Struct(Vec<(&'static str, Any)>),
    StructVariant(&'static str, Vec<(&'static str, Any)>),
    /// A string that is written in pieces.
    Displayed(Vec<String>),
    Flat(Box<Flat>),
    /// A list that goes on where an item of it fails.
    Tolerant(Vec<Any>),
}

#[derive(Clone, Debug, serde::Serialize)]
pub(super) struct Flat {
    zero: u8,
    #[serde(flatten)]
    rest: HashMap<String, Any>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<bool>,
    #[serde(flatten)]
    tagged: Tagged,
}

#[derive(Clone, Debug, serde::Serialize)]
#[serde(tag = "kind")]
enum Tagged {
    One { b: u8, a: Option<f32> },
    Two,
}

struct Pieces<'a>(&'a [String]);

impl Display for Pieces<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|piece| f.write_str(piece))
    }
}

impl Serialize for Any {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Bool(value) => to.serialize_bool(*value),
            Self::I8(value) => to.serialize_i8(*value),
            Self::I64(value) => to.serialize_i64(*value),
            Self::I128(value) => to.serialize_i128(*value),
            Self::U16(value) => to.serialize_u16(*value),
            Self::U64(value) => to.serialize_u64(*value),
            Self::U128(value) => to.serialize_u128(*value),
            Self::F32(value) => to.serialize_f32(*value),
            Self::F64(value) => to.serialize_f64(*value),
            Self::Char(value) => to.serialize_char(*value),
            Self::Str(value) => to.serialize_str(value),
            Self::Bytes(value) => to.serialize_bytes(value),
            Self::Unit => to.serialize_unit(),
            Self::None => to.serialize_none(),
            Self::Some(value) => to.serialize_some(value),
            Self::UnitStruct => to.serialize_unit_struct("S"),
            Self::UnitVariant(name) => to.serialize_unit_variant("E", 0, name),
            Self::Newtype(value) => to.serialize_newtype_struct("N", value),
            Self::NewtypeVariant(name, value) => to.serialize_newtype_variant("E", 0, name, value),
            Self::Seq(items) => {
                let mut seq = to.serialize_seq(None)?;
                items.iter().try_for_each(|item| seq.serialize_element(item))?;
                seq.end()
            }
            Self::Tuple(items) => {
                let mut tuple = to.serialize_tuple(items.len())?;
                items.iter().try_for_each(|item| tuple.serialize_element(item))?;
                tuple.end()
            }
            Self::TupleStruct(items) => {
                let mut tuple = to.serialize_tuple_struct("T", items.len())?;
                items.iter().try_for_each(|item| tuple.serialize_field(item))?;
                tuple.end()
            }
            Self::TupleVariant(name, items) => {
                let mut tuple = to.serialize_tuple_variant("E", 0, name, items.len())?;
                items.iter().try_for_each(|item| tuple.serialize_field(item))?;
                tuple.end()
            }
            Self::Map(members) => {
                let mut map = to.serialize_map(None)?;
                members.iter().try_for_each(|(key, value)| map.serialize_entry(key, value))?;
                map.end()
            }
            Self::Struct(fields) => {
                let mut of = to.serialize_struct("S", fields.len())?;
                fields.iter().try_for_each(|(name, value)| of.serialize_field(name, value))?;
                of.end()
            }
            Self::StructVariant(name, fields) => {
                let mut of = to.serialize_struct_variant("E", 0, name, fields.len())?;
                fields.iter().try_for_each(|(name, value)| of.serialize_field(name, value))?;
                of.end()
            }
            Self::Displayed(pieces) => to.collect_str(&Pieces(pieces)),
            Self::Flat(flat) => flat.serialize(to),
            Self::Tolerant(items) => {
                let mut map = to.serialize_map(None)?;
                for (index, item) in items.iter().enumerate() {
                    let _ = map.serialize_entry(NAMES[index % NAMES.len()], &[item]);
                    let _ = map.serialize_key(item);
                }
                map.end()
            }
        }
    }
}

fn scalar() -> impl Strategy<Value = Any> {
    prop_oneof![
        any::<bool>().prop_map(Any::Bool),
        any::<i8>().prop_map(Any::I8),
        any::<i64>().prop_map(Any::I64),
        prop_oneof![any::<i128>(), any::<i64>().prop_map(i128::from)].prop_map(Any::I128),
        any::<u16>().prop_map(Any::U16),
        any::<u64>().prop_map(Any::U64),
        prop_oneof![any::<u128>(), any::<u64>().prop_map(u128::from)].prop_map(Any::U128),
        prop::num::f32::ANY.prop_map(Any::F32),
        prop_oneof![prop::num::f64::ANY, Just(1.0), Just(-0.0), Just(1e21)].prop_map(Any::F64),
        any::<char>().prop_map(Any::Char),
        any::<String>().prop_map(Any::Str),
        "[a-c\"\\\\\u{0}-\u{1f}]{0,9}".prop_map(Any::Str),
        any::<Vec<u8>>().prop_map(Any::Bytes),
        Just(Any::Unit),
        Just(Any::None),
        Just(Any::UnitStruct),
        name().prop_map(Any::UnitVariant),
        vec("[a\"\\\\\n]{0,3}", 0..3).prop_map(Any::Displayed),
    ]
}

fn name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&NAMES[..])
}

/// Mostly strings, so that not every map is an error.
fn key() -> impl Strategy<Value = Any> {
    prop_oneof![
        12 => name().prop_map(|name| Any::Str(name.to_owned())),
        4 => name().prop_map(Any::UnitVariant),
        4 => any::<String>().prop_map(Any::Str),
        2 => any::<u16>().prop_map(Any::U16),
        2 => vec("[a\"\\\\\n]{0,3}", 0..3).prop_map(Any::Displayed),
        1 => scalar(),
        1 => scalar().prop_map(|key| Any::Newtype(Box::new(key))),
        1 => scalar().prop_map(|key| Any::Some(Box::new(key))),
        1 => vec(scalar(), 0..2).prop_map(Any::Seq),
    ]
}

fn flat(inner: impl Strategy<Value = Any>) -> impl Strategy<Value = Any> {
    let rest = prop::collection::hash_map("[a-z]{1,5}|after|zero", inner, 0..4);
    let tagged = prop_oneof![
        (any::<u8>(), any::<Option<f32>>()).prop_map(|(b, a)| Tagged::One { b, a }),
        Just(Tagged::Two),
    ];
    (any::<u8>(), rest, any::<Option<bool>>(), tagged).prop_map(|(zero, rest, after, tagged)| {
        Any::Flat(Box::new(Flat { zero, rest, after, tagged }))
    })
}

pub(super) fn data() -> impl Strategy<Value = Any> {
    scalar().prop_recursive(4, 48, 6, |inner| {
        let boxed = || inner.clone().prop_map(Box::new);
        let items = || vec(inner.clone(), 0..5);
        let fields = || vec((name(), inner.clone()), 0..8);
        prop_oneof![
            boxed().prop_map(Any::Some),
            boxed().prop_map(Any::Newtype),
            (name(), boxed()).prop_map(|(name, value)| Any::NewtypeVariant(name, value)),
            items().prop_map(Any::Seq),
            items().prop_map(Any::Tuple),
            items().prop_map(Any::TupleStruct),
            (name(), items()).prop_map(|(name, items)| Any::TupleVariant(name, items)),
            vec((key(), inner.clone()), 0..6).prop_map(Any::Map),
            fields().prop_map(Any::Struct),
            (name(), fields()).prop_map(|(name, fields)| Any::StructVariant(name, fields)),
            items().prop_map(Any::Tolerant),
            flat(inner.clone()),
        ]
    })
}
