//! Values that are texts with a grammar of their own: rates, sizes, shares.

use syn::LitStr;

use super::entries::{Entries, report_shape, string_value};
use crate::{diag::Diagnostics, model::parsed::Given};

/// Why a text isn't what it should be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    /// Left out where the help says it all.
    pub(super) reason: Option<String>,
    pub(super) help: String,
}

impl Wrong {
    pub(super) fn new(reason: impl Into<String>, help: impl Into<String>) -> Self {
        Self { reason: Some(reason.into()), help: help.into() }
    }

    pub(super) fn see(help: impl Into<String>) -> Self {
        Self { reason: None, help: help.into() }
    }
}

impl Entries {
    /// Takes `key = "…"`, where the text is a `what`.
    pub(super) fn text<T>(
        &mut self,
        name: &str,
        what: &str,
        parse: fn(&str) -> Result<T, Wrong>,
        diagnostics: &mut Diagnostics,
    ) -> Option<Given<T>> {
        let entry = self.take(name)?;
        let Some(text) = string_value(&entry.value) else {
            report_shape(&entry, diagnostics);
            return None;
        };
        let value = checked(&text, what, parse, diagnostics)?;
        Some(Given { key: entry.word, value })
    }
}

/// The value of a literal, or an error that quotes it.
pub(super) fn checked<T>(
    literal: &LitStr,
    what: &str,
    parse: fn(&str) -> Result<T, Wrong>,
    diagnostics: &mut Diagnostics,
) -> Option<T> {
    let text = literal.value();
    match parse(&text) {
        Ok(value) => Some(value),
        Err(Wrong { reason, help }) => {
            let reason = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
            let text = text.escape_debug();
            diagnostics.error(literal, format!("invalid {what} \"{text}\"{reason}")).help(help);
            None
        }
    }
}
