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

/// W3C trace context, as MCP carries it: bare names.
pub(crate) const TRACEPARENT: &str = "traceparent";
pub(crate) const TRACESTATE: &str = "tracestate";
pub(crate) const BAGGAGE: &str = "baggage";
