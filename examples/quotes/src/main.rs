//! The quotes server: `cargo run -p quotes`. See the example's README for what to try.

use mcp_runtime::{Error, Server};
use quotes::market::Market;
use quotes::tools;
use quotes::upstream::Upstreams;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let upstreams = Upstreams::start().await.map_err(Error::start)?;
    // Not to stdout: with `--stdio` that belongs to the protocol.
    eprintln!("make an exchange fail: curl -X POST http://{}/north/failing", upstreams.switch());
    let market = Market::new(upstreams.addresses())?;
    Server::new("quotes", env!("CARGO_PKG_VERSION")).state(market).tools(tools::all()).run().await
}
