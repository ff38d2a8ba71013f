//! Tests for tools that are built with [`mcp_runtime`]: in memory, typed, without a network.
//!
//! [`TestServer`] runs each call through the same pipeline as a served one: validation, deadline,
//! layers, panics. What it leaves out is the protocol.
//!
//! ```
//! use mcp_runtime::{tool, tools, Code, State};
//! use mcp_testkit::TestServer;
//! use serde_json::json;
//!
//! #[derive(Clone)]
//! struct Stock(u32);
//!
//! /// Count what is left.
//! #[tool(read_only)]
//! async fn left(
//!     #[arg(range(1..))] sold: u32,
//!     State(stock): State<Stock>,
//! ) -> u32 {
//!     stock.0 - sold
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let server = TestServer::new(tools![left]).state(Stock(10));
//! assert_eq!(server.call("left", json!({ "sold": 4 })).await.data::<u32>(), 6);
//!
//! let refused = server.call("left", json!({ "sold": 0 })).await;
//! assert_eq!(*refused.error().code(), Code::InvalidArguments);
//! # }
//! ```

use std::sync::{Mutex, OnceLock, PoisonError};

use mcp_runtime::{App, Caller, Content, Reply, Server, Stats, ToolError, ToolInfo, Tools};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// The most records that a test looks at.
const RECORDS: usize = 10_000;

/// A server in memory, for tests.
///
/// It is checked at its first use. Whatever is wrong with it, or with how it is used, panics with
/// a message that says so: that is what fails a test.
#[derive(Debug)]
pub struct TestServer {
    /// Until the first use.
    server: Mutex<Option<Server>>,
    app: OnceLock<App>,
}

impl From<Server> for TestServer {
    /// Tests a server as `main` puts it together.
    fn from(server: Server) -> Self {
        Self { server: Mutex::new(Some(server)), app: OnceLock::new() }
    }
}

impl TestServer {
    /// A server with these tools and nothing else.
    pub fn new(tools: Tools) -> Self {
        Server::new("test", "0.0.0").tools(tools).into()
    }

    /// Gives the server a state that its tools take.
    ///
    /// # Panics
    ///
    /// When the server has been used already.
    #[must_use]
    pub fn state<T: Clone + Send + Sync + 'static>(self, state: T) -> Self {
        self.configure(|server| server.state(state))
    }

    /// Changes the server in any other way: a layer, a timeout.
    ///
    /// ```
    /// # use mcp_runtime::tools;
    /// # use mcp_testkit::TestServer;
    /// # use std::time::Duration;
    /// let server = TestServer::new(tools![]).configure(|s| s.timeout(Duration::from_millis(5)));
    /// ```
    ///
    /// # Panics
    ///
    /// When the server has been used already.
    #[must_use]
    pub fn configure(self, change: impl FnOnce(Server) -> Server) -> Self {
        change(self.take()).into()
    }

    /// The tools, as the server knows them.
    ///
    /// # Panics
    ///
    /// When the server can't start.
    pub fn list(&self) -> impl Iterator<Item = &ToolInfo> {
        self.app().tools()
    }

    /// Calls a tool as the local user, with anything that serialises to a JSON object.
    ///
    /// # Panics
    ///
    /// When the server can't start, or has no tool of this name.
    pub async fn call(&self, tool: &str, arguments: impl Serialize) -> Answer {
        self.as_caller(&Caller::local()).call(tool, arguments).await
    }

    /// The same server, as `caller` sees it.
    ///
    /// ```
    /// # use mcp_runtime::{tool, tools, Caller, Code};
    /// # use mcp_testkit::TestServer;
    /// # use serde_json::json;
    /// /// Read the minutes.
    /// #[tool(scope = "read:minutes")]
    /// async fn minutes() -> &'static str {
    ///     "all agreed"
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let server = TestServer::new(tools![minutes]);
    /// let anna = Caller::new("anna").with_scope("read:minutes")?;
    /// assert_eq!(server.as_caller(&anna).call("minutes", json!({})).await.text(), "all agreed");
    ///
    /// let eve = Caller::new("eve");
    /// assert_eq!(server.as_caller(&eve).list().count(), 0);
    /// let refused = server.as_caller(&eve).call("minutes", json!({})).await;
    /// assert_eq!(refused.error().code(), &Code::InsufficientScope);
    /// # Ok(())
    /// # }
    /// ```
    pub fn as_caller(&self, caller: &Caller) -> As<'_> {
        As { server: self, caller: caller.clone(), confirmed: false }
    }

    /// What the policies have decided so far.
    ///
    /// # Panics
    ///
    /// When the server can't start.
    pub fn stats(&self) -> &Stats {
        self.app().stats()
    }

    /// The newest records of the audit log, the oldest of them first.
    ///
    /// # Panics
    ///
    /// When the server can't start, or its audit log is off.
    pub fn audit(&self) -> Vec<Value> {
        self.app().audit(RECORDS).unwrap_or_else(|error| panic!("{error}"))
    }

    fn take(&self) -> Server {
        let server = self.server.lock().unwrap_or_else(PoisonError::into_inner).take();
        server.unwrap_or_else(|| panic!("the server has been used already: configure it before"))
    }

    fn app(&self) -> &App {
        self.app.get_or_init(|| self.take().build().unwrap_or_else(|error| panic!("{error}")))
    }
}

/// A server as one caller sees it.
#[derive(Clone, Debug)]
pub struct As<'a> {
    server: &'a TestServer,
    caller: Caller,
    confirmed: bool,
}

impl As<'_> {
    /// The tools that the caller is shown: those that it may call with some arguments.
    ///
    /// # Panics
    ///
    /// When the server can't start.
    pub fn list(&self) -> impl Iterator<Item = &ToolInfo> {
        self.server.app().tools_for(&self.caller)
    }

    /// The same caller, and a person who says yes to each call that asks for it. Without it, a
    /// `destructive` tool answers `confirmation_required`.
    ///
    /// ```
    /// # use mcp_runtime::{tool, tools, Caller, Code};
    /// # use mcp_testkit::TestServer;
    /// # use serde_json::json;
    /// /// Delete a draft.
    /// #[tool(destructive)]
    /// async fn delete_draft(number: u32) {}
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let server = TestServer::new(tools![delete_draft]);
    /// let person = server.as_caller(&Caller::local());
    /// let asked = person.call("delete_draft", json!({ "number": 7 })).await;
    /// assert_eq!(asked.error().code(), &Code::ConfirmationRequired);
    ///
    /// let done = person.confirmed().call("delete_draft", json!({ "number": 7 })).await;
    /// assert!(done.outcome().is_ok());
    /// # }
    /// ```
    #[must_use]
    pub fn confirmed(mut self) -> Self {
        self.confirmed = true;
        self
    }

    /// Calls a tool, with anything that serialises to a JSON object.
    ///
    /// # Panics
    ///
    /// When the server can't start, or has no tool of this name.
    pub async fn call(&self, tool: &str, arguments: impl Serialize) -> Answer {
        let arguments = json!(arguments);
        let app = self.server.app();
        let info = app.tools().find(|info| info.name() == tool);
        let Some(info) = info else { panic!("the server has no tool `{tool}`") };
        let wrapped = info.wraps_result();
        let request = app.request(tool, arguments).caller(self.caller.clone());
        let outcome = if self.confirmed { request.confirmed() } else { request }.await;
        Answer { tool: tool.to_owned(), wrapped, outcome }
    }
}

/// What a call answered.
#[derive(Debug)]
pub struct Answer {
    tool: String,
    wrapped: bool,
    outcome: Result<Reply, ToolError>,
}

impl Answer {
    /// What the function returned, read back from the structured result, or from the text of a
    /// tool whose result is text.
    ///
    /// # Panics
    ///
    /// When the call failed, or its result doesn't have this form.
    #[track_caller]
    pub fn data<T: DeserializeOwned>(&self) -> T {
        let reply = self.reply();
        let data = match reply.structured() {
            Some(data) if self.wrapped => data.get("result").cloned().unwrap_or_default(),
            Some(data) => data.clone(),
            None => Value::String(self.text().to_owned()),
        };
        serde_json::from_value(data).unwrap_or_else(|error| {
            panic!("the result of `{}` is of another form: {error}", self.tool)
        })
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
        text.unwrap_or_else(|| panic!("the result of `{}` has no text", self.tool))
    }

    /// The whole reply.
    ///
    /// # Panics
    ///
    /// When the call failed.
    #[track_caller]
    pub fn reply(&self) -> &Reply {
        match &self.outcome {
            Ok(reply) => reply,
            Err(error) => panic!("`{}` failed: {error:?}", self.tool),
        }
    }

    /// The error.
    ///
    /// # Panics
    ///
    /// When the call succeeded.
    #[track_caller]
    pub fn error(&self) -> &ToolError {
        match &self.outcome {
            Ok(reply) => panic!("`{}` succeeded: {reply:?}", self.tool),
            Err(error) => error,
        }
    }

    /// The outcome, for a test of one's own.
    pub fn outcome(&self) -> &Result<Reply, ToolError> {
        &self.outcome
    }
}
