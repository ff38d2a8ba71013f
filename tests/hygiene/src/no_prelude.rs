//! Without the prelude.
#![allow(clippy::absolute_paths)]
#![no_implicit_prelude]

use ::rt::{ToolError, dependency, tool, tools};
use ::std::fmt;
use ::std::prelude::v1::derive;
use ::std::string::String;

/// Answers with the question.
#[tool(crate = ::rt, scope = "read:texts.where(text = text)", check = [short(text), later])]
pub async fn echo(
    /// Any text.
    #[arg(length(1..=64), pattern = "^[a-z]", format = "regex")]
    text: String,
    #[arg(items(..3), default = [1, 2])] list: ::std::vec::Vec<u8>,
) -> ::std::result::Result<String, Failure> {
    ::std::mem::drop(list);
    ::std::result::Result::Ok(text)
}

const fn short(text: &str) -> ::std::result::Result<(), &'static str> {
    if text.len() > 9 {
        return ::std::result::Result::Err("is long");
    }
    ::std::result::Result::Ok(())
}

async fn later(_: &str, _: &[u8]) -> ::std::result::Result<(), ToolError> {
    ::std::result::Result::Ok(())
}

/// Answers with the question, or has another tool do so.
#[tool(
    crate = ::rt,
    read_only,
    retry,
    dependency = [Disk],
    rate_limit = "1/1s",
    cache_ttl = realtime,
    cache(shared),
    fallback = echo
)]
pub async fn repeat(text: String, list: ::std::vec::Vec<u8>) -> String {
    ::std::mem::drop(list);
    text
}

/// Once for each key, of all arguments.
#[tool(crate = ::rt, idempotent(key(..), reconcile = kept))]
pub async fn keep(text: String) {
    ::std::mem::drop(text);
}

async fn kept(_: &str) -> ::std::result::Result<::std::option::Option<()>, ToolError> {
    ::std::result::Result::Ok(::std::option::Option::None)
}

/// A disk.
#[dependency(crate = ::rt, breaker)]
#[derive(Debug, ::std::clone::Clone, ::std::marker::Copy)]
pub struct Disk;

/// Fails.
#[derive(Debug, ToolError)]
#[tool_error(crate = ::rt, code = "conflict", message = "{0} is taken", retryable)]
pub struct Failure(String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl ::std::error::Error for Failure {}

/// The tools.
#[must_use]
pub fn tools() -> ::rt::Tools {
    tools![echo, repeat, keep]
}
