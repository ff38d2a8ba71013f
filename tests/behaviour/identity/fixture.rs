//! The tools of the truth table, for the tests that need a process of their own.
#![allow(deprecated, reason = "tools for tests say no more than the test is about")]

mod tools;

use mcp_runtime::Server;

mcp_runtime::scopes! {
    "read:invoices" => "Read invoices",
    "write:payments" => "Pay invoices",
    "admin:invoices" => "Everything about invoices" implies ["read:invoices"],
}

#[tokio::main]
async fn main() -> Result<(), mcp_runtime::Error> {
    Server::new("identity", "1.0.0").tools(tools::tools()).run().await
}
