use rmcp::model::ServerJsonRpcMessage;
use serde_json::json;

use super::*;
use crate::access::{AccessDef, ScopeDef};
use crate::output::{OutputSchema, Returned};
use crate::server::Server;
use crate::tool::{ToolDef, Tools};

const INVOICES: AccessDef = AccessDef::Scopes(&[ScopeDef::new("read:invoices", &[])]);
const ORDERS: AccessDef = AccessDef::Scopes(&[ScopeDef::new("read:orders", &[])]);

fn def((name, access): (&'static str, AccessDef)) -> &'static ToolDef {
    let mut def = ToolDef::new(
        name,
        "Say \"x\".",
        &[],
        |_| OutputSchema(None),
        |_| Ok(Box::pin(async { Returned::data(&"x") })),
    );
    def.access = access;
    Box::leak(Box::new(def))
}

fn listing(tools: &[(&'static str, AccessDef)]) -> Arc<Listing> {
    let tools = tools.iter().copied().map(def).collect();
    let built = Server::new("t", "1").tools(Tools(tools)).finish().unwrap();
    Arc::new(Listing::new(&built.app))
}

#[test]
fn a_list_is_what_the_sdk_writes_of_what_the_caller_may_call() {
    let info = json!({ "name": "t", "version": "1" });
    let with = |scope| Caller::new("a").with_scope(scope).unwrap();
    let all: &[_] = &[("a", INVOICES), ("b", AccessDef::Public), ("c", ORDERS), ("d", INVOICES)];
    for (tools, caller, shown) in [
        (all, Caller::local(), &["a", "b", "c", "d"][..]),
        (all, with("read:invoices"), &["a", "b", "d"]),
        (all, with("read:orders"), &["b", "c"]),
        (all, Caller::anonymous(), &["b"]),
        (&all[..1], Caller::anonymous(), &[]),
        (&[], Caller::local(), &[]),
    ] {
        let listing = listing(tools);
        let mut list = listing.shown_to(&caller);
        let names: Vec<_> = list.tools.iter().map(|tool| tool.name.to_string()).collect();
        assert_eq!(names, shown, "{caller:?}");
        let meta = list.meta.get_or_insert_default();
        meta.0.insert(SERVER_INFO.into(), info.clone());
        let lists = Lists::new(&listing, &info).unwrap();
        for id in [RequestId::Number(-7), RequestId::String("\"x\"".into())] {
            let result = ServerResult::ListToolsResult(list.clone());
            let expected = ServerJsonRpcMessage::response(result, id.clone());
            let written = lists.answer(&id, &caller).unwrap();
            assert_eq!(
                String::from_utf8(written).unwrap(),
                serde_json::to_string(&expected).unwrap(),
                "{caller:?}"
            );
        }
    }
}

#[test]
fn the_list_of_one_caller_is_kept_by_nobody_else() {
    let listing = listing(&[("a", INVOICES)]);
    assert_eq!(listing.cache_scope(&Caller::local()), CacheScope::Public);
    assert_eq!(listing.cache_scope(&Caller::anonymous()), CacheScope::Private);
}
