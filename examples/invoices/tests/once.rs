//! What must not happen twice.

use std::path::Path;

use invoices::ledger::{Invoice, Ledger, Page, Receipt};
use invoices::tools;
use mcp_runtime::rusqlite::Connection;
use mcp_runtime::{App, Caller, Code, Effect, Reply, Server, Store, ToolError};
use mcp_testkit::Folder;
use serde_json::{Value, json};

const KEY: &str = "mcp-runtime/idempotency-key";
const REPLAYED: &str = "mcp-runtime/replayed";
const UNPAID: &str = "FV/2026/03/17";

/// A start of the program, on the files that are in this place.
async fn start(place: &Folder, records: &str) -> App {
    let ledger = Ledger::open(place.join("ledger.db")).await.unwrap();
    let server = Server::new("invoices", "0.1.0").state(ledger).tools(tools::all());
    server.store(Store::file(place.join(records))).build().unwrap()
}

async fn call(app: &App, key: &str, tool: &str, arguments: Value) -> Result<Reply, ToolError> {
    let meta = json!({ KEY: key }).as_object().unwrap().clone();
    app.request(tool, arguments).caller(Caller::local()).meta(meta).await
}

async fn pay(app: &App, key: &str, cents: i64) -> Result<Reply, ToolError> {
    call(app, key, "pay_invoice", json!({ "number": UNPAID, "amount_cents": cents })).await
}

fn data<T: serde::de::DeserializeOwned>(reply: &Reply) -> T {
    serde_json::from_value(reply.structured().unwrap().clone()).unwrap()
}

fn payments(place: &Path) -> Vec<i64> {
    let books = Connection::open(place.join("ledger.db")).unwrap();
    let mut amounts = books.prepare("SELECT amount_cents FROM payments ORDER BY id").unwrap();
    amounts.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

#[tokio::test]
async fn a_payment_whose_answer_was_lost_is_booked_once() {
    let place = Folder::new();
    let app = start(&place, "records.db").await;
    let first = pay(&app, "lost", 100_000).await.unwrap();
    assert_eq!(first.meta().get(REPLAYED), None);
    let again = pay(&app, "lost", 100_000).await.unwrap();
    assert!(again.meta().contains_key(REPLAYED), "{:?}", again.meta());
    assert_eq!(data::<Receipt>(&again), data::<Receipt>(&first));
    assert_eq!(payments(place.path()), [100_000]);

    // Under another key it is another payment.
    pay(&app, "another", 24_950).await.unwrap();
    assert_eq!(payments(place.path()), [100_000, 24_950]);
}

#[tokio::test]
async fn what_the_ledger_has_counts_when_the_record_of_the_call_is_gone() {
    let place = Folder::new();
    let receipt = data::<Receipt>(&pay(&start(&place, "a.db").await, "lost", 100).await.unwrap());
    // As after a crash between the commit and the record: this start knows nothing of the call.
    let again = data::<Receipt>(&pay(&start(&place, "b.db").await, "lost", 100).await.unwrap());
    assert_eq!(again, receipt);
    assert_eq!(payments(place.path()), [100]);
}

#[tokio::test]
async fn a_key_stands_for_one_payment() {
    let place = Folder::new();
    let app = start(&place, "records.db").await;
    pay(&app, "key", 100).await.unwrap();
    let error = pay(&app, "key", 200).await.unwrap_err();
    assert_eq!(*error.code(), Code::IdempotencyMismatch);
    assert_eq!(error.stated_effect(), Some(Effect::None));
    assert_eq!(payments(place.path()), [100]);
}

#[tokio::test]
async fn a_payment_that_was_refused_may_be_tried_again_under_its_key() {
    let place = Folder::new();
    let app = start(&place, "records.db").await;
    let too_much = pay(&app, "key", 124_951).await.unwrap_err();
    assert_eq!(too_much.code().as_str(), "overpayment");
    pay(&app, "key", 124_950).await.unwrap();
    assert_eq!(payments(place.path()), [124_950]);
}

#[tokio::test]
async fn an_invoice_is_issued_once() {
    let place = Folder::new();
    let app = start(&place, "records.db").await;
    let new = json!({ "customer_id": 1020, "total_cents": 5_000, "due": "2099-12-31" });
    let mut numbers = Vec::new();
    for key in ["a", "a", "b"] {
        let reply = call(&app, key, "issue_invoice", new.clone()).await.unwrap();
        numbers.push(data::<Invoice>(&reply).number);
    }
    assert_eq!(numbers[0], numbers[1]);
    assert_ne!(numbers[1], numbers[2]);
    let found = call(&app, "c", "search_invoices", json!({ "customer_id": 1020, "limit": 100 }));
    let found = data::<Page>(&found.await.unwrap());
    for number in numbers {
        assert_eq!(found.invoices.iter().filter(|invoice| invoice.number == number).count(), 1);
    }
}
