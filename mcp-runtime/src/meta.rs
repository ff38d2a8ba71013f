//! The names that this crate uses under `_meta`, in one place.

/// The public part of a [`ToolError`](struct@crate::ToolError), on a result with `isError`.
pub const ERROR: &str = "mcp-runtime/error";
/// The tool that answered instead of the one that was called, on its result.
pub const FALLBACK: &str = "mcp-runtime/fallback";
/// A tool's stated version, on its entry in `tools/list`.
pub const VERSION: &str = "mcp-runtime/version";
/// How old a result from the cache is, in whole seconds. A result that was made for its call has
/// none.
pub const AGE: &str = "mcp-runtime/age";
/// Why a result is older than its tool wants it to be: `refreshing` while a newer one is being
/// made, else the code of the failure that prevented a newer one.
pub const STALE: &str = "mcp-runtime/stale";

/// The key of an idempotent call, on its request: 1 to 255 characters, none of them a control
/// character. Over HTTP the header `Idempotency-Key` does the same.
pub const IDEMPOTENCY_KEY: &str = "mcp-runtime/idempotency-key";
/// The id of the call that was carried out, on the answer to a later one with the same key: it is
/// that call's answer, given again, or what the tool itself found out that it had done.
pub const REPLAYED: &str = "mcp-runtime/replayed";
/// `true` on the answer of an idempotent tool to a call without a key: a repeat of it is another
/// call.
pub const UNKEYED: &str = "mcp-runtime/unkeyed";

/// W3C trace context, as MCP carries it: bare names.
pub(crate) const TRACEPARENT: &str = "traceparent";
pub(crate) const TRACESTATE: &str = "tracestate";
pub(crate) const BAGGAGE: &str = "baggage";
