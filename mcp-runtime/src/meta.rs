//! The names that this crate uses under `_meta`, in one place.

/// The public part of a [`ToolError`](struct@crate::ToolError), on a result with `isError`.
pub const ERROR: &str = "mcp-runtime/error";
/// A tool's stated version, on its entry in `tools/list`.
pub const VERSION: &str = "mcp-runtime/version";

/// W3C trace context, as MCP carries it: bare names.
pub(crate) const TRACEPARENT: &str = "traceparent";
pub(crate) const TRACESTATE: &str = "tracestate";
pub(crate) const BAGGAGE: &str = "baggage";
