//! What is right to tokens: data and calls, no decisions.

mod access;
mod call;
pub(crate) mod catalogue;
mod check;
pub(crate) mod error_type;
mod parameter;
mod place;
pub(crate) mod policies;
mod records;
mod signature;
pub(crate) mod tool;
pub(crate) mod tool_list;
mod unwise;
pub(crate) mod words;
