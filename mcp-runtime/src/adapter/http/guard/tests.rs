use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::access::{AccessDef, ScopeDef};
use crate::call::ToolCall;
use crate::output::{OutputSchema, Returned};
use crate::server::Server;
use crate::tool::{Invoked, ToolDef, Tools};

fn def(name: &'static str, access: AccessDef) -> &'static ToolDef {
    running(name, access, |_| Ok(Box::pin(async { Returned::data(&"x") })))
}

fn running(
    name: &'static str,
    access: AccessDef,
    invoke: fn(&mut ToolCall) -> Invoked,
) -> &'static ToolDef {
    let mut def = ToolDef::new(name, "", &[], |_| OutputSchema(None), invoke);
    def.access = access;
    Box::leak(Box::new(def))
}

/// The head of a plain call.
fn call_of(tool: &str) -> Parts {
    let request = Request::post("/mcp")
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .header("mcp-protocol-version", "2026-07-28")
        .header("mcp-method", "tools/call")
        .header("mcp-name", tool);
    request.body(()).unwrap().into_parts().0
}

#[test]
fn no_call_is_read_whose_caller_is_refused_whatever_it_says() {
    const INVOICES: AccessDef = AccessDef::Scopes(&[ScopeDef::new("read:invoices", &[])]);
    for conceal in [false, true] {
        let server = Server::new("t", "1");
        let server = if conceal { server.conceal() } else { server };
        let tools = vec![def("open", AccessDef::Public), def("scoped", INVOICES)];
        let built = server.tools(Tools(tools)).finish().unwrap();
        let endpoint = Arc::clone(&built.edge).http(CancellationToken::new(), None);
        let guard = Guard::new(&built.app, endpoint);
        let other = Caller::new("a").with_scope("read:orders").unwrap();
        let holder = Caller::new("a").with_scope("read:invoices").unwrap();
        for (tool, caller, read) in [
            ("open", &Caller::anonymous(), true),
            ("scoped", &Caller::anonymous(), false),
            ("scoped", &other, false),
            ("scoped", &holder, true),
            ("none", &holder, false),
        ] {
            assert_eq!(
                guard.direct(&call_of(tool), caller).is_some(),
                read,
                "{tool} by {caller:?}"
            );
        }
    }
}

#[tokio::test]
async fn no_call_begins_once_what_runs_is_cut_off() {
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    let counts = running("counts", AccessDef::Public, |_| {
        RUNS.fetch_add(1, Ordering::SeqCst);
        Ok(Box::pin(async { Returned::data(&"x") }))
    });
    let built = Server::new("t", "1").tools(Tools(vec![counts])).finish().unwrap();
    let end = CancellationToken::new();
    let guard = Guard::new(&built.app, Arc::clone(&built.edge).http(end.clone(), None));
    let message = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {
            "name": "counts", "arguments": {},
            "_meta": {
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientInfo": { "name": "c", "version": "1" },
                "io.modelcontextprotocol/clientCapabilities": {},
            },
        },
    });
    let ask = || {
        let mut parts = call_of("counts");
        parts.headers.insert("host", "localhost".parse().unwrap());
        let request = Request::from_parts(parts, Body::from(message.to_string()));
        guard.answer(request, None)
    };
    assert_eq!((ask().await.status(), RUNS.load(Ordering::SeqCst)), (StatusCode::OK, 1));
    end.cancel();
    let status = ask().await.status();
    assert_eq!((status, RUNS.load(Ordering::SeqCst)), (StatusCode::INTERNAL_SERVER_ERROR, 1));
}
