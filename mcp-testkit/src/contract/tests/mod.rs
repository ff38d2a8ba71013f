//! Each promise is kept where everything is right, and seen to be broken where it is.
//!
//! What breaks a promise is a tool that lies, a layer that undoes a policy, or a [`Patch`].

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use mcp_runtime::{AuditLine, AuditLog, AuditSink, Caller, Reply, ToolError};
use serde_json::{Map, Value};

type Ended = Result<Reply, ToolError>;
type Meta = Map<String, Value>;
type Ending = Pin<Box<dyn Future<Output = Ended> + Send>>;

/// A broken runtime: what happens between a test and its server's pipeline.
#[derive(Clone)]
pub(crate) struct Patch {
    /// Whom the runtime takes the caller for.
    pub(crate) caller: Arc<dyn Fn(Caller) -> Caller + Send + Sync>,
    /// The same in lists.
    pub(crate) listed: Arc<dyn Fn(Caller) -> Caller + Send + Sync>,
    /// What it reads of `_meta`.
    pub(crate) meta: Arc<dyn Fn(Meta) -> Meta + Send + Sync>,
    /// It notices no outage of its records.
    pub(crate) steady: bool,
    /// Its records in memory don't outlive it.
    pub(crate) forgets: bool,
    /// What it makes of its log.
    pub(crate) records: Arc<dyn Fn(Vec<Value>) -> Vec<Value> + Send + Sync>,
    /// What it makes of an outcome.
    pub(crate) outcome: Arc<dyn Fn(Ended) -> Ending + Send + Sync>,
}

impl Default for Patch {
    fn default() -> Self {
        Self {
            caller: Arc::new(|caller| caller),
            listed: Arc::new(|caller| caller),
            meta: Arc::new(|meta| meta),
            steady: false,
            forgets: false,
            records: Arc::new(|records| records),
            outcome: Arc::new(|outcome| Box::pin(async { outcome })),
        }
    }
}

impl std::fmt::Debug for Patch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Patch")
    }
}

mod broken;
mod crashes;
mod effects;
mod kept;
mod layers;
mod overlooked;
mod points;
mod tools;

use super::{Contract, Outcome, Promise, keeps};
use crate::TestServer;

/// How long a sink takes: long enough for a paused clock to jump meanwhile, if it may.
const TAKES: Duration = Duration::from_millis(3);

/// A log of which nothing can be read back, on a thread of its own.
pub(crate) struct Nowhere;

impl AuditSink for Nowhere {
    fn append(&mut self, _: &[AuditLine]) -> std::io::Result<()> {
        std::thread::sleep(TAKES);
        Ok(())
    }
}

/// A server whose records go there.
fn sunk() -> TestServer {
    tools::server().configure(|server| server.audit(AuditLog::to(Nowhere)))
}

/// How a promise is broken by a patched runtime.
async fn broken(server: TestServer, tool: &str, promise: Promise, patch: Patch) -> String {
    let mut server = server;
    server.patch = Some(patch);
    match keeps(Contract::of(server), tool, promise).await {
        Ok(kept) => panic!("`{promise}` of `{tool}` is tested in vain: {kept:?}"),
        Err(broken) => broken.to_string(),
    }
}

/// Whether a server's runtime is to notice no outage.
pub(super) fn is_steady(server: &TestServer) -> bool {
    server.patch.as_ref().is_some_and(|patch| patch.steady)
}
