//! What the tools' attributes promise, tested.

use invoices::ledger::Ledger;
use invoices::tools;
use mcp_runtime::Server;
use mcp_testkit::contract_tests;

/// A server over the sample ledger, another one for each test.
async fn setup() -> Server {
    let ledger = Ledger::temporary().await.expect("a ledger in a directory of its own");
    Server::new("invoices", "test")
        .pool::<tools::Books>(ledger.pool())
        .state(ledger)
        .tools(tools::all())
}

contract_tests!(
    tools![
        tools::search_invoices,
        tools::get_invoice,
        tools::customer_balance,
        tools::overdue_report,
        tools::issue_invoice,
        tools::pay_invoice,
        tools::void_invoice,
    ],
    setup
);
