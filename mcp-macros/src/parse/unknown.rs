//! What is said about a key that an attribute doesn't have.

use syn::{Ident, ext::IdentExt as _};

use super::{
    keys::{self, Key},
    reader::key_names,
};
use crate::diag::{Diagnostics, nearest, snake_case};

/// Where the keys of each table stand: what is written around one of them.
const PLACES: [(&str, &str, &[Key]); 12] = [
    ("#[tool(", ")]", keys::TOOL),
    ("#[arg(", ")]", keys::ARG),
    ("#[dependency(", ")]", keys::DEPENDENCY),
    ("#[tool_error(", ")]", keys::TOOL_ERROR),
    ("idempotent(", ")", keys::IDEMPOTENT),
    ("retry(", ")", keys::RETRY),
    ("queue(", ")", keys::QUEUE),
    ("concurrency = adaptive(", ")", keys::ADAPTIVE),
    ("cache(", ")", keys::CACHE),
    ("audit(", ")", keys::AUDIT),
    ("breaker(", ")", keys::BREAKER),
    ("#[dependency(breaker(", "))]", keys::BREAKER),
];

/// What other libraries call the same thing, and the key for it.
const SYNONYMS: [(&str, &str); 42] = [
    ("desc", "description"),
    ("doc", "description"),
    ("summary", "description"),
    ("annotations", "read_only"),
    ("read_only_hint", "read_only"),
    ("safe", "read_only"),
    ("destructive_hint", "destructive"),
    ("dangerous", "destructive"),
    ("idempotent_hint", "idempotent"),
    ("open_world_hint", "open_world"),
    ("external", "open_world"),
    ("permission", "scope"),
    ("permissions", "scope"),
    ("auth", "scope"),
    ("roles", "scope"),
    ("confirmation", "confirm"),
    ("validate", "check"),
    ("validator", "check"),
    ("deadline", "timeout"),
    ("retries", "retry"),
    ("max_retries", "attempts"),
    ("max_attempts", "attempts"),
    ("backoff", "base"),
    ("circuit_breaker", "breaker"),
    ("max_concurrency", "concurrency"),
    ("bulkhead", "concurrency"),
    ("rate", "rate_limit"),
    ("throttle", "rate_limit"),
    ("price", "cost"),
    ("ttl", "cache_ttl"),
    ("cache_for", "cache_ttl"),
    ("progress", "heartbeat"),
    ("max_size", "max_result"),
    ("keep", "retention"),
    ("regex", "pattern"),
    ("min", "range"),
    ("max", "range"),
    ("minimum", "range"),
    ("maximum", "range"),
    ("min_length", "length"),
    ("max_length", "length"),
    ("sensitive", "secret"),
];

/// Reports a word that is no key of `owner`, with the key that was meant, if there is one.
pub(super) fn report(
    owner: &str,
    table: &'static [Key],
    word: &Ident,
    diagnostics: &mut Diagnostics,
) {
    let name = word.unraw().to_string();
    let report = diagnostics.error(word, format!("unknown `{owner}` argument `{name}`"));
    let plain = snake_case(&name);
    let synonym = || SYNONYMS.iter().filter(|(other, _)| *other == plain).map(|(_, key)| *key);
    let here = |key: &str| table.iter().any(|one| one.name == key);
    if let Some(near) = nearest(&name, table.iter().map(|key| key.name)) {
        report.help(format!("did you mean `{near}`?"));
    } else if let Some(key) = synonym().find(|key| here(key)) {
        report.help(format!("did you mean `{key}`?"));
    } else if let Some(place) = elsewhere(&name).or_else(|| synonym().find_map(elsewhere)) {
        report.help(format!("`{name}` belongs elsewhere: write `{place}`"));
    }
    report.note(format!("accepted: {}", key_names(table)));
}

/// A key in the place where it is one, as it is written there.
fn elsewhere(name: &str) -> Option<String> {
    PLACES.iter().find_map(|(before, after, table)| {
        let key = table.iter().find(|key| key.name == name)?;
        Some(format!("{before}{}{after}", key.example))
    })
}

#[cfg(test)]
mod tests {
    use std::str::FromStr as _;

    use proc_macro2::{Span, TokenStream};

    use super::super::{dependency, error_type, function, tool_attribute};
    use super::*;

    fn said(table: &'static [Key], word: &str) -> String {
        let mut diagnostics = Diagnostics::default();
        report("#[it]", table, &Ident::new(word, Span::call_site()), &mut diagnostics);
        let messages = diagnostics.messages().join("");
        messages.lines().nth(1).unwrap_or_default().to_owned()
    }

    #[test]
    fn what_was_meant_is_found() {
        for (table, word, expected) in [
            (keys::TOOL, "tiemout", "= help: did you mean `timeout`?"),
            (keys::TOOL, "readOnly", "= help: did you mean `read_only`?"),
            (keys::TOOL, "readOnlyHint", "= help: did you mean `read_only`?"),
            (keys::TOOL, "ttl", "= help: did you mean `cache_ttl`?"),
            (
                keys::TOOL,
                "attempts",
                "= help: `attempts` belongs elsewhere: write `retry(attempts = 3)`",
            ),
            (
                keys::TOOL,
                "circuit_breaker",
                "= help: `circuit_breaker` belongs elsewhere: write \
                 `#[dependency(breaker(failures = 5, open = \"5s\"))]`",
            ),
            (keys::ARG, "max", "= help: did you mean `range`?"),
            (
                keys::ARG,
                "timeout",
                "= help: `timeout` belongs elsewhere: write `#[tool(timeout = \"10s\")]`",
            ),
        ] {
            assert_eq!(said(table, word), expected, "{word}");
        }
        assert!(said(keys::TOOL, "colour").starts_with("= note: accepted:"));
    }

    /// What a help line says can be pasted.
    #[test]
    fn every_example_is_accepted_in_its_place() {
        for (before, after, table) in PLACES {
            for key in table {
                let text = format!("{before}{}{after}", key.example);
                assert_eq!(messages(&text), [""; 0], "{text}");
            }
        }
    }

    /// What the parsers say about an attribute, or about a piece of `#[tool(…)]`.
    fn messages(text: &str) -> Vec<String> {
        let mut diagnostics = Diagnostics::default();
        let inside =
            |start: &str| text.strip_prefix(start).and_then(|rest| rest.strip_suffix(")]"));
        let tokens = |text: &str| TokenStream::from_str(text).unwrap_or_default();
        if let Some(keys) = inside("#[tool(") {
            let _ = tool_attribute::parse(tokens(keys), &mut diagnostics);
        } else if let Some(keys) = inside("#[dependency(") {
            let item = tokens("struct Bank;");
            let _ = dependency::parse(tokens(keys), &item, &mut diagnostics);
        } else if let Some(keys) = inside("#[arg(") {
            let item = tokens(&format!("async fn f(#[arg({keys})] a: u8) {{}}"));
            let _ = function::parse(&item, &mut diagnostics);
        } else if text.starts_with("#[tool_error(") {
            let place = if text.contains("crate") { ["", text] } else { [text, ""] };
            let [variant, item] = place;
            let item = tokens(&format!("{item} enum E {{ {variant} V }}"));
            let _ = error_type::parse(item, &mut diagnostics);
        } else if text.starts_with("breaker(") {
            let item = tokens("struct Bank;");
            let _ = dependency::parse(tokens(text), &item, &mut diagnostics);
        } else {
            let _ = tool_attribute::parse(tokens(text), &mut diagnostics);
        }
        diagnostics.messages().into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn every_synonym_stands_for_a_key_and_is_none() {
        let is_key =
            |name| PLACES.iter().any(|(_, _, table)| table.iter().any(|key| key.name == name));
        for (other, key) in SYNONYMS {
            assert!(is_key(key), "{key}");
            assert_ne!(other, key);
        }
    }
}
