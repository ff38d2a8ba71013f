//! Whether `docs/expansion.md` shows what the macro writes.

use proc_macro2::TokenStream;

use crate::{
    snapshots::{pretty, tokens},
    stages::expand_tool,
};

const PAGE: &str = include_str!("../../docs/expansion.md");

/// The Rust blocks of the page.
fn blocks() -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = PAGE.lines();
    while lines.by_ref().any(|line| line == "```rust") {
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        blocks.push(block.join("\n"));
    }
    blocks
}

#[test]
fn the_page_shows_the_expansion_line_by_line() {
    let blocks = blocks();
    let [source, parts @ ..] = blocks.as_slice() else { unreachable!("the page has blocks") };
    let split = source.split_once("#[tool(");
    let split = split.and_then(|(before, after)| Some((before, after.split_once(")]\n")?)));
    let Some((before, (attribute, function))) = split else {
        unreachable!("it begins with a tool")
    };
    let real = expand_tool(tokens(attribute), &tokens(&format!("{before}{function}")));
    assert!(
        plain(&tokens(&parts.join("\n"))) == plain(&real),
        "the parts of docs/expansion.md are not the expansion, which is\n{}",
        pretty(&real)
    );
}

/// Tokens as a text, whatever lines they stand on: a comma before the end of a list is layout.
fn plain(tokens: &TokenStream) -> String {
    let text = tokens.to_string().replace([' ', '\n'], "");
    [",)", ",]", ",}", ",>"].iter().fold(text, |text, end| text.replace(end, &end[1..]))
}
