//! Every attribute key, once.
//!
//! The parser takes its known keys and its suggestions from these tables, and the reference in
//! `docs/attributes.md` is printed from them. The files depend on nothing, so that a program
//! which prints the reference can include them as they stand; hence the stated paths.

#[path = "keys/arg.rs"]
mod arg;
#[path = "keys/dependency.rs"]
mod dependency;
#[path = "keys/nested.rs"]
mod nested;
#[path = "keys/tool.rs"]
mod tool;
#[path = "keys/tool_error.rs"]
mod tool_error;

pub(crate) use self::{
    arg::ARG,
    dependency::DEPENDENCY,
    nested::{ADAPTIVE, AUDIT, BREAKER, CACHE, IDEMPOTENT, QUEUE, RETRY},
    tool::TOOL,
    tool_error::TOOL_ERROR,
};

/// One key of an attribute.
pub(crate) struct Key {
    /// As it is written.
    pub(crate) name: &'static str,
    /// The key with the shape of its value.
    pub(crate) grammar: &'static str,
    /// What it means.
    #[allow(dead_code, reason = "read by the printer of the reference")]
    pub(crate) doc: &'static str,
    /// What holds where the key is absent.
    #[allow(dead_code, reason = "read by the printer of the reference")]
    pub(crate) default: &'static str,
    /// What doesn't compile, besides another form.
    #[allow(dead_code, reason = "read by the printer of the reference")]
    pub(crate) errors: &'static str,
    /// A correct use, quoted in help lines.
    pub(crate) example: &'static str,
}
