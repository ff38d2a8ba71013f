//! Identity on the wire: who may see and call what, on every transport and revision, and what
//! becomes of those who try otherwise.

mod client;
mod command_line;
mod delegates;
mod issuer;
mod pages;
mod refusals;
mod sessions;
mod stdio;
mod table;
mod tokens;
mod tools;

use std::path::Path;

use mcp_runtime::Server;
use tools::tools;

/// A server whose callers show keys of a file.
fn server(keys: &Path) -> Server {
    Server::new("identity", "1.0.0").tools(tools()).api_keys(keys)
}
