//! Inputs that get far: attributes from the tables of keys, on items that are nearly right.

use fastrand::Rng;

use super::{
    case::{Case, Macro},
    signature,
    words::{self, tokens},
};
use crate::parse::keys::{self, Key};

/// The keys whose values have keys of their own.
const NESTED: &[(&str, &[Key])] = &[
    ("retry", keys::RETRY),
    ("queue", keys::QUEUE),
    ("cache", keys::CACHE),
    ("idempotent", keys::IDEMPOTENT),
    ("audit", keys::AUDIT),
    ("breaker", keys::BREAKER),
];

pub(super) fn case(rng: &mut Rng) -> Case {
    let which = match rng.u8(..20) {
        0 | 1 => Macro::Dependency,
        2..5 => Macro::ErrorType,
        5 | 6 => Macro::Catalogue,
        7 => Macro::ToolList,
        _ => Macro::Tool,
    };
    let (arguments, item) = match which {
        Macro::Tool => {
            let arguments = entries(rng, keys::TOOL, 6);
            let item = signature::function(rng, &mut |rng| {
                let attribute = entries(rng, keys::ARG, 4);
                format!("#[arg({attribute})] ")
            });
            (arguments, item)
        }
        Macro::Dependency => {
            (entries(rng, keys::DEPENDENCY, 5), signature::type_item(rng).to_owned())
        }
        Macro::ErrorType => (String::new(), error_type(rng)),
        Macro::Catalogue => (String::new(), catalogue(rng)),
        Macro::ToolList => (String::new(), tool_list(rng)),
    };
    Case { which, arguments: tokens(&arguments), item: tokens(&item) }
}

/// Up to `most` entries of a table.
fn entries(rng: &mut Rng, table: &[Key], most: usize) -> String {
    let count = rng.usize(..=most);
    let all: Vec<String> = (0..count).filter_map(|_| entry(rng, table)).collect();
    let comma = if rng.u8(..30) == 0 { " " } else { ", " };
    all.join(comma)
}

/// An entry as its example has it, or nearly so.
fn entry(rng: &mut Rng, table: &[Key]) -> Option<String> {
    let key = rng.choice(table)?;
    let (name, example) = (key.name, key.example);
    if name == "adaptive" || rng.u8(..10) < 5 {
        return Some(example.to_owned());
    }
    let nested = NESTED.iter().find(|(owner, _)| *owner == name);
    Some(match (rng.u8(..10), nested) {
        (0..6, Some((_, table))) => format!("{name}({})", entries(rng, table, 4)),
        (0..6, None) if example.contains('(') && !example.contains('=') => {
            format!("{name}({})", words::value(rng))
        }
        (0..6, None) => format!("{name} = {}", words::value(rng)),
        (6, _) => name.to_owned(),
        (7, _) => format!("{name}({})", words::value(rng)),
        (8, _) => {
            let mut misspelt = name.to_owned();
            misspelt.remove(rng.usize(..name.len()));
            format!("{misspelt} = 1")
        }
        _ => {
            let other = rng.choice(table)?;
            let value = other.example.split_once(" = ").map_or("1", |(_, value)| value);
            format!("{name} = {value}")
        }
    })
}

fn error_type(rng: &mut Rng) -> String {
    let attribute = |rng: &mut Rng| match rng.u8(..4) {
        0 => String::new(),
        _ => format!("#[tool_error({})] ", entries(rng, keys::TOOL_ERROR, 4)),
    };
    let fields = |rng: &mut Rng| {
        words::one(
            rng,
            &["", "(u8)", "(u8, T)", "{ a: u8 }", "{ r#type: u8, b: T }", "{}", "()", "(#[a] u8)"],
        )
    };
    let generics = words::one(
        rng,
        &["", "", "<T>", "<'a, T: Sized = u8, const N: usize = 1>", "<T> where T: Sized"],
    );
    let head = attribute(rng);
    match rng.u8(..8) {
        0 => format!("{head}union Failure {{ a: u8 }}"),
        1 => format!("{head}struct Failure{generics} {}", fields(rng)),
        2 => format!("{head}pub struct Failure {};", fields(rng)),
        _ => {
            let variants: Vec<String> = (0..rng.usize(..4))
                .map(|index| {
                    let (attribute, fields) = (attribute(rng), fields(rng));
                    format!("{attribute}Variant{index} {fields}")
                })
                .collect();
            format!("{head}enum Failure{generics} {{ {} }}", variants.join(", "))
        }
    }
}

fn catalogue(rng: &mut Rng) -> String {
    const TOKENS: &[&str] = &[
        r#""read:a""#,
        r#""write:a""#,
        r#""admin:a""#,
        r#""read:b""#,
        r#""raed:a""#,
        r#""a""#,
        r#""read:a.where(b)""#,
        "implies",
        "5",
        r#""""#,
    ];
    let entries: Vec<String> = (0..rng.usize(..5))
        .map(|_| {
            let (token, implied) = (words::one(rng, TOKENS), words::one(rng, TOKENS));
            match rng.u8(..8) {
                0 => token.to_owned(),
                1 => format!("{token} = \"Text\""),
                2 => format!("{token} => {}", words::value(rng)),
                3 => format!("{token} => \"Text\" implies {implied}"),
                4 | 5 => format!("{token} => \"Text\" implies [{implied}]"),
                _ => format!("{token} => \"Text\""),
            }
        })
        .collect();
    entries.join(", ")
}

fn tool_list(rng: &mut Rng) -> String {
    const ENTRIES: &[&str] = &[
        "search",
        "web::fetch",
        "#[cfg(unix)] web::fetch",
        "\"search\"",
        "5",
        "search()",
        "a::<u8>",
        "<A as B>::c",
        "crate::a",
        "r#type",
        "#![cfg(unix)] a",
        "#[doc = \"a\"] a",
        "web::*",
    ];
    let entries: Vec<&str> = (0..rng.usize(..4)).map(|_| words::one(rng, ENTRIES)).collect();
    entries.join(", ")
}
