//! A server that is killed in the middle of a payment, on the files that `main` uses.

use std::path::Path;

use invoices::ledger::Ledger;
use invoices::tools;
use mcp_runtime::rusqlite::Connection;
use mcp_runtime::{Server, Store};
use mcp_testkit::Folder;
use mcp_testkit::crash::{CrashPoint, call, crash_points};
use serde_json::json;

fn payments(ledger: &Path) -> u64 {
    let books = Connection::open(ledger).unwrap();
    let count = "SELECT count(*) FROM payments";
    books.query_row(count, [], |row| row.get::<_, u32>(0)).unwrap().into()
}

/// The ledger knows what was booked, so that no client is ever told that nobody knows.
#[tokio::test]
async fn a_payment_is_booked_once_wherever_its_server_dies() {
    let place = Folder::new();
    let [books, records] = ["ledger.db", "records.db"].map(|name| place.join(name));
    let ledger = Ledger::open(&books).await.unwrap();
    let server = || {
        let server = Server::new("invoices", "0.1.0").state(ledger.clone()).tools(tools::all());
        server.store(Store::file(&records))
    };
    let cent = call("pay_invoice", json!({ "number": "FV/2026/03/17", "amount_cents": 1 }));
    let once = cent.key("march").effects(move || payments(&books));
    let crashes = crash_points(server, once).await;

    for point in [CrashPoint::AfterIntent, CrashPoint::AfterStart, CrashPoint::AfterEffect] {
        assert_eq!(crashes.told(point), Some("ok"), "{crashes}");
    }
    assert_eq!(crashes.told(CrashPoint::AfterOutcome), Some("replayed"), "{crashes}");
    assert_eq!(crashes.unseen(), None);
}
