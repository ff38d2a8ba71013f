use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::access::{AccessDef, Binding, Catalogue, Gate, ScopeDef};
use crate::call::Reply;
use crate::caller::Caller;
use crate::context::{Context as CallContext, InProcess, Origin};
use crate::ending::Ending;
use crate::error::{Code, Effect};
use crate::policy::testing::{self, Around, call_of, stats};

const SCOPES: AccessDef = AccessDef::Scopes(&[ScopeDef::new(
    "read:invoices",
    &[Binding::new("customer_id", Some("customer"))],
)]);

fn call(caller: Caller, customer: u32) -> ToolCall {
    let mut tool = testing::tool();
    tool.gate = Gate::new(SCOPES, &Catalogue::default());
    let mut call = call_of(&Arc::new(tool), "", json!({ "customer": customer }));
    let origin =
        Origin { request: Box::new(InProcess::default()), caller, ending: Ending::default() };
    call.context = CallContext::new("t", call.tool.timeout, origin);
    call
}

fn function() -> ToolService {
    testing::function(|call: ToolCall| async move {
        let rows = call.extensions.get::<Rows>().map(|rows| format!("{rows:?}"));
        Ok(Reply::text(rows.unwrap_or_default()))
    })
}

#[tokio::test(start_paused = true)]
async fn without_the_scope_nothing_further_in_runs() {
    let counts = stats();
    let service = ScopeLayer::of_tool(Arc::clone(&counts)).around(testing::function(|_| async {
        panic!("it ran");
    }));
    for (caller, code) in [
        (Caller::new("anna"), Code::InsufficientScope),
        (Caller::anonymous(), Code::Unauthenticated),
    ] {
        let error = service.run(call(caller, 17)).await.unwrap_err();
        assert_eq!(error.code(), &code);
        assert_eq!(error.stated_effect(), Some(Effect::None));
        assert!(!error.is_retryable());
        assert_eq!(error.to_json()["details"]["missing"], json!(["read:invoices"]));
    }
    assert_eq!(counts.get(Decision::Denied), 2);
}

#[tokio::test(start_paused = true)]
async fn a_grant_reaches_as_far_as_its_constraint() {
    let counts = stats();
    let rows = ScopeLayer::of_rows(Arc::clone(&counts)).around(function());
    let service = ScopeLayer::of_tool(Arc::clone(&counts)).around(rows);
    let anna = Caller::new("anna").with_scope("read:invoices.where(customer_id=17)").unwrap();
    let reply = service.run(call(anna.clone(), 17)).await.unwrap();
    assert!(format!("{reply:?}").contains("customer_id"), "the function learns the constraint");
    let error = service.run(call(anna, 18)).await.unwrap_err();
    assert_eq!(error.code(), &Code::InsufficientScope);
    assert_eq!(
        error.to_json()["details"]["missing"],
        json!(["read:invoices.where(customer_id=18)"])
    );
    assert_eq!(counts.get(Decision::Denied), 1);
}

#[tokio::test(start_paused = true)]
async fn who_may_do_everything_sees_every_row() {
    let service = ScopeLayer::of_rows(stats()).around(function());
    let reply = service.run(call(Caller::local(), 18)).await.unwrap();
    assert!(format!("{reply:?}").contains("Rows(None)"));
}
