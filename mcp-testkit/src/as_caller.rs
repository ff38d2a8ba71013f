//! [`As`]: a server as one caller sees it.

use std::fmt;

use mcp_runtime::{Caller, Code, Effect, ToolError, ToolInfo};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::answer::Call;
use crate::{Answer, ListedTool, Mode, Retrying, TestServer};

/// Where the key of an idempotent call travels in its `_meta`.
const KEY: &str = "mcp-runtime/idempotency-key";
/// Where the trace of a call travels there.
const TRACEPARENT: &str = "traceparent";

/// A server as one caller sees it: made by [`TestServer::as_caller`].
#[derive(Clone)]
pub struct As<'a> {
    server: &'a TestServer,
    caller: Caller,
    person: bool,
    meta: Map<String, Value>,
}

impl<'a> As<'a> {
    pub(crate) fn new(server: &'a TestServer, caller: Caller) -> Self {
        Self { server, caller, person: false, meta: Map::new() }
    }

    /// The tools that the caller may call with some arguments, as the server knows them, whatever
    /// the mode. What the caller is shown over it is in [`listed`](Self::listed).
    ///
    /// # Panics
    ///
    /// When the server can't start.
    #[track_caller]
    pub fn list(&self) -> impl Iterator<Item = &ToolInfo> {
        self.server.app().tools_for(&self.caller)
    }

    /// The tools as `tools/list` shows them to the caller.
    ///
    /// ```
    /// # use mcp_runtime::{tool, tools};
    /// # use mcp_testkit::{Mode, TestServer, caller};
    /// /// Read the minutes.
    /// #[tool(scope = "read:minutes")]
    /// async fn minutes() -> &'static str {
    ///     "all agreed"
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let server = TestServer::new(tools![minutes]).mode(Mode::Http);
    /// let shown = server.as_caller(caller("anna").scope("read:minutes")).listed().await;
    /// assert_eq!(shown[0].name(), "minutes");
    /// assert!(server.as_caller(caller("eve")).listed().await.is_empty());
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// When the server can't start, or doesn't answer.
    pub async fn listed(&self) -> Vec<ListedTool> {
        if self.server.way_in() == Mode::Typed {
            let running = self.server.running();
            return self.list().map(|tool| ListedTool::new(running.listed(tool))).collect();
        }
        let tools = self.server.connections.list(self.server, &self.caller, self.person).await;
        tools.into_iter().map(ListedTool::new).collect()
    }

    /// The same caller, and a person who says yes to each call that asks for it. Without it, a
    /// `destructive` tool answers `confirmation_required`.
    ///
    /// On the wire the person sits at the client: it declares that it can ask, is asked, and
    /// answers.
    ///
    /// ```
    /// # use mcp_runtime::{tool, tools, Code};
    /// # use mcp_testkit::{TestServer, local};
    /// # use serde_json::json;
    /// /// Delete a draft.
    /// #[tool(destructive)]
    /// async fn delete_draft(number: u32) {}
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let server = TestServer::new(tools![delete_draft]);
    /// let person = server.as_caller(local());
    /// let asked = person.call("delete_draft", json!({ "number": 7 })).await;
    /// asked.is_error(Code::ConfirmationRequired);
    ///
    /// person.confirmed().call("delete_draft", json!({ "number": 7 })).await.ok();
    /// # }
    /// ```
    #[must_use]
    pub fn confirmed(&self) -> Self {
        Self { person: true, ..self.clone() }
    }

    /// The same caller, whose calls carry this idempotency key.
    #[must_use]
    pub fn key(&self, key: impl Into<String>) -> Self {
        self.meta(KEY, key.into())
    }

    /// The same caller, whose calls carry one more entry in their `_meta`.
    #[must_use]
    pub fn meta(&self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        let mut more = self.clone();
        more.meta.insert(name.into(), value.into());
        more
    }

    /// The same caller with a well-behaved client, which repeats what failed and may be repeated.
    #[must_use]
    pub fn retrying(&self) -> Retrying<'a> {
        Retrying::new(self.clone())
    }

    /// Calls a tool, with anything that serialises to a JSON object.
    ///
    /// # Panics
    ///
    /// When the server can't start, has no tool of this name, or can't be connected to.
    #[track_caller]
    pub fn call(
        &self,
        tool: &str,
        arguments: impl Serialize,
    ) -> impl Future<Output = Answer> + Send {
        self.clone().prepared(tool, &arguments).send()
    }

    /// The call, with all that can be wrong about it told here, where the test's own line is known.
    #[track_caller]
    pub(crate) fn prepared(mut self, tool: &str, arguments: &impl Serialize) -> Prepared<'a> {
        let info = self.server.find(tool);
        let arguments = json!(arguments);
        let trace = traced(&mut self.meta);
        let call = Call::new(info, &arguments, &self.caller, self.server.way_in(), trace);
        Prepared { caller: self, info, arguments, call }
    }

    pub(crate) fn has_key(&self) -> bool {
        self.meta.contains_key(KEY)
    }
}

/// The id of a call's trace, which is a new one unless the test gave one: by it the call's records
/// are found, on every way in. It looks as the W3C wants it (Trace Context, level 1, 3.2.2), so that
/// a server takes it for any client's.
fn traced(meta: &mut Map<String, Value>) -> String {
    let new = || {
        let (trace, span) = (fastrand::u128(1..), fastrand::u64(1..));
        format!("00-{trace:032x}-{span:016x}-01").into()
    };
    let traceparent = meta.entry(TRACEPARENT).or_insert_with(new);
    let id = traceparent.as_str().and_then(|text| text.split('-').nth(1));
    id.unwrap_or_default().to_owned()
}

/// A call that can be made.
#[derive(Clone)]
pub(crate) struct Prepared<'a> {
    caller: As<'a>,
    info: &'a ToolInfo,
    arguments: Value,
    call: Call,
}

impl Prepared<'_> {
    pub(crate) async fn send(self) -> Answer {
        let Self { caller: As { server, caller, person, meta }, info, arguments, call } = self;
        let (running, mode) = (server.running(), server.way_in());
        #[cfg(test)]
        let (caller, meta) = match &server.patch {
            Some(patch) => ((patch.caller)(caller), (patch.meta)(meta)),
            None => (caller, meta),
        };
        let make = async || match mode {
            Mode::Typed if running.conceals(info, &caller) => Err(concealed()),
            Mode::Typed => {
                let request = running.app().request(info.name(), arguments.clone());
                let request = request.caller(caller.clone()).meta(meta);
                if person { request.confirmed().await } else { request.await }
            }
            _ => {
                let Value::Object(arguments) = arguments.clone() else {
                    panic!("{call}: a client can only send an object")
                };
                let client = server.connections.client(server, &caller, person).await;
                client.call(info, arguments, meta).await
            }
        };
        let outcome = match &server.faults {
            Some(faults) => faults.around_call(info.name(), &arguments, &caller, make).await,
            None => make().await,
        };
        #[cfg(test)]
        let outcome = match &server.patch {
            Some(patch) => (patch.outcome)(outcome).await,
            None => outcome,
        };
        Answer::new(running.app().clone(), call, outcome)
    }
}

impl fmt::Debug for As<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("As")
            .field("caller", &self.caller)
            .field("confirmed", &self.person)
            .finish_non_exhaustive()
    }
}

/// What a call to a concealed tool gets where there is no protocol to say it.
fn concealed() -> ToolError {
    ToolError::new(Code::NotFound, "unknown tool").effect(Effect::None)
}
