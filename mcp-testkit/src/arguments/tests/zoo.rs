//! Tools of many shapes. Each takes what its schema admits, so that nothing else can refuse it.

#![allow(clippy::many_single_char_names, reason = "nothing is said of what they take")]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;
use std::num::{NonZeroI32, NonZeroU8};

use mcp_runtime::{Tools, tool, tools};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// Declares types that only have to be read.
macro_rules! shapes {
    ($($(#[$meta:meta])* $kind:ident $name:ident $body:tt $(;)?)*) => {
        $(#[derive(Deserialize, JsonSchema)] #[allow(dead_code)] $(#[$meta])* $kind $name $body)*
    };
}

shapes! {
    struct Address {
        #[schemars(length(min = 1, max = 30))]
        street: String,
        #[schemars(regex(pattern = r"^\d{2}-\d{3}$"))]
        code: String,
        #[serde(default)]
        floor: Option<i8>,
    }
    #[serde(deny_unknown_fields)]
    struct Person {
        name: String,
        home: Address,
        work: Option<Address>,
        #[schemars(length(max = 3))]
        tags: Vec<String>,
    }
    enum Unit { Metre, Foot }
    enum External {
        Nothing,
        One(u8),
        Two(u8, bool),
        Named { unit: Unit, size: f64 },
    }
    #[serde(tag = "kind", rename_all = "snake_case")]
    enum Internal {
        Card { #[schemars(length(equal = 4))] last: String },
        Transfer { iban: Option<String>, amount: u32 },
        Cash,
    }
    #[serde(tag = "t", content = "c")]
    enum Adjacent { Empty, Number(i64), Pair(u8, u8) }
    #[serde(untagged)]
    enum Untagged { Number(i32), Text(String), Flag { on: bool } }
    struct Common { note: Option<String>, weight: u16 }
    struct Flattened {
        id: u32,
        #[serde(flatten)]
        common: Common,
        #[serde(flatten)]
        kind: Internal,
    }
    struct Tree { value: u8, children: Vec<Tree> }
    struct Chain { value: bool, next: Option<Box<Chain>> }
    enum Expr {
        Literal(i64),
        Negate(Box<Expr>),
        Add(Box<Expr>, Box<Expr>),
        All { of: Vec<Expr> },
    }
    struct Whole {
        #[schemars(length(min = 1))]
        text: String,
        #[serde(default = "twenty")]
        #[schemars(range(min = 1, max = 100))]
        limit: u32,
        paid: Option<bool>,
    }
}

#[derive(Deserialize, JsonSchema)]
#[allow(dead_code)]
struct Newtype(u16);

fn twenty() -> u32 {
    20
}

macro_rules! takes {
    ($(fn $name:ident($($(#[$arg:meta])* $param:ident: $ty:ty),* $(,)?);)*) => {
        $(
            /// Take it.
            #[tool(public)]
            async fn $name($($(#[$arg])* $param: $ty),*) {
                $(let _ = $param;)*
            }
        )*

        pub(super) fn zoo() -> Tools {
            tools![$($name),*]
        }
    };
}

takes! {
    fn nothing();
    fn one_text(text: String);
    fn lengths(#[arg(length(1..=64))] a: String, #[arg(length(3..))] b: String, #[arg(length(..=5))] c: Option<String>);
    fn unsigned(a: u8, b: u16, c: u32, d: u64, e: usize, f: Option<u64>);
    fn signed(a: i8, b: i16, c: i32, d: i64, e: isize, f: Option<i64>);
    fn ranges(
        #[arg(range(1..=100))] limit: u32,
        #[arg(range(-5..5))] shift: i64,
        #[arg(range(10..))] large: u64,
        #[arg(range(..=-3))] negative: i32,
        #[arg(default = 20, range(5..=50))] page: u8,
    );
    fn floats(a: f64, b: f32, #[arg(range(0.0..1.0))] share: f64, #[arg(range(0.5..=2.5))] factor: f32, #[arg(range(0.0..))] up: f64);
    fn nonzero(a: NonZeroU8, b: NonZeroI32, c: Option<NonZeroU8>);
    fn flags(a: bool, b: Option<bool>, #[arg(default = true)] c: bool);
    fn character(one: char);
    fn patterns(
        #[arg(pattern = "^FV/[0-9]{4}/[0-9]{2}$")] number: String,
        #[arg(pattern = "^[A-Z]{3}$")] currency: String,
        #[arg(pattern = "^FV/")] prefix: Option<String>,
        #[arg(pattern = r"^\w+@\w+\.[a-z]{2,}$", length(..=20))] address: String,
        #[arg(pattern = r"^(a|bc)*\d+$", length(4..=9))] mixed: String,
    );
    fn dates(#[arg(format = "date")] a: String, #[arg(format = "date-time")] b: String, #[arg(format = "time")] c: String, #[arg(format = "duration")] d: Option<String>);
    fn names(#[arg(format = "email")] a: String, #[arg(format = "idn-email")] b: String, #[arg(format = "hostname")] c: String, #[arg(format = "idn-hostname")] d: String);
    fn addresses(#[arg(format = "ipv4")] a: String, #[arg(format = "ipv6")] b: String, #[arg(format = "uuid")] c: String, ip: IpAddr);
    fn links(#[arg(format = "uri")] a: String, #[arg(format = "uri-reference")] b: String, #[arg(format = "iri")] c: String, #[arg(format = "iri-reference")] d: String, #[arg(format = "uri-template")] e: String);
    fn paths(#[arg(format = "json-pointer")] a: String, #[arg(format = "relative-json-pointer")] b: String, #[arg(format = "regex")] c: String);
    fn short_mail(#[arg(format = "email", length(6..=12))] mail: String);
    fn lists(a: Vec<u8>, #[arg(items(1..=3))] b: Vec<String>, c: [bool; 3], #[arg(items(2..))] d: Vec<Option<u8>>);
    fn sets(a: BTreeSet<u8>, #[arg(items(2..=4))] b: BTreeSet<String>);
    fn tuples(a: (u8, String), b: (bool, Option<i32>, Vec<u8>));
    fn maps(a: HashMap<String, u8>, b: BTreeMap<String, Address>, c: Option<HashMap<String, Vec<bool>>>);
    fn numbered(a: HashMap<u64, bool>, b: BTreeMap<i64, String>, c: HashMap<u8, u8>, d: HashMap<i8, u8>);
    fn anything(a: Value, b: Option<Value>, c: serde_json::Map<String, Value>);
    fn person(person: Person);
    fn external(a: External, b: Option<Unit>, c: Vec<External>);
    fn internal(a: Internal, b: Option<Internal>);
    fn adjacent(a: Adjacent, b: Vec<Adjacent>);
    fn untagged(a: Untagged, b: Option<Untagged>);
    fn flattened(a: Flattened);
    fn tree(a: Tree);
    fn chain(a: Chain, b: Option<Chain>);
    fn expr(a: Expr);
    fn newtype(a: Newtype, b: Option<Newtype>, c: Vec<Newtype>);
    fn nested(a: Vec<Vec<Option<(u8, Unit)>>>, b: Option<Vec<HashMap<String, Internal>>>);
    fn outcome(a: Result<u8, String>);
    fn optional(a: Option<String>, b: Option<u64>, c: Option<Address>, d: Option<Unit>);
    fn secret(#[arg(secret)] pin: String, #[arg(secret)] login: Person, other: u8);
    fn renamed(#[arg(rename = "a/b~c")] a: u8, #[arg(rename = "ż ó")] b: Address);
    fn whole(#[arg(flatten)] all: Whole);
    fn whole_flattened(#[arg(flatten)] all: Flattened);
    fn whole_internal(#[arg(flatten)] all: Internal);
    fn whole_tree(#[arg(flatten)] all: Tree);
}
