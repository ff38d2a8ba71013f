//! The rules of the business, and a person's yes.

use invoices::ledger::{Invoice, Ledger, Status};
use invoices::tools;
use mcp_runtime::{Caller, Code, Effect, ToolError};
use mcp_testkit::TestServer;
use serde_json::{Value, json};

const UNPAID: &str = "FV/2026/03/17";
const PAID: &str = "FV/2026/05/19";

async fn server() -> TestServer {
    TestServer::new(tools::all()).state(Ledger::temporary().await.unwrap())
}

fn violations(error: &ToolError) -> Vec<Value> {
    error.to_json()["details"]["violations"].as_array().cloned().unwrap_or_default()
}

#[tokio::test]
async fn what_the_schema_and_a_check_object_to_is_one_answer() {
    let server = server().await;
    let arguments = json!({
        "customer_id": 1020,
        "total_cents": 0,
        "issued": "2026-12-01",
        "due": "2026-11-30",
    });
    let answer = server.call("issue_invoice", arguments).await;
    let error = answer.error();
    assert_eq!(
        (error.code(), error.stated_effect()),
        (&Code::InvalidArguments, Some(Effect::None))
    );
    let violations = violations(error);
    assert_eq!(violations.len(), 2, "{violations:?}");
    assert_eq!(violations[0]["pointer"], "/total_cents");
    assert_eq!(violations[1]["rule"], "check");
    assert_eq!(violations[1]["arguments"], json!(["due", "issued"]));
}

#[tokio::test]
async fn no_invoice_is_due_before_it_is_issued() {
    let server = server().await;
    let issue = async |issued: Option<&str>, due: &str| {
        let mut arguments = json!({ "customer_id": 1020, "total_cents": 100, "due": due });
        if let Some(issued) = issued {
            arguments["issued"] = json!(issued);
        }
        server.call("issue_invoice", arguments).await
    };
    for (issued, due) in [(Some("2026-12-01"), "2026-11-30"), (None, "2026-01-01")] {
        let answer = issue(issued, due).await;
        assert_eq!(violations(answer.error())[0]["rule"], "check", "{issued:?} {due}");
    }
    for (issued, due) in [(Some("2026-12-01"), "2026-12-01"), (None, "2099-12-31")] {
        assert!(issue(issued, due).await.outcome().is_ok(), "{issued:?} {due}");
    }
}

#[tokio::test]
async fn an_invoice_goes_to_a_customer_that_there_is() {
    let arguments = json!({ "customer_id": 4, "total_cents": 100, "due": "2099-12-31" });
    let answer = server().await.call("issue_invoice", arguments).await;
    assert_eq!(*answer.error().code(), Code::NotFound);
    assert!(answer.error().message().contains("search_invoices"));
    assert_eq!(answer.error().stated_effect(), Some(Effect::None));
}

#[tokio::test]
async fn an_invoice_is_voided_once_a_person_agrees() {
    let server = server().await;
    let void = json!({ "number": UNPAID });
    let person = server.as_caller(Caller::local());
    let asked = person.call("void_invoice", void.clone()).await;
    assert_eq!(*asked.error().code(), Code::ConfirmationRequired);
    assert_eq!(asked.error().stated_effect(), Some(Effect::None));
    let untouched = person.call("get_invoice", void.clone()).await.data::<Invoice>();
    assert_eq!(untouched.status, Status::Open);

    let person = person.confirmed();
    let voided = person.call("void_invoice", void.clone()).await.data::<Invoice>();
    assert_eq!((voided.status, voided.open_cents), (Status::Void, 0));
    // What `idempotent(natural)` promises.
    assert_eq!(person.call("void_invoice", void).await.data::<Invoice>(), voided);

    let pay = json!({ "number": UNPAID, "amount_cents": 1 });
    assert_eq!(person.call("pay_invoice", pay).await.error().code().as_str(), "void");
}

#[tokio::test]
async fn nobody_is_asked_about_what_would_be_refused() {
    let server = server().await;
    for (number, code) in [(PAID, "has_payments"), ("FV/2099/01/1", "not_found")] {
        let answer = server.call("void_invoice", json!({ "number": number })).await;
        assert_eq!(answer.error().code().as_str(), code);
        assert_eq!(answer.error().stated_effect(), Some(Effect::None));
    }
}

#[tokio::test]
async fn a_payment_needs_no_confirmation() {
    let pay = json!({ "number": UNPAID, "amount_cents": 1 });
    assert!(server().await.call("pay_invoice", pay).await.outcome().is_ok());
}
