//! Tokens to what was written.

pub(crate) mod arg_attribute;
mod bounds;
mod docs;
mod duration;
mod entries;
pub(crate) mod error_type;
pub(crate) mod function;
pub(crate) mod keys;
pub(crate) mod message;
mod reader;
pub(crate) mod tool_attribute;
pub(crate) mod tool_list;
