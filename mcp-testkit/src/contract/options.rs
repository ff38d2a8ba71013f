//! [`Contract`]: the server of a contract test, and what its tests need to know.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use mcp_runtime::Server;
use serde::Serialize;
use serde_json::{Value, json};

use super::Promise;
use crate::{Count, TestServer};

/// A server whose tools are tested for what they promise: what the `setup` of
/// [`contract_tests!`](crate::contract_tests) makes, anew for each test.
///
/// A [`Server`] or a [`TestServer`] is one already; this is for those with more to say.
///
/// ```
/// use mcp_runtime::{Server, tools};
/// use mcp_testkit::{Contract, Promise};
/// use serde_json::json;
///
/// async fn setup() -> Contract {
///     Contract::of(Server::new("invoices", "1.0.0").tools(tools![]))
///         .arguments("pay_invoice", json!({ "number": "FV/2026/03/17", "cents": 100 }))
///         .except("pay_invoice", Promise::BreakerRecovers, "its bank is a fake")
/// }
/// ```
pub struct Contract {
    pub(super) server: TestServer,
    pub(super) arguments: BTreeMap<String, Value>,
    pub(super) exceptions: BTreeMap<(String, Promise), String>,
    pub(super) claims: Vec<(String, Value)>,
    pub(super) effects: BTreeMap<String, Arc<dyn Count>>,
}

impl Contract {
    /// The contract of a server's tools.
    pub fn of(server: impl Into<TestServer>) -> Self {
        Self {
            server: server.into(),
            arguments: BTreeMap::new(),
            exceptions: BTreeMap::new(),
            claims: Vec::new(),
            effects: BTreeMap::new(),
        }
    }

    /// The arguments by which a tool is called where a call has to succeed. Without them, they are
    /// the `example` of each argument, and whatever its schema admits where it has none.
    #[must_use]
    pub fn arguments(mut self, tool: &str, arguments: impl Serialize) -> Self {
        self.arguments.insert(tool.to_owned(), json!(arguments));
        self
    }

    /// A claim that every caller of the tests has.
    #[must_use]
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.claims.push((name.into(), value.into()));
        self
    }

    /// How many effects a tool has had: a function that counts them, or [`Effects`](crate::Effects).
    /// The tests of its keys then count these, beside the runs of its function. A tool that finds out
    /// what became of an interrupted call (`reconcile`, `transaction`) may run again by right: of
    /// such a one, nothing but this tells how often it had its effect.
    ///
    /// Where a tool finds that out has to outlive the server, which `crash_keeps_promises` kills and
    /// lets `setup` make anew: [`World`](crate::World) keeps it, with an example of both.
    #[must_use]
    pub fn effects(mut self, tool: &str, count: impl Count) -> Self {
        self.effects.insert(tool.to_owned(), Arc::new(count));
        self
    }

    /// Leaves a promise of a tool untested, and says why.
    #[must_use]
    pub fn except(mut self, tool: &str, promise: Promise, why: impl Into<String>) -> Self {
        self.exceptions.insert((tool.to_owned(), promise), why.into());
        self
    }
}

impl fmt::Debug for Contract {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contract")
            .field("server", &self.server)
            .field("exceptions", &self.exceptions)
            .field("claims", &self.claims)
            .finish_non_exhaustive()
    }
}

impl From<Server> for Contract {
    fn from(server: Server) -> Self {
        Self::of(server)
    }
}

impl From<TestServer> for Contract {
    fn from(server: TestServer) -> Self {
        Self::of(server)
    }
}
