//! What `tools/list` shows: the descriptions and schemas by which models choose and call.

use mcp_testkit::TestServer;
use quotes::market::Market;
use quotes::{tools, upstream};

/// What is meant to change it is written with `MCP_TEST_UPDATE=1`, and reviewed.
#[tokio::test]
async fn the_list_is_as_it_was() {
    let market = Market::in_process(upstream::in_process()).unwrap();
    let server = TestServer::new(tools::all()).state(market);
    server.listed_snapshot().await.matches("tests/listed.json");
}
