use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::*;
use crate::access::{AccessDef, ScopeDef};
use crate::output::{OutputSchema, Returned};
use crate::server::Server;
use crate::tool::{ToolDef, Tools};

fn def(name: &'static str, access: AccessDef) -> &'static ToolDef {
    let mut def = ToolDef::new(
        name,
        "",
        &[],
        |_| OutputSchema(None),
        |_| Ok(Box::pin(async { Returned::data(&"x") })),
    );
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
