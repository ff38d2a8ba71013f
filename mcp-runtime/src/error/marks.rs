//! What a failed call's result says in its `_meta`, besides the error itself.

use serde_json::{Map, Value};

use super::ToolError;

impl ToolError {
    /// What the result's `_meta` says besides the error: that it is a replay, or that the call had
    /// no idempotency key. See [`meta`](crate::meta).
    pub fn meta(&self) -> &Map<String, Value> {
        &self.0.meta
    }

    pub(crate) fn with_meta(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.meta.insert(name.to_owned(), value.into());
        self
    }
}
