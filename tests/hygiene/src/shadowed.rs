//! Every name that an expansion might take for granted means something else here.
#![allow(
    dead_code,
    clippy::absolute_paths,
    unused_macros,
    non_camel_case_types,
    non_upper_case_globals,
    missing_copy_implementations,
    missing_debug_implementations
)]

use rt::tool;

struct Result;
struct Option;
struct Some;
struct None;
struct Ok;
struct Err;
struct Box;
struct Vec;
struct String;
struct Into;
struct From;
struct Send;
struct Sync;
struct Fn;
struct Iterator;
struct ToString;
struct Tool;
struct ToolDef;
struct Param;
struct Tools;
struct usize;
struct str;
struct u64;
struct Retry;
struct Cache;
struct RateLimit;
struct Argument;
struct Takes;
struct Returns;
struct __Fallback;
struct Scopes;
struct ScopeDef;
struct Binding;
struct CheckDef;
struct Idempotency;
struct Audit;
struct Look;
struct Found;
struct Granted;
mod std {}
mod core {}
mod alloc {}
mod mcp_runtime {}
mod private {}

// Lower-case constants and unit structs would turn a binding of the same name into a pattern.
const call: u8 = 0;
const result: u8 = 0;
const generator: u8 = 0;
const error: u8 = 0;
const field: u8 = 0;
struct p0;
static p1: u8 = 0;
const PARAM_0: u8 = 7;
const PARAMS: u8 = 0;
const DEF: u8 = 9;
const ALL: u8 = 0;
const MCP_SCOPES: u8 = 0;
const CATALOGUE: u8 = 0;
const r0: u8 = 0;

macro_rules! concat {
    () => {};
}
macro_rules! format {
    () => {};
}
macro_rules! vec {
    () => {};
}
macro_rules! panic {
    () => {};
}

/// Adds two numbers.
///
/// Its documentation spans paragraphs.
#[doc = ::core::concat!("And", " expressions.")]
#[tool(
    crate = rt,
    scope = ["read:numbers.where(one = one)", "read:sums"],
    check = [rises, later(three)],
    timeout = "1s",
    title = "Add",
    version = "2",
    icons = "data:,"
)]
pub async fn add(
    /// The first.
    #[arg(default = PARAM_0, range(0..=100), check = small)]
    one: u8,
    /// The second.
    #[arg(example = DEF, header = "Second")]
    two: u8,
    three: ::std::option::Option<u8>,
) -> ::std::result::Result<u8, rt::ToolError> {
    ::std::result::Result::Ok(one + two + three.unwrap_or(call))
}

const fn small(_: &u8) -> ::std::result::Result<(), &'static ::std::primitive::str> {
    ::std::result::Result::Ok(())
}

const fn rises(
    _: &u8,
    _: &u8,
    _: &::std::option::Option<u8>,
) -> ::std::result::Result<(), rt::ToolError> {
    ::std::result::Result::Ok(())
}

async fn later(_: &::std::option::Option<u8>) -> ::std::result::Result<(), ::std::string::String> {
    ::std::result::Result::Ok(())
}

/// A dependency of everything.
#[rt::dependency(crate = rt, concurrency = 1, queue(depth = 1), breaker(slow = "1s"), retry_budget = "1%")]
#[derive(Debug)]
pub struct Dependency;

const fn normalize(_: &mut rt::Arguments) {}

/// With every policy that goes with the others.
#[tool(
    crate = rt,
    read_only,
    retry(base = "1ms", attempt_timeout = "1s"),
    dependency = Dependency,
    concurrency = adaptive(max = 1),
    queue(wait = "1s"),
    rate_limit = ["1/1s", "1/1s per global burst 1"],
    cost = 1,
    cache_ttl = static,
    cache(shared, normalize = normalize),
    stale_while_revalidate = "1s",
    stale_if_error = "2s",
    fallback = add,
    heartbeat = "1s",
    max_result = "1KB"
)]
pub async fn sum(
    one: u8,
    #[arg(rename = "two")] other: u8,
    three: ::std::option::Option<u8>,
    #[cfg(target_pointer_width = "16")] four: missing::Type,
) -> u8 {
    one + other + three.unwrap_or(call)
}

/// Once for each key.
#[tool(
    crate = rt,
    retry,
    idempotent(
        key(one, other),
        ttl = "2h",
        required,
        in_flight = "reject",
        reconcile = left(other, inner)
    ),
    audit(result = "redacted", retention = "1d")
)]
pub async fn pay(
    one: u8,
    #[arg(rename = "two", audit = "plain")] other: u8,
    rt::State(mut inner): rt::State<::std::primitive::u8>,
) -> ::std::result::Result<u8, rt::ToolError> {
    inner += one + other;
    ::std::result::Result::Ok(inner)
}

async fn left(
    _: &u8,
    inner: &u8,
) -> ::std::result::Result<::std::option::Option<u8>, rt::ToolError> {
    ::std::result::Result::Ok(::std::option::Option::Some(*inner))
}

/// Fails in every way.
#[derive(Debug, rt::ToolError)]
#[tool_error(crate = rt)]
pub enum Failure {
    /// With fields.
    #[tool_error(code = "not_found", message = "no {error} in {field:>width$}", effect = "none")]
    NotFound {
        /// One.
        error: u8,
        /// Two.
        field: u8,
        /// Three.
        width: ::std::primitive::usize,
    },
    /// Without.
    #[tool_error(code = "overloaded", retry_after = "1s", next = "retry")]
    Overloaded,
    /// From elsewhere.
    #[tool_error(transparent)]
    Other(rt::ToolError),
    /// Unmarked.
    Hidden,
}

impl ::std::fmt::Display for Failure {
    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
        f.write_str("failed")
    }
}

impl ::std::error::Error for Failure {}

/// The tools.
#[must_use]
pub fn tools() -> rt::Tools {
    rt::tools![add, sum, pay]
}
