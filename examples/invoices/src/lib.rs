//! A small accounting service, and the tools that offer it to a model.
//!
//! [`ledger`] is the service: invoices in `SQLite`, ordinary Rust, nothing of MCP in it.
//! [`tools`] puts one annotated function on each of its operations; [`place`] says where the
//! program keeps its files, and [`keys`] makes those of the first start. The catalogue of scopes
//! stands here, where the tools of a crate look for it.

mod checks;
pub mod keys;
pub mod ledger;
pub mod place;
pub mod tools;

mcp_runtime::scopes! {
    "read:invoices" => "Read invoices and what customers owe",
    "write:invoices" => "Issue invoices, and void those that nothing was paid on",
    "write:payments" => "Book payments",
    "admin:ledger" => "Everything in the ledger"
        implies ["read:invoices", "write:invoices", "write:payments"],
}
