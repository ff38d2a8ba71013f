//! Items that attributes stand on, or nearly such.

use fastrand::Rng;

use super::words::one;

const PATTERNS: &[&str] = &[
    "a",
    "b",
    "r#type",
    "mut a",
    "ref a",
    "_",
    "State(a)",
    "State(mut b)",
    "(a, b)",
    "[a, ..]",
    "&a",
    "Page { number, .. }",
    "a @ State(_)",
    "(a | b)",
    "State(Some(a) | b)",
    "1",
    "m!()",
    "(a)",
    "a::B",
    "é",
    "self",
    "mut self: Box<Self>",
    "&mut self",
];

const TYPES: &[&str] = &[
    "u8",
    "u64",
    "f64",
    "bool",
    "String",
    "Option<String>",
    "Vec<u8>",
    "State<Bank>",
    "Context",
    "Granted<Mine>",
    "Page",
    "impl Sized",
    "Vec<impl Sized>",
    "&'static str",
    "&str",
    "[u8; 3]",
    "(u8, u8)",
    "dyn Send",
    "fn(u8) -> u8",
    "m!()",
    "<A as B>::C",
    "!",
    "_",
    "*const u8",
    "for<'a> fn(&'a u8)",
];

const HEADS: &[&str] = &[
    "",
    "pub",
    "pub(crate)",
    "pub(in a::b)",
    "#[cfg(unix)]",
    "#[allow(deprecated)]",
    "#[inline] pub",
    "#[deprecated]",
    "#[doc(hidden)]",
    "#[doc = include_str!(\"a\")]",
    "crate",
];

const QUALIFIERS: &[&str] = &[
    "async fn",
    "async fn",
    "async fn",
    "async fn",
    "async fn",
    "fn",
    "const fn",
    "unsafe fn",
    "async unsafe fn",
    "extern \"C\" fn",
    "async extern fn",
    "const async unsafe extern \"C\" fn",
    "safe fn",
];

const GENERICS: &[&str] =
    &["", "", "", "", "", "", "<T>", "<'a>", "<const N: usize>", "<>", "<T: Sized = u8>"];

const RESULTS: &[&str] = &[
    "",
    "",
    "-> u8",
    "-> Result<u8, Failure>",
    "-> impl Sized",
    "-> Vec<impl Sized>",
    "-> !",
    "-> ()",
    "where u8: Sized",
    "-> u8 where u8: Sized",
    "-> &'static str",
    "-> dyn Send",
    "-> (u8,)",
];

const BODIES: &[&str] = &["{}", "{}", "{}", "{ body }", ";", "", "{ #[arg] 1 }", "= 5;", "{} {}"];

const TYPE_ITEMS: &[&str] = &[
    "struct Bank;",
    "pub struct Bank { pool: Pool<Row> }",
    "pub(crate) struct Bank(u8);",
    "#[cfg(unix)] enum Bank {}",
    "union Bank { a: u8 }",
    "struct Bank<T>(T);",
    "struct r#type;",
    "struct Bank where u8: Sized;",
    "fn bank() {}",
    "type Bank = u8;",
    "struct",
    "enum Bank",
];

pub(super) fn type_item(rng: &mut Rng) -> &'static str {
    one(rng, TYPE_ITEMS)
}

/// A parameter, with the attribute that `arg` makes.
fn parameter(rng: &mut Rng, arg: &mut dyn FnMut(&mut Rng) -> String) -> String {
    let attribute = match rng.u8(..10) {
        0..4 => arg(rng),
        4 => "/// Text.\n".to_owned(),
        5 => "#[cfg(unix)] ".to_owned(),
        6 => "#[arg = 1] ".to_owned(),
        _ => String::new(),
    };
    let plain = rng.u8(..10) < 6;
    let pattern = if plain { one(rng, &PATTERNS[..3]) } else { one(rng, PATTERNS) };
    let ty = if rng.u8(..10) < 7 { one(rng, &TYPES[..11]) } else { one(rng, TYPES) };
    format!("{attribute}{pattern}: {ty}")
}

/// A function, or nearly one.
pub(super) fn function(rng: &mut Rng, arg: &mut dyn FnMut(&mut Rng) -> String) -> String {
    let mostly = |rng: &mut Rng, all: &[&'static str]| {
        if rng.u8(..10) < 7 { all.first().copied().unwrap_or_default() } else { one(rng, all) }
    };
    let docs = if rng.u8(..8) > 0 { "/// Text.\n" } else { "" };
    let head = mostly(rng, HEADS);
    let qualifiers = mostly(rng, QUALIFIERS);
    let generics = mostly(rng, GENERICS);
    let count = rng.usize(..5);
    let parameters: Vec<String> = (0..count).map(|_| parameter(rng, arg)).collect();
    let parameters = parameters.join(", ");
    let (result, body) = (mostly(rng, RESULTS), mostly(rng, BODIES));
    let name = if rng.u8(..10) > 0 { "report" } else { "r#match" };
    format!("{docs}{head} {qualifiers} {name}{generics}({parameters}) {result} {body}")
}
