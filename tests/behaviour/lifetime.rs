//! How long a call's work lives: disconnects, and a tool that blocks its thread.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};

use mcp_runtime::{Server, State, tool, tools};
use serde_json::json;

use crate::support::{PATIENCE, begin_call, listen, read_all, until};

#[derive(Clone, Default)]
struct Count {
    started: Arc<AtomicUsize>,
    dropped: Arc<AtomicUsize>,
}

struct OnDrop(Arc<AtomicUsize>);

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Wait for ever.
#[tool(read_only, timeout = "1h")]
async fn waits(State(count): State<Count>) {
    let _dropped = OnDrop(Arc::clone(&count.dropped));
    count.started.fetch_add(1, Ordering::SeqCst);
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn a_client_that_goes_away_drops_the_functions_future() {
    let count = Count::default();
    let server = Server::new("test", "0").state(count.clone()).tools(tools![waits]);
    let address = listen(server.router().unwrap()).await;
    let connection = begin_call(address, "waits", json!({})).await;
    until("the call starts", || count.started.load(Ordering::SeqCst) == 1).await;
    assert_eq!(count.dropped.load(Ordering::SeqCst), 0);
    drop(connection);
    until("the future is dropped", || count.dropped.load(Ordering::SeqCst) == 1).await;
}

/// Held back until the test lets go.
#[derive(Clone)]
struct Gate(Arc<Mutex<mpsc::Receiver<()>>>, Arc<AtomicUsize>);

/// Block the thread, as no async function should.
#[tool(read_only)]
async fn blocks(State(gate): State<Gate>) -> &'static str {
    gate.1.fetch_add(1, Ordering::SeqCst);
    let released = gate.0.lock().unwrap().recv_timeout(PATIENCE);
    released.map_or("stuck", |()| "released")
}

/// Answer at once.
#[tool(read_only)]
async fn quick() -> &'static str {
    "quick"
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tool_that_blocks_holds_up_its_own_thread_only() {
    let (release, gate) = mpsc::channel();
    let entered = Arc::new(AtomicUsize::new(0));
    let gate = Gate(Arc::new(Mutex::new(gate)), Arc::clone(&entered));
    let server = Server::new("test", "0").state(gate).tools(tools![blocks, quick]);
    let address = listen(server.router().unwrap()).await;
    let blocked = begin_call(address, "blocks", json!({})).await;
    until("the tool blocks", || entered.load(Ordering::SeqCst) == 1).await;
    for _ in 0..20 {
        let answer = read_all(begin_call(address, "quick", json!({})).await).await;
        assert!(answer.contains("quick"), "{answer}");
    }
    release.send(()).unwrap();
    let answer = read_all(blocked).await;
    assert!(answer.contains("released"), "{answer}");
}
