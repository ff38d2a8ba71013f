//! [`Answer`]: what a call answered, and what a test asks of it.

mod call;
mod expect;
mod lost;
#[cfg(test)]
mod tests;

use mcp_runtime::{App, Content, Reply, ToolError, ToolInfo};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

pub(crate) use call::Call;
use call::shortened;
pub(crate) use lost::no_answer;

/// What a call answered.
///
/// What reads it gives what is there; what asserts gives the answer back, so that several
/// assertions follow each other. Either panics with the call and its answer where they are
/// otherwise.
///
/// ```
/// # use mcp_runtime::{tool, tools, Code, Effect};
/// # use mcp_testkit::TestServer;
/// # use serde_json::json;
/// # use std::time::Duration;
/// /// Say something, once a minute.
/// #[tool(read_only, rate_limit = "1/1m")]
/// async fn speak(#[arg(length(1..=20))] words: String) -> String {
///     words
/// }
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let server = TestServer::new(tools![speak]);
/// server.call("speak", json!({ "words": "hear, hear" })).await.ok();
///
/// let refused = server.call("speak", json!({ "words": "hear, hear" })).await;
/// refused.is_error(Code::RateLimited).effect(Effect::None).retry_after(Duration::from_mins(1));
/// # }
/// ```
#[derive(Debug)]
pub struct Answer {
    app: App,
    call: Call,
    attempts: u32,
    outcome: Result<Reply, ToolError>,
}

impl Answer {
    pub(crate) fn new(app: App, call: Call, outcome: Result<Reply, ToolError>) -> Self {
        Self { app, call, attempts: 1, outcome }
    }

    /// The same answer, to the attempt of this number.
    pub(crate) fn after(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// What the function returned, read back from the structured result, or from the text of a
    /// tool whose result is text.
    ///
    /// # Panics
    ///
    /// When the call failed, or its result doesn't have this form.
    #[track_caller]
    pub fn data<T: DeserializeOwned>(&self) -> T {
        let data = match self.reply().structured() {
            Some(data) if self.wraps() => data.get("result").cloned().unwrap_or_default(),
            Some(data) => data.clone(),
            None => Value::String(self.text().to_owned()),
        };
        serde_json::from_value(data)
            .unwrap_or_else(|error| self.fail(&format!("is of another form: {error}")))
    }

    /// The first text block: what a model reads.
    ///
    /// # Panics
    ///
    /// When the call failed, or its result shows no text.
    #[track_caller]
    pub fn text(&self) -> &str {
        let text = self.reply().content().iter().find_map(|block| match block {
            Content::Text(text) => Some(text.as_str()),
            _ => None,
        });
        text.unwrap_or_else(|| self.fail("has no text"))
    }

    /// An entry of the result's `_meta`.
    ///
    /// # Panics
    ///
    /// When the call failed, or its result has no such entry.
    #[track_caller]
    pub fn meta(&self, name: &str) -> &Value {
        let entry = self.reply().meta().get(name);
        entry.unwrap_or_else(|| self.fail(&format!("has no `{name}` in its `_meta`")))
    }

    /// The whole reply.
    ///
    /// # Panics
    ///
    /// When the call failed.
    #[track_caller]
    pub fn reply(&self) -> &Reply {
        self.outcome.as_ref().unwrap_or_else(|_| self.fail("was to succeed"))
    }

    /// The error. Over the wire it is what a client can know of it: without the message for the
    /// log.
    ///
    /// # Panics
    ///
    /// When the call succeeded.
    #[track_caller]
    pub fn error(&self) -> &ToolError {
        self.outcome.as_ref().err().unwrap_or_else(|| self.fail("was to fail"))
    }

    /// The outcome, for a test of one's own.
    pub fn outcome(&self) -> &Result<Reply, ToolError> {
        &self.outcome
    }

    /// How many calls it took: one, unless the client was [retrying](crate::As::retrying).
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The id of the trace that the call belongs to.
    pub(crate) fn trace(&self) -> &str {
        &self.call.trace
    }

    pub(crate) fn app(&self) -> &App {
        &self.app
    }

    pub(crate) fn call(&self) -> &Call {
        &self.call
    }

    fn info(&self) -> Option<&ToolInfo> {
        self.app.tools().find(|info| info.name() == self.call.tool)
    }

    fn wraps(&self) -> bool {
        self.info().is_some_and(ToolInfo::wraps_result)
    }

    /// Fails the test: `what` says what is missing, of the result or the error.
    #[track_caller]
    fn fail(&self, what: &str) -> ! {
        panic!("the answer {what}\n{}", self.told())
    }

    /// The call, and what came.
    pub(crate) fn told(&self) -> String {
        let came = match &self.outcome {
            Ok(reply) => {
                let text = reply.content().iter().find_map(|block| match block {
                    Content::Text(text) => Some(text.as_str()),
                    _ => None,
                });
                let shown = json!({
                    "text": text,
                    "structured": reply.structured(),
                    "meta": reply.meta(),
                });
                format!("result: {}", shortened(&shown.to_string()))
            }
            Err(error) => {
                let log = error.developer_message().map(|log| format!("\n   log: {log}"));
                let public = shortened(&error.to_json().to_string());
                format!(" error: {public}{}", log.unwrap_or_default())
            }
        };
        let attempts = if self.attempts > 1 {
            format!(" ({} attempts)", self.attempts)
        } else {
            String::new()
        };
        format!("  call: {}{attempts}\n{came}", self.call)
    }
}
