//! What was written to what is right, or errors that say what isn't.

mod access;
mod borrowed;
mod call;
pub(crate) mod catalogue;
mod check;
mod code;
pub(crate) mod dependency;
pub(crate) mod error_type;
mod idempotent;
mod message;
mod name;
mod parameter;
mod pattern;
mod policies;
mod signature;
pub(crate) mod tool;
mod unwise;
mod values;
