//! The invoices server: `cargo run -p invoices`.
//!
//! The ledger is the file that `INVOICES_DB` names, or else `invoices/ledger.db` in the user's
//! state directory (`~/.local/state` on most systems). The first start fills it with sample
//! invoices; to begin anew, remove the file and those beside it that share its name.
//!
//! Callers show API keys, whose hashes are in `keys.toml` beside the ledger, or in the file that
//! `INVOICES_KEYS` names. The first start makes three and prints them. `invoices key new` makes
//! others; a file that is removed is made again, with new keys.
//!
//! What calls did is in `records.db`, also beside the ledger: the keys of idempotent calls, and the
//! audit log. `invoices audit show` prints it.

use invoices::keys::FirstKeys;
use invoices::ledger::Ledger;
use invoices::{place, tools};
use mcp_runtime::{Error, Server, Store};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let path = place::ledger_file().map_err(Error::start)?;
    let keys = place::keys_file(&path);
    let records = place::records_file(&path);
    let ledger = Ledger::open(path).await.map_err(Error::start)?;
    if let Some(first) = FirstKeys::make(&keys).await.map_err(Error::start)? {
        // Not to stdout: with `--stdio` that belongs to the protocol.
        eprint!("{first}");
    }
    Server::new("invoices", env!("CARGO_PKG_VERSION"))
        .pool::<tools::Books>(ledger.pool())
        .state(ledger)
        .tools(tools::all())
        .api_keys(keys)
        .store(Store::file(records))
        .run()
        .await
}
