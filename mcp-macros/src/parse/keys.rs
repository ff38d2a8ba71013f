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
    pub(crate) doc: &'static str,
    /// What holds where the key is absent.
    pub(crate) default: &'static str,
    /// What doesn't compile, besides another form.
    pub(crate) errors: &'static str,
    /// A correct use, quoted in help lines.
    pub(crate) example: &'static str,
}

/// The keys that may stand between one pair of parentheses.
pub(crate) struct Table {
    pub(crate) attribute: &'static str,
    /// Whose parentheses they are, if not the attribute's own.
    pub(crate) key: Option<&'static str>,
    pub(crate) keys: &'static [Key],
}

/// Which attribute has which keys, directly or in the parentheses of one.
pub(crate) const TABLES: [Table; 11] = [
    Table { attribute: "tool", key: None, keys: TOOL },
    Table { attribute: "tool", key: Some("idempotent"), keys: IDEMPOTENT },
    Table { attribute: "tool", key: Some("retry"), keys: RETRY },
    Table { attribute: "tool", key: Some("queue"), keys: QUEUE },
    Table { attribute: "tool", key: Some("adaptive"), keys: ADAPTIVE },
    Table { attribute: "tool", key: Some("cache"), keys: CACHE },
    Table { attribute: "tool", key: Some("audit"), keys: AUDIT },
    Table { attribute: "arg", key: None, keys: ARG },
    Table { attribute: "dependency", key: None, keys: DEPENDENCY },
    Table { attribute: "dependency", key: Some("breaker"), keys: BREAKER },
    Table { attribute: "tool_error", key: None, keys: TOOL_ERROR },
];
