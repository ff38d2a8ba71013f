//! The policies: one room each, a tower [`Layer`](tower::Layer) and its service over
//! [`ToolCall`](crate::ToolCall).
//!
//! A room has three parts, as [`timeout`] shows: a `…Layer` that holds the setting of one tool, a
//! service that wraps the rest of the pipeline, and tests that fail when its rule is broken.
//! Rooms know the call and the error, never each other and never the protocol. Which of them a
//! tool uses, and in which order, is [`stack`]'s business alone.

pub(crate) mod cancel;
pub(crate) mod contain;
pub(crate) mod stack;
pub(crate) mod timeout;
pub(crate) mod trace;
pub(crate) mod validation;

use std::pin::Pin;

use crate::call::Reply;
use crate::error::ToolError;

/// What every service of the pipeline answers.
pub(crate) type Outcome = Result<Reply, ToolError>;

/// A call on its way, where a service has no future of its own to name.
pub(crate) type Running = Pin<Box<dyn Future<Output = Outcome> + Send>>;
