//! The contract as it was released: what changes it is seen here before a client notices.

use invoices::ledger::Ledger;
use invoices::tools;
use mcp_runtime::Server;
use mcp_testkit::TestServer;

/// What is meant to change it is written with `MCP_TEST_UPDATE=1`, and reviewed.
#[tokio::test]
async fn the_contract_is_as_its_lock_says() {
    let ledger = Ledger::temporary().await.unwrap();
    let server = Server::new("invoices", env!("CARGO_PKG_VERSION"))
        .pool::<tools::Books>(ledger.pool())
        .state(ledger)
        .tools(tools::all());
    TestServer::from(server).assert_lock("tests/tools.lock");
}
