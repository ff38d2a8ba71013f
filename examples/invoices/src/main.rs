//! The invoices server: `cargo run -p invoices`.
//!
//! The ledger is the file that `INVOICES_DB` names, or else `invoices/ledger.db` in the user's
//! state directory (`~/.local/state` on most systems). The first start fills it with sample
//! invoices; to begin anew, remove the file and those beside it that share its name.

use invoices::ledger::Ledger;
use invoices::{place, tools};
use mcp_runtime::{Error, Server};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let path = place::ledger_file().map_err(Error::start)?;
    let ledger = Ledger::open(path).await.map_err(Error::start)?;
    Server::new("invoices", env!("CARGO_PKG_VERSION"))
        .pool::<tools::Books>(ledger.pool())
        .state(ledger)
        .tools(tools::all())
        .run()
        .await
}
