//! The public part of an error, read back: for clients.

use std::borrow::Cow;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::ToolError;

impl ToolError {
    /// An error as a client knows it, from what [`to_json`](Self::to_json) gave. `None` for
    /// anything else.
    ///
    /// A word that this version doesn't know counts as unstated, and so does a pause that is no
    /// length of time.
    ///
    /// ```
    /// use mcp_runtime::{Effect, ToolError};
    ///
    /// let sent = ToolError::new("already_paid", "invoice 7 is paid").effect(Effect::None);
    /// let read = ToolError::from_json(&sent.to_json()).unwrap();
    /// assert_eq!(read.code().as_str(), "already_paid");
    /// assert_eq!(read.to_json(), sent.to_json());
    /// ```
    pub fn from_json(public: &Value) -> Option<Self> {
        let text = |name| read::<String>(public, name);
        let mut error = Self::new(text("code")?, text("message")?);
        let fields = &mut *error.0;
        fields.retryable = read(public, "retryable")?;
        let pause = read(public, "retry_after");
        fields.retry_after = pause.and_then(|pause| Duration::try_from_secs_f64(pause).ok());
        fields.effect = read(public, "effect");
        fields.next_action = read(public, "next_action");
        fields.fallback_tool = text("fallback_tool").map(Cow::Owned);
        fields.partial_data = public.get("partial_data").cloned();
        fields.details = public.get("details").cloned();
        fields.correlation_id = text("correlation_id");
        Some(error)
    }
}

/// A field, where there is one of this form.
fn read<'a, T: Deserialize<'a>>(public: &'a Value, name: &str) -> Option<T> {
    T::deserialize(public.get(name)?).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::error::{Code, Effect, NextAction};

    #[test]
    fn what_was_sent_is_read_back() {
        let mut full = ToolError::new(Code::RateLimited, "slow down")
            .retry_after(Duration::from_millis(1_250))
            .effect(Effect::None)
            .fallback_tool("other")
            .partial_data(json!([1]))
            .details(json!({ "limit": 5 }));
        full.0.correlation_id = Some("id".into());
        let mut all = vec![full, ToolError::new("app_code", "no")];
        for effect in [Effect::None, Effect::Applied, Effect::Unknown] {
            all.push(ToolError::new(Code::Conflict, "no").effect(effect));
        }
        for action in [
            NextAction::Retry,
            NextAction::Fallback,
            NextAction::Escalate,
            NextAction::Continue,
            NextAction::Stop,
        ] {
            all.push(ToolError::new(Code::Conflict, "no").next_action(action));
        }
        for sent in all {
            let read = ToolError::from_json(&sent.to_json()).unwrap();
            assert_eq!(read.to_json(), sent.to_json());
            assert_eq!(read.stated_retry_after(), sent.stated_retry_after());
            assert_eq!(read.stated_effect(), sent.stated_effect());
            assert_eq!(read.correlation_id(), sent.correlation_id());
        }
    }

    #[test]
    fn what_is_no_error_is_none() {
        let mut odd = json!({ "code": "x", "message": "y", "retryable": true, "effect": "odd" });
        odd["retry_after"] = json!(-1.0);
        let read = ToolError::from_json(&odd).unwrap();
        assert_eq!((read.stated_retry_after(), read.stated_effect()), (None, None));
        for other in [
            json!(null),
            json!([]),
            json!({ "message": "y", "retryable": false }),
            json!({ "code": 7, "message": "y", "retryable": false }),
            json!({ "code": "x", "message": "y" }),
        ] {
            assert!(ToolError::from_json(&other).is_none(), "{other}");
        }
    }
}
