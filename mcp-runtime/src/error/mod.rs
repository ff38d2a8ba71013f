//! What goes wrong: [`ToolError`] for one call, [`Error`] for a server that cannot start or serve.

mod code;
mod kept;
mod marks;
mod read;
mod rewrite;
mod start;

use std::any::Any;
use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::access::Denied;
use crate::confirmation::Question;
pub use code::{Code, Effect, NextAction};
pub(crate) use kept::KeptError;
pub use start::Error;

/// A failed call, in terms that tell a model what to do.
///
/// The *public* part travels: as JSON in the result's text, and under
/// [`meta::ERROR`](crate::meta::ERROR) in its `_meta`. The *developer message* is logged, with the
/// call's correlation id, and never leaves the process.
///
/// ```
/// use mcp_runtime::{Effect, ToolError};
/// use std::time::Duration;
///
/// let error = ToolError::new("backend_unavailable", "the bank does not answer")
///     .retry_after(Duration::from_secs(30))
///     .effect(Effect::None);
/// assert_eq!(
///     error.to_json(),
///     serde_json::json!({
///         "code": "backend_unavailable",
///         "message": "the bank does not answer",
///         "retryable": true,
///         "retry_after": 30,
///         "effect": "none",
///         "next_action": "retry",
///     }),
/// );
/// ```
///
/// An error enum becomes one by `#[derive(ToolError)]`; any other error by
/// [`ToolError::internal`].
#[derive(Clone)]
pub struct ToolError(Box<Fields>);

#[derive(Clone)]
struct Fields {
    code: Code,
    message: Cow<'static, str>,
    retryable: bool,
    retry_after: Option<Duration>,
    effect: Option<Effect>,
    next_action: Option<NextAction>,
    fallback_tool: Option<Cow<'static, str>>,
    partial_data: Option<Value>,
    details: Option<Value>,
    correlation_id: Option<String>,
    developer: Option<String>,
    /// This server had no room: nothing that it depends on was asked.
    shed: bool,
    edge: Option<ForEdge>,
    /// What the result's `_meta` says besides the error.
    meta: Map<String, Value>,
}

/// What the edge makes more of than a result with an error.
#[derive(Clone)]
enum ForEdge {
    /// A status and a challenge, where the transport has them.
    Denied(Box<Denied>),
    /// A question to a person, where the client can ask.
    Question(Box<Question>),
}

impl ToolError {
    /// An error with a code and a message for the model.
    ///
    /// Say what is wrong and what to do about it; never put internals into `message`.
    pub fn new(code: impl Into<Code>, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Fields {
            code: code.into(),
            message: message.into(),
            retryable: false,
            retry_after: None,
            effect: None,
            next_action: None,
            fallback_tool: None,
            partial_data: None,
            details: None,
            correlation_id: None,
            developer: None,
            shed: false,
            edge: None,
            meta: Map::new(),
        }))
    }

    /// A fault whose detail is for the log alone: the model learns that it happened, and the
    /// correlation id to report.
    pub fn internal(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::internal_from(&*error.into())
    }

    /// [`internal`](Self::internal) for a borrowed error.
    pub fn internal_from(error: &(dyn StdError + 'static)) -> Self {
        Self::fault(chain(error))
    }

    /// What becomes of a panic: its message is for the log.
    pub(crate) fn panicked(panic: &(dyn Any + Send)) -> Self {
        let text = panic.downcast_ref::<&str>().copied();
        let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        Self::fault(format!("panicked: {}", text.unwrap_or("no message")))
    }

    /// A fault of the server that only the log explains.
    pub(crate) fn fault(developer: impl Into<String>) -> Self {
        Self::new(Code::Internal, "the server failed to carry out this call")
            .next_action(NextAction::Escalate)
            .developer(developer)
    }

    /// The error of a call that this server has no room for, before anything ran.
    pub(crate) fn shed(message: impl Into<Cow<'static, str>>, pause: Duration) -> Self {
        let mut error =
            Self::new(Code::Overloaded, message).retry_after(pause).effect(Effect::None);
        error.0.shed = true;
        error
    }

    /// Whether [`shed`](Self::shed) made it.
    pub(crate) fn is_shed(&self) -> bool {
        self.0.shed
    }

    /// Lets the edge answer with a status and a challenge.
    pub(crate) fn denied(mut self, denied: Denied) -> Self {
        self.0.edge = Some(ForEdge::Denied(Box::new(denied)));
        self
    }

    pub(crate) fn as_denied(&self) -> Option<&Denied> {
        match &self.0.edge {
            Some(ForEdge::Denied(denied)) => Some(denied),
            _ => None,
        }
    }

    /// Lets the edge ask a person.
    pub(crate) fn question(mut self, question: Question) -> Self {
        self.0.edge = Some(ForEdge::Question(Box::new(question)));
        self
    }

    pub(crate) fn as_question(&self) -> Option<&Question> {
        match &self.0.edge {
            Some(ForEdge::Question(question)) => Some(question),
            _ => None,
        }
    }

    /// The same call may succeed later.
    #[must_use]
    pub fn retryable(mut self) -> Self {
        self.0.retryable = true;
        self
    }

    /// The same call may succeed after this long; implies [`retryable`](Self::retryable).
    #[must_use]
    pub fn retry_after(mut self, pause: Duration) -> Self {
        self.0.retry_after = Some(pause);
        self.retryable()
    }

    /// What the call left behind. Unstated, it is [`Effect::None`] on a read-only tool and
    /// [`Effect::Unknown`] on any other.
    #[must_use]
    pub fn effect(mut self, effect: Effect) -> Self {
        self.0.effect = Some(effect);
        self
    }

    /// States an effect where none is stated.
    pub(crate) fn unless_stated(mut self, effect: Effect) -> Self {
        self.0.effect.get_or_insert(effect);
        self
    }

    /// What the model should do. Unstated, it is [`NextAction::Retry`] for a retryable error and
    /// left out for any other.
    #[must_use]
    pub fn next_action(mut self, action: NextAction) -> Self {
        self.0.next_action = Some(action);
        self
    }

    /// The tool to use instead; implies [`NextAction::Fallback`] unless an action is stated.
    #[must_use]
    pub fn fallback_tool(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.0.fallback_tool = Some(name.into());
        self.0.next_action.get_or_insert(NextAction::Fallback);
        self
    }

    /// What could be found out before the failure.
    #[must_use]
    pub fn partial_data(mut self, data: Value) -> Self {
        self.0.partial_data = Some(data);
        self
    }

    /// Facts for a program: violations, limits, missing scopes.
    #[must_use]
    pub fn details(mut self, details: Value) -> Self {
        self.0.details = Some(details);
        self
    }

    /// A message for the log, never sent.
    #[must_use]
    pub fn developer(mut self, message: impl Into<String>) -> Self {
        self.0.developer = Some(message.into());
        self
    }

    /// Takes the text of `error` and of its sources as the developer message.
    #[must_use]
    pub fn caused_by(self, error: &(dyn StdError + 'static)) -> Self {
        self.developer(chain(error))
    }

    /// The code.
    pub fn code(&self) -> &Code {
        &self.0.code
    }

    /// The message for the model.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Whether the same call may succeed later.
    pub fn is_retryable(&self) -> bool {
        self.0.retryable
    }

    /// The pause after which the same call may succeed, where that was stated.
    pub fn stated_retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// What the call left behind, where that was stated.
    pub fn stated_effect(&self) -> Option<Effect> {
        self.0.effect
    }

    /// The facts for a program.
    #[cfg(feature = "http")]
    pub(crate) fn stated_details(&self) -> Option<&Value> {
        self.0.details.as_ref()
    }

    /// The message for the log.
    pub fn developer_message(&self) -> Option<&str> {
        self.0.developer.as_deref()
    }

    /// The id under which the server's log holds the detail, where the server is at fault.
    pub fn correlation_id(&self) -> Option<&str> {
        self.0.correlation_id.as_deref()
    }

    /// The public part, as it travels. `retry_after` is in seconds.
    pub fn to_json(&self) -> Value {
        // The public part holds strings, numbers and values only, so this cannot fail.
        serde_json::to_value(self).unwrap_or_default()
    }

    /// Takes back the hope that the same call may succeed, and says why after the message. A
    /// stated way out, by a fallback tool or a person, stays.
    pub(crate) fn make_final(&mut self, advice: &str) {
        let fields = &mut *self.0;
        fields.retryable = false;
        fields.retry_after = None;
        let message = fields.message.trim_end_matches('.');
        fields.message = Cow::Owned(format!("{message}; {advice}"));
        if !matches!(fields.next_action, Some(NextAction::Fallback | NextAction::Escalate)) {
            let action =
                if fields.code.is_fault() { NextAction::Escalate } else { NextAction::Stop };
            fields.next_action = Some(action);
        }
    }

    /// Fills in what the error itself left open, once, as it leaves the pipeline.
    pub(crate) fn settle(&mut self, read_only: bool, correlation_id: &str) {
        let unstated = if read_only { Effect::None } else { Effect::Unknown };
        self.0.effect.get_or_insert(unstated);
        if self.0.code.is_fault() {
            self.0.correlation_id.get_or_insert_with(|| correlation_id.to_owned());
        }
    }
}

impl Serialize for ToolError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Fields { code, message, retryable, retry_after, effect, next_action, .. } = &*self.0;
        let Fields { fallback_tool, partial_data, details, correlation_id, .. } = &*self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("code", code)?;
        map.serialize_entry("message", message)?;
        map.serialize_entry("retryable", retryable)?;
        if let Some(pause) = retry_after {
            if pause.subsec_nanos() == 0 {
                map.serialize_entry("retry_after", &pause.as_secs())?;
            } else {
                map.serialize_entry("retry_after", &pause.as_secs_f64())?;
            }
        }
        optional(&mut map, "effect", effect.as_ref())?;
        let implied = retryable.then_some(NextAction::Retry);
        optional(&mut map, "next_action", next_action.or(implied).as_ref())?;
        optional(&mut map, "fallback_tool", fallback_tool.as_ref())?;
        optional(&mut map, "partial_data", partial_data.as_ref())?;
        optional(&mut map, "details", details.as_ref())?;
        optional(&mut map, "correlation_id", correlation_id.as_ref())?;
        map.end()
    }
}

fn optional<M: SerializeMap>(
    map: &mut M,
    key: &'static str,
    value: Option<&impl Serialize>,
) -> Result<(), M::Error> {
    value.map_or(Ok(()), |value| map.serialize_entry(key, value))
}

impl fmt::Display for ToolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.code, self.0.message)
    }
}

impl fmt::Debug for ToolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToolError")
            .field("public", &self.to_json())
            .field("developer", &self.0.developer)
            .finish()
    }
}

impl StdError for ToolError {}

/// What a tool's `E` must be: anything that converts into a [`ToolError`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be turned into a tool error",
    label = "this error has no conversion into `ToolError`",
    note = "add `#[derive(mcp_runtime::ToolError)]` to `{Self}`, or map it: `.map_err(mcp_runtime::ToolError::internal)`"
)]
pub trait IntoToolError {
    /// The conversion.
    fn into_tool_error(self) -> ToolError;
}

#[diagnostic::do_not_recommend]
impl<E: Into<ToolError>> IntoToolError for E {
    fn into_tool_error(self) -> ToolError {
        self.into()
    }
}

/// `error: source: its source`, bounded against circular chains, without repeating a text that a
/// level already contains (as `#[error("…: {0}")]` does).
pub(crate) fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    for _ in 0..16 {
        let Some(error) = source else { break };
        let next = error.to_string();
        if !text.ends_with(&next) {
            text.push_str(": ");
            text.push_str(&next);
        }
        source = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("no connection")]
    struct Inner;

    #[derive(Debug, thiserror::Error)]
    #[error("query failed")]
    struct Outer(#[source] Inner);

    #[test]
    fn internal_errors_keep_their_detail_from_the_model() {
        let error = ToolError::internal(Outer(Inner));
        assert_eq!(error.developer_message(), Some("query failed: no connection"));
        assert!(!error.to_json().to_string().contains("query"));
    }

    #[test]
    fn effect_is_none_on_reads_and_unknown_on_writes_unless_stated() {
        for (read_only, expected) in [(true, Effect::None), (false, Effect::Unknown)] {
            let mut error = ToolError::new("x_failed", "no");
            error.settle(read_only, "id");
            assert_eq!(error.stated_effect(), Some(expected));
        }
        let mut stated = ToolError::new("x_failed", "no").effect(Effect::Applied);
        stated.settle(true, "id");
        assert_eq!(stated.stated_effect(), Some(Effect::Applied));
    }

    #[test]
    fn faults_carry_a_correlation_id() {
        for (code, expected) in
            [("not_found", None), ("timeout", Some("id")), ("internal", Some("id"))]
        {
            let mut error = ToolError::new(code, "no");
            error.settle(true, "id");
            assert_eq!(error.correlation_id(), expected, "{code}");
        }
    }

    #[test]
    fn codes_round_trip() {
        assert_eq!(Code::from("not_found"), Code::NotFound);
        assert_eq!(Code::from("already_paid").as_str(), "already_paid");
    }
}
