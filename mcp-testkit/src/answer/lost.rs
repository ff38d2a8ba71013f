//! What a caller knows of a call that no answer came to.

use std::borrow::Cow;

use mcp_runtime::{Effect, ToolError};

/// Of a call that nobody knows anything about.
const NO_ANSWER: &str = "no_answer";

/// What a client makes of a connection that broke: the call may have had its effect.
pub(crate) fn no_answer(why: impl Into<Cow<'static, str>>) -> ToolError {
    ToolError::new(NO_ANSWER, why).effect(Effect::Unknown).retryable()
}
