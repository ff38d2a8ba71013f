use std::str::FromStr as _;

use proc_macro2::TokenStream;

use super::*;

/// What is said about a piece of `#[tool(…)]`.
fn messages(text: &str) -> Vec<String> {
    let mut diagnostics = Diagnostics::default();
    let tokens = TokenStream::from_str(text).unwrap_or_default();
    let mut entries = Entries::parse("#[tool]", keys::TOOL, tokens, &mut diagnostics);
    let _ = parse(&mut entries, &mut diagnostics);
    diagnostics.messages().into_iter().map(str::to_owned).collect()
}

#[test]
fn every_example_of_the_nested_tables_is_accepted() {
    let tables = [
        ("retry", keys::RETRY),
        ("queue", keys::QUEUE),
        ("cache", keys::CACHE),
        ("concurrency = adaptive", keys::ADAPTIVE),
    ];
    for (owner, table) in tables {
        for key in table {
            let text = format!("{owner}({})", key.example);
            assert_eq!(messages(&text), [""; 0], "{text}");
        }
    }
}

#[test]
fn every_shape_is_accepted() {
    for text in [
        "retry",
        "retry = 2",
        "retry = 10",
        "dependency = [Bank, crate::Mail]",
        "concurrency = adaptive(max = 64)",
        "rate_limit = [\"60/1m\", \"9/1s per tool\"]",
        "cost = 2",
        "cache_ttl = static",
        "cache_ttl = static, retry",
        "cache_ttl = semi_dynamic",
        "cache_ttl = realtime",
        "cache(shared, normalize = keys::upper)",
        "fallback = a::b",
    ] {
        assert_eq!(messages(text), [""; 0], "{text}");
    }
}

#[test]
fn every_other_shape_is_one_error() {
    for text in [
        "retry = 1",
        "retry = 11",
        "retry = -1",
        "retry = \"3\"",
        "retry(3)",
        "retry(attempts = 3, attempts = 4)",
        "dependency",
        "dependency = []",
        "dependency = \"Bank\"",
        "dependency = [Bank, Bank]",
        "concurrency",
        "concurrency = 0",
        "concurrency = 65537",
        "concurrency = adaptive",
        "concurrency = adaptive()",
        "concurrency = adaptive(min = 1, max = 2)",
        "concurrency = adaptive(max = 0)",
        "concurrency(16)",
        "queue",
        "queue = 64",
        "queue(depth = 0)",
        "queue(wait = \"1\")",
        "rate_limit",
        "rate_limit = []",
        "rate_limit = 60",
        "rate_limit = [\"60/1m\", 60]",
        "cost = 0",
        "cost = -0.1",
        "cost = \"1\"",
        "cost = 1e999",
        "cache_ttl = dynamic",
        "cache_ttl = static || 1",
        "cache_ttl = 30s",
        "cache",
        "cache()",
        "cache(public)",
        "cache = shared",
        "fallback = \"a\"",
        "blocking = true",
        "heartbeat = 5",
        "max_result = 64",
        "max_result = \"64\"",
        "max_result = \"1GB\"",
    ] {
        assert_eq!(messages(text).len(), 1, "{text}: {:?}", messages(text));
    }
}
