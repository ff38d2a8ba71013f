//! [`Request`]: a call from within the process, before it is made.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;

use serde_json::{Map, Value};

use crate::app::App;
use crate::call::Reply;
use crate::caller::Caller;
use crate::confirmation::Confirmation;
use crate::context::{InProcess, Origin};
use crate::ending::Ending;
use crate::error::{Code, Effect, ToolError};
use crate::meta;

/// A call from within the process, made by [`App::request`] and sent by `.await`.
///
/// ```
/// # use mcp_runtime::{tool, tools, Caller, Code, Server};
/// /// Delete a draft.
/// #[tool(destructive)]
/// async fn delete_draft(number: u32) -> String {
///     format!("deleted {number}")
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let app = Server::new("drafts", "1.0.0").tools(tools![delete_draft]).build()?;
/// let arguments = serde_json::json!({ "number": 7 });
///
/// let refused = app.request("delete_draft", arguments.clone()).await.unwrap_err();
/// assert_eq!(*refused.code(), Code::ConfirmationRequired);
///
/// let anna = Caller::new("anna");
/// app.request("delete_draft", arguments).caller(anna).confirmed().await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a request is sent by `.await`"]
pub struct Request {
    app: App,
    /// The tool's place among the app's, where it has one of this name.
    position: Option<usize>,
    arguments: Value,
    caller: Option<Caller>,
    meta: Map<String, Value>,
    confirmation: Option<Confirmation>,
}

impl Request {
    pub(crate) fn new(app: App, tool: &str, arguments: Value) -> Self {
        let position = app.registry().position(tool);
        let (caller, confirmation) = (None, None);
        Self { app, position, arguments, caller, meta: Map::new(), confirmation }
    }

    /// Who calls. Without it, the local user.
    pub fn caller(mut self, caller: Caller) -> Self {
        self.caller = Some(caller);
        self
    }

    /// The request's `_meta`, as a client would send it, in place of what was there.
    pub fn meta(mut self, meta: Map<String, Value>) -> Self {
        self.meta = meta;
        self
    }

    /// The call's idempotency key: a repeat with the same key and arguments is answered with the
    /// first call's answer. In [`meta`](Self::meta) it stands under
    /// [`IDEMPOTENCY_KEY`](crate::meta::IDEMPOTENCY_KEY).
    pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.meta.insert(meta::IDEMPOTENCY_KEY.to_owned(), Value::String(key.into()));
        self
    }

    /// A person has confirmed this call, or whoever wrote this program has for them. Without it, a
    /// tool that asks for confirmation answers `confirmation_required`.
    pub fn confirmed(mut self) -> Self {
        self.confirmation = Some(Confirmation::Given);
        self
    }

    /// Sends it; `.await` on the request does the same.
    ///
    /// # Errors
    ///
    /// What the call answers where it fails; `not_found` where no tool has the name, and
    /// `invalid_arguments` where the arguments aren't an object.
    pub async fn send(self) -> Result<Reply, ToolError> {
        let refusal = |code, message| ToolError::new(code, message).effect(Effect::None);
        let position =
            self.position.ok_or_else(|| refusal(Code::NotFound, "no tool has this name"))?;
        let Value::Object(arguments) = self.arguments else {
            return Err(refusal(Code::InvalidArguments, "the arguments are not an object"));
        };
        let origin = Origin {
            request: Box::new(InProcess { meta: self.meta, confirmation: self.confirmation }),
            caller: self.caller.unwrap_or_else(Caller::local),
            ending: Ending::default(),
        };
        self.app.registry().call(position, arguments, origin).await
    }
}

impl IntoFuture for Request {
    type Output = Result<Reply, ToolError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tool = self.position.map(|position| self.app.registry().tool(position).name);
        f.debug_struct("Request").field("tool", &tool).finish_non_exhaustive()
    }
}
