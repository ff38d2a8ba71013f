//! The audit log: who called what, with which arguments, by which right, and what came of it.
//!
//! An *intent* is durable before the function runs, an *outcome* before the reply leaves. What is
//! refused before that is a single *refusal*.

mod body;
pub(crate) mod chain;
mod draft;
mod keys;
mod log;
mod settings;

pub(crate) use draft::{Draft, Erased, Intent, Outcome, Refusal};
pub(crate) use keys::{AuditKeys, Checkpoint};
pub(crate) use log::{Kept, Log};
pub(crate) use settings::{AuditPlace, AuditSettings};

/// Two lowercase digits for each byte.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;

    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a string doesn't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
