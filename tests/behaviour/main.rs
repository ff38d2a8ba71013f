//! What a server must keep, shown on real parts: the pipeline in memory with virtual time, HTTP
//! through the router and over TCP, stdio and signals on a process.
#![allow(deprecated, reason = "tools for tests say no more than the test is about")]

mod command_line;
mod confirmation;
mod contract;
mod http;
mod identity;
mod lifetime;
mod load;
mod lock;
mod pipeline;
mod policies;
mod process;
#[cfg(target_os = "linux")]
mod records;
mod rules;
mod secrets;
mod support;
mod ways;

mcp_runtime::scopes! {
    "read:invoices" => "Read invoices",
    "write:payments" => "Pay invoices",
    "admin:invoices" => "Everything about invoices" implies ["read:invoices"],
}
