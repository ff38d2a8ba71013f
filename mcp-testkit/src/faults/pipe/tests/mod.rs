mod bytes;
mod messages;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use mcp_runtime::{State, tool, tools};
use serde_json::{Value, json};
use tokio::io::{
    AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, ReadHalf, WriteHalf, split,
};
use tokio::sync::{Mutex, mpsc};
use tokio::time::{sleep, timeout};

use super::super::{Fault, Faults};
use crate::TestServer;

const SECOND: Duration = Duration::from_secs(1);

#[derive(Clone, Default)]
struct Paid(Arc<AtomicU32>);

impl Paid {
    fn count(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Pay an invoice.
#[tool]
async fn pay(number: String, State(paid): State<Paid>) -> String {
    // In mid-call for a while.
    sleep(Duration::from_millis(10)).await;
    paid.0.fetch_add(1, Ordering::Relaxed);
    format!("paid {number}")
}

/// The server's side of the pipe: a line in, a task, a line out.
async fn serve(server: Arc<TestServer>, pipe: DuplexStream, seen: mpsc::UnboundedSender<String>) {
    let (input, output) = split(pipe);
    let (mut lines, output) = (BufReader::new(input).lines(), Arc::new(Mutex::new(output)));
    while let Ok(Some(line)) = lines.next_line().await {
        let _ = seen.send(line.clone());
        let (server, output) = (Arc::clone(&server), Arc::clone(&output));
        tokio::spawn(async move {
            let answer = answer(&server, &line).await;
            let _ = output.lock().await.write_all(format!("{answer}\n").as_bytes()).await;
        });
    }
}

async fn answer(server: &TestServer, line: &str) -> Value {
    let Ok(message) = serde_json::from_str::<Value>(line) else {
        return json!({ "jsonrpc": "2.0", "id": null, "error": { "code": -32700 } });
    };
    if message["method"] != "tools/call" {
        return json!({ "jsonrpc": "2.0", "id": message["id"], "result": {} });
    }
    let tool = message["params"]["name"].as_str().unwrap();
    let answer = server.call(tool, &message["params"]["arguments"]).await;
    json!({ "jsonrpc": "2.0", "id": message["id"], "result": { "text": answer.text() } })
}

/// A client, a server that it is connected to, and what the server sees.
struct Talk {
    to: WriteHalf<DuplexStream>,
    from: BufReader<ReadHalf<DuplexStream>>,
    seen: mpsc::UnboundedReceiver<String>,
    paid: Paid,
}

impl Talk {
    fn new(faults: &Faults) -> Self {
        let paid = Paid::default();
        let server = TestServer::new(tools![pay]).state(paid.clone());
        let (client, far) = faults.pipe();
        let (sender, seen) = mpsc::unbounded_channel();
        tokio::spawn(serve(Arc::new(server), far, sender));
        let (from, to) = split(client);
        Self { to, from: BufReader::new(from), seen, paid }
    }

    async fn send(&mut self, message: Value) {
        self.to.write_all(format!("{message}\n").as_bytes()).await.unwrap();
    }

    async fn call(&mut self, id: u32) {
        let params = json!({ "name": "pay", "arguments": { "number": format!("FV/{id}") } });
        let method = "tools/call";
        self.send(json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })).await;
    }

    /// The next line as it came; `None` where nothing comes in an hour.
    async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        timeout(3600 * SECOND, self.from.read_line(&mut line)).await.ok()?.unwrap();
        Some(line)
    }

    /// The id of the next reply.
    async fn reply(&mut self) -> Option<u64> {
        let line = self.line().await?;
        serde_json::from_str::<Value>(&line).ok()?["id"].as_u64()
    }

    fn seen_ids(&mut self) -> Vec<u64> {
        let mut ids = Vec::new();
        while let Ok(line) = self.seen.try_recv() {
            ids.extend(serde_json::from_str::<Value>(&line).ok().and_then(|m| m["id"].as_u64()));
        }
        ids
    }
}

fn requests(fault: Fault) -> Talk {
    Talk::new(&Faults::of(1).requests(fault))
}

fn replies(fault: Fault) -> Talk {
    Talk::new(&Faults::of(1).replies(fault))
}
