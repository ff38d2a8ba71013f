//! A small accounting service, and the tools that offer it to a model.
//!
//! [`ledger`] is the service: invoices in `SQLite`, ordinary Rust, nothing of MCP in it.
//! [`tools`] puts one annotated function on each of its operations; [`place`] says where the
//! program keeps its file.

pub mod ledger;
pub mod place;
pub mod tools;
