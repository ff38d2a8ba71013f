//! The tools over a real ledger in a file of its own, without a network.

use invoices::ledger::{Balance, Invoice, Ledger, OverdueReport, Page, Receipt};
use invoices::tools;
use mcp_runtime::{Code, Effect};
use mcp_testkit::TestServer;
use serde_json::{Value, json};

async fn server() -> TestServer {
    TestServer::new(tools::all()).state(Ledger::temporary().await.unwrap())
}

#[tokio::test]
async fn an_invoice_is_fetched_by_its_number() {
    let answer = server().await.call("get_invoice", json!({ "number": "FV/2026/03/17" })).await;
    let invoice = answer.data::<Invoice>();
    assert_eq!(invoice.number.to_string(), "FV/2026/03/17");
    let shown: Value = serde_json::from_str(answer.text()).unwrap();
    assert_eq!(Some(&shown), answer.reply().structured(), "the text is the data");
}

#[tokio::test]
async fn an_unknown_number_says_what_to_do() {
    let answer = server().await.call("get_invoice", json!({ "number": "FV/2099/01/1" })).await;
    let error = answer.error();
    assert_eq!(*error.code(), Code::NotFound);
    assert_eq!(error.stated_effect(), Some(Effect::None));
    assert!(error.message().contains("search_invoices"), "{error}");
}

#[tokio::test]
async fn a_search_pages_through_every_match() {
    let server = server().await;
    let mut seen = 0;
    let mut after = None;
    loop {
        let mut filter = json!({ "status": "unpaid", "limit": 10 });
        if let Some(after) = after {
            filter["after"] = json!(after);
        }
        let page = server.call("search_invoices", filter).await.data::<Page>();
        seen += page.invoices.len();
        assert!(page.invoices.len() <= 10);
        match page.next {
            Some(next) => after = Some(next.to_string()),
            None => break assert_eq!(seen, page.matches as usize),
        }
    }
    assert!(seen > 10);
}

#[tokio::test]
async fn the_sums_of_the_report_are_those_of_the_customers() {
    let server = server().await;
    let day = json!({ "as_of": "2026-10-31" });
    let report = server.call("overdue_report", day).await.data::<OverdueReport>();
    let mut total = 0;
    for line in &report.customers {
        let arguments = json!({ "customer_id": line.customer_id, "as_of": "2026-10-31" });
        let balance = server.call("customer_balance", arguments).await.data::<Balance>();
        assert_eq!(balance.overdue_cents, line.overdue_cents);
        total += line.overdue_cents;
    }
    assert_eq!(report.overdue_cents, total);
}

#[tokio::test]
async fn an_issued_invoice_is_paid_once() {
    let server = server().await;
    let new = json!({ "customer_id": 1020, "total_cents": 5_000, "due": "2099-12-31" });
    let number = server.call("issue_invoice", new).await.data::<Invoice>().number.to_string();
    let pay = |cents: i64| json!({ "number": number, "amount_cents": cents });

    let too_much = server.call("pay_invoice", pay(5_001)).await;
    assert_eq!(too_much.error().code().as_str(), "overpayment");
    let receipt = server.call("pay_invoice", pay(5_000)).await.data::<Receipt>();
    assert_eq!(receipt.open_cents, 0);
    let again = server.call("pay_invoice", pay(1)).await;
    assert_eq!(again.error().code().as_str(), "already_paid");

    // An auditor finds the payment, and both that were refused.
    let payments = server.audit().of("pay_invoice");
    payments.intents(3).plain("number", number.clone()).complete().chain_holds();
    let outcomes: Vec<_> = payments.iter().filter_map(|record| record.outcome()).collect();
    assert_eq!(outcomes, ["overpayment", "ok", "already_paid"]);
}

#[tokio::test]
async fn wrong_arguments_are_refused_before_the_ledger_is_asked() {
    let server = server().await;
    for (tool, arguments, pointer) in [
        ("get_invoice", json!({ "number": "INV-1" }), "/number"),
        ("get_invoice", json!({}), "/number"),
        ("pay_invoice", json!({ "number": "FV/2026/03/17", "amount_cents": 0 }), "/amount_cents"),
        ("overdue_report", json!({ "as_of": "31.10.2026" }), "/as_of"),
        ("search_invoices", json!({ "limit": 1000 }), "/limit"),
        ("search_invoices", json!({ "state": "paid" }), "/state"),
    ] {
        let answer = server.call(tool, arguments).await;
        assert_eq!(*answer.error().code(), Code::InvalidArguments, "{tool}");
        let details = &answer.error().to_json()["details"];
        assert_eq!(details["violations"][0]["pointer"], pointer, "{tool}");
    }
}

#[tokio::test]
async fn every_tool_tells_models_and_clients_what_it_does() {
    for tool in server().await.list() {
        assert!(tool.description().len() > 80, "{}", tool.name());
        assert!(tool.output_schema().is_some(), "{}", tool.name());
        let writes = matches!(tool.name(), "issue_invoice" | "pay_invoice" | "void_invoice");
        assert_eq!(tool.is_read_only(), !writes, "{}", tool.name());
        assert_eq!(tool.is_destructive(), tool.name() == "void_invoice", "{}", tool.name());
    }
}
