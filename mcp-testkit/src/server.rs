//! [`TestServer`]: a server in memory.

use std::borrow::Borrow;
use std::sync::{Mutex, OnceLock, PoisonError};

use mcp_runtime::private::InMemory;
use mcp_runtime::{App, Caller, Server, ToolInfo, Tools};
use serde::Serialize;

use crate::runs::Runs;
use crate::wire::Connections;
use crate::{Answer, As, Faults, ListedTool, Log, Metrics, Mode, Time};

/// A server in memory, for tests.
///
/// It is checked at its first use. Whatever is wrong with it, or with how it is used, panics with
/// a message that says so: that is what fails a test.
#[derive(Debug)]
pub struct TestServer {
    /// Until the first use.
    server: Mutex<Option<Server>>,
    /// Since then; or why it can't run.
    running: OnceLock<Result<InMemory, String>>,
    mode: Mode,
    pub(crate) time: Time,
    pub(crate) faults: Option<Faults>,
    pub(crate) log: Option<Log>,
    pub(crate) metrics: Option<Metrics>,
    pub(crate) runs: Runs,
    /// A runtime that breaks its promises.
    #[cfg(test)]
    pub(crate) patch: Option<crate::contract::Patch>,
    pub(crate) connections: Connections,
}

impl From<Server> for TestServer {
    /// Tests a server as `main` puts it together.
    fn from(server: Server) -> Self {
        let time = Time::of(server.clock_in_use().clone());
        Self {
            server: Mutex::new(Some(server.clock(time.clock()))),
            running: OnceLock::new(),
            mode: Mode::default(),
            time,
            faults: None,
            log: None,
            metrics: None,
            runs: Runs::default(),
            #[cfg(test)]
            patch: None,
            connections: Connections::default(),
        }
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
    #[track_caller]
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
    #[track_caller]
    pub fn configure(mut self, change: impl FnOnce(Server) -> Server) -> Self {
        let server = change(self.take());
        self.time = Time::of(server.clock_in_use().clone());
        self.server = Mutex::new(Some(server.clock(self.time.clock())));
        self
    }

    /// The way in that calls take from here on: [`Mode::Typed`] unless this says otherwise.
    ///
    /// ```
    /// # use mcp_runtime::{tool, tools};
    /// # use mcp_testkit::{Mode, TestServer};
    /// # use serde_json::json;
    /// /// Say hello.
    /// #[tool(read_only)]
    /// async fn hello(name: String) -> String {
    ///     format!("hello {name}")
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// for mode in Mode::ALL {
    ///     let server = TestServer::new(tools![hello]).mode(mode);
    ///     let answer = server.call("hello", json!({ "name": "Anna" })).await;
    ///     assert_eq!(answer.text(), "hello Anna");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// Keeps what this test logs from here on, for [`log`](Self::log).
    ///
    /// It belongs to the test's own runtime: other tests of the same program have other logs, and
    /// several servers of one test share one. What threads outside of the runtime log, such as a
    /// store's own, is in nobody's.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime, and when the program has installed a global subscriber of its
    /// own: a process has one, and who installs it first wins.
    #[must_use]
    #[track_caller]
    pub fn capture_log(mut self) -> Self {
        self.log = Some(Log::of_this_runtime());
        self
    }

    /// Keeps what this test counts and measures by the `metrics` crate from here on, for
    /// [`metrics`](Self::metrics).
    ///
    /// It belongs to the test's own runtime, as its [log](Self::capture_log) does; what threads
    /// outside of it register is kept by nobody.
    ///
    /// # Panics
    ///
    /// When the server has been used already: its counters were made then, and nobody kept them.
    /// Outside of a Tokio runtime, and when the program has installed a global recorder of its own:
    /// who installs it first wins.
    #[must_use]
    #[track_caller]
    pub fn capture_metrics(mut self) -> Self {
        // Which tells that it has been used.
        self = self.configure(|server| server);
        self.metrics = Some(Metrics::of_this_runtime());
        self
    }

    /// The tools, as the server knows them, whatever the mode. What a client is shown over it is
    /// in [`listed`](Self::listed).
    ///
    /// # Panics
    ///
    /// When the server can't start.
    #[track_caller]
    pub fn list(&self) -> impl Iterator<Item = &ToolInfo> {
        self.app().tools()
    }

    /// The tools as `tools/list` shows them to the local user.
    ///
    /// # Panics
    ///
    /// When the server can't start.
    pub async fn listed(&self) -> Vec<ListedTool> {
        self.as_caller(Caller::local()).listed().await
    }

    /// Calls a tool as the local user, with anything that serialises to a JSON object.
    ///
    /// # Panics
    ///
    /// When the server can't start, or has no tool of this name.
    #[track_caller]
    pub fn call(
        &self,
        tool: &str,
        arguments: impl Serialize,
    ) -> impl Future<Output = Answer> + Send {
        self.as_caller(Caller::local()).prepared(tool, &arguments).send()
    }

    /// The same server, as `caller` sees it: the same person in every mode.
    ///
    /// ```
    /// # use mcp_runtime::{tool, tools, Code};
    /// # use mcp_testkit::{TestServer, caller};
    /// # use serde_json::json;
    /// /// Read the minutes.
    /// #[tool(scope = "read:minutes")]
    /// async fn minutes() -> &'static str {
    ///     "all agreed"
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let server = TestServer::new(tools![minutes]);
    /// let anna = server.as_caller(caller("anna").scope("read:minutes"));
    /// assert_eq!(anna.call("minutes", json!({})).await.text(), "all agreed");
    ///
    /// let eve = server.as_caller(caller("eve"));
    /// assert_eq!(eve.list().count(), 0);
    /// eve.call("minutes", json!({})).await.is_error(Code::InsufficientScope);
    /// # }
    /// ```
    pub fn as_caller(&self, caller: impl Borrow<Caller>) -> As<'_> {
        As::new(self, caller.borrow().clone())
    }

    #[track_caller]
    fn take(&self) -> Server {
        match self.taken() {
            Some(server) => server,
            None => panic!("the server has been used already: configure it before"),
        }
    }

    fn taken(&self) -> Option<Server> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    #[track_caller]
    pub(crate) fn running(&self) -> &InMemory {
        let start = || {
            let server = self.taken().ok_or("there is no server any more")?;
            let server = server.watch_layer(self.runs.clone());
            let running = server.in_memory().map_err(|error| error.to_string())?;
            if let Some(faults) = &self.faults {
                faults.begin(running.app(), &self.time)?;
            }
            Ok(running)
        };
        match self.running.get_or_init(start) {
            Ok(running) => running,
            Err(wrong) => panic!("{wrong}"),
        }
    }

    #[track_caller]
    pub(crate) fn app(&self) -> &App {
        self.running().app()
    }

    pub(crate) fn way_in(&self) -> Mode {
        self.mode
    }

    #[track_caller]
    pub(crate) fn find(&self, tool: &str) -> &ToolInfo {
        let Some(info) = self.app().tools().find(|info| info.name() == tool) else {
            let names: Vec<_> = self.app().tools().map(ToolInfo::name).collect();
            panic!("the server has no tool `{tool}`: it has {names:?}")
        };
        info
    }
}
