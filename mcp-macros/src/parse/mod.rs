//! Tokens to what was written.

mod access;
pub(crate) mod arg_attribute;
mod audit;
mod bounds;
pub(crate) mod call;
pub(crate) mod catalogue;
mod check;
pub(crate) mod dependency;
mod docs;
pub(crate) mod duration;
mod entries;
pub(crate) mod error_type;
pub(crate) mod function;
mod idempotent;
pub(crate) mod keys;
pub(crate) mod message;
mod numbers;
mod policies;
mod rate;
mod reader;
mod scope;
mod share;
mod size;
mod texts;
pub(crate) mod tool_attribute;
pub(crate) mod tool_list;
