//! Which trace a call belongs to, by the client's word.

use serde_json::Value;

use super::origin::ClientRequest;
use crate::meta;

/// W3C trace context, as MCP carries it in `_meta`.
///
/// The values are the client's; a `traceparent` that isn't well formed is left out, as the W3C
/// recommendation demands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceContext {
    /// `version-trace_id-parent_id-flags`, in lowercase hex.
    pub traceparent: String,
    /// Vendors' additions.
    pub tracestate: Option<String>,
    /// Application's own entries.
    pub baggage: Option<String>,
}

impl TraceContext {
    pub(super) fn of(request: &dyn ClientRequest) -> Option<Self> {
        let text = |name| request.entry(name).and_then(Value::as_str).map(str::to_owned);
        let traceparent = text(meta::TRACEPARENT).filter(|value| well_formed(value))?;
        Some(Self { traceparent, tracestate: text(meta::TRACESTATE), baggage: text(meta::BAGGAGE) })
    }

    /// The second part of the `traceparent`: what traces are looked up by.
    pub fn trace_id(&self) -> &str {
        self.traceparent.split('-').nth(1).unwrap_or_default()
    }
}

/// W3C Trace Context, level 1, section 3.2.2.
fn well_formed(traceparent: &str) -> bool {
    let mut parts = traceparent.split('-');
    let mut hex = |length: usize| {
        parts.next().is_some_and(|part| {
            part.len() == length
                && part.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
                && (length == 2 || part.bytes().any(|b| b != b'0'))
        })
    };
    let fields = hex(2) && hex(32) && hex(16) && hex(2);
    fields
        && !traceparent.starts_with("ff")
        && (parts.next().is_none() || !traceparent.starts_with("00"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traceparent_is_checked() {
        assert!(well_formed("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
        for bad in [
            "",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
        ] {
            assert!(!well_formed(bad), "{bad}");
        }
        let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned();
        let trace = TraceContext { traceparent, tracestate: None, baggage: None };
        assert_eq!(trace.trace_id(), "0af7651916cd43dd8448eb211c80319c");
    }
}
