//! What the tools' attributes promise, tested.

use mcp_runtime::Server;
use mcp_testkit::contract_tests;
use quotes::market::Market;
use quotes::{tools, upstream};

/// A server over exchanges in this process, other ones for each test.
async fn setup() -> Server {
    let market = Market::in_process(upstream::in_process()).expect("there are exchanges");
    Server::new("quotes", "test").state(market).tools(tools::all())
}

contract_tests!(tools![tools::price, tools::prices, tools::closing_price], setup);
