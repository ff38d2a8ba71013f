//! A server whose tools work until told otherwise, so that something can happen meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use mcp_runtime::private::{InMemory, Ways};
use mcp_runtime::{App, AuditLog, Server, State, tool, tools};
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::support::{call_message, post, send, until};

/// A call without arguments.
pub(super) fn call(tool: &str) -> Request<Body> {
    post(tool, call_message(tool, &json!({})).to_string())
}

#[derive(Clone, Default)]
pub(super) struct Work {
    pub(super) started: Arc<AtomicUsize>,
    pub(super) dropped: Arc<AtomicUsize>,
    pub(super) ended: Arc<AtomicUsize>,
    pub(super) go_on: Arc<Notify>,
}

struct OnDrop(Arc<AtomicUsize>);

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Work {
    async fn run(self) -> usize {
        let _dropped = OnDrop(self.dropped);
        self.started.fetch_add(1, Ordering::SeqCst);
        self.go_on.notified().await;
        self.ended.fetch_add(1, Ordering::SeqCst) + 1
    }
}

/// Work until told otherwise.
#[tool(public, timeout = "1h")]
async fn works(State(work): State<Work>) -> usize {
    work.run().await
}

/// Work until told otherwise, once.
#[tool(public, idempotent, timeout = "1h")]
async fn works_once(State(work): State<Work>) -> usize {
    work.run().await
}

pub(super) struct Bench {
    pub(super) router: Router,
    pub(super) work: Work,
    server: InMemory,
    /// Ends the server when it is cancelled.
    pub(super) end: CancellationToken,
}

impl Bench {
    pub(super) fn new(ways: Ways) -> Self {
        let work = Work::default();
        let server = Server::new("ways", "0").state(work.clone()).tools(tools![works, works_once]);
        let server = server.audit(AuditLog::memory()).in_memory().unwrap();
        let end = CancellationToken::new();
        Self { router: server.router_until(ways, end.clone()), work, server, end }
    }

    pub(super) fn app(&self) -> &App {
        self.server.app()
    }

    /// Sends a call, whose answer comes in its own time.
    pub(super) fn begin(&self, request: Request<Body>) -> JoinHandle<(StatusCode, Value)> {
        let router = self.router.clone();
        tokio::spawn(async move { send(&router, request).await })
    }

    /// Waits until so many functions have begun.
    pub(super) async fn until_started(&self, count: usize) {
        until("the calls start", || self.work.started.load(Ordering::SeqCst) == count).await;
    }
}
