//! Values that are texts with a grammar of their own: rates, sizes, shares.

use syn::LitStr;

use super::{
    entries::{Entries, string_value},
    shape,
};
use crate::{
    diag::{Diagnostics, listed, nearest},
    model::parsed::Given,
};

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
            shape::report(&entry, diagnostics);
            return None;
        };
        let value = checked(&text, what, parse, diagnostics)?;
        Some(Given { key: entry.word, value })
    }

    /// Takes `key = "…"`, where the text is one of two words.
    pub(super) fn one_of(
        &mut self,
        name: &str,
        words: [&'static str; 2],
        diagnostics: &mut Diagnostics,
    ) -> Option<&'static str> {
        let Given { value, .. } = self.string(name, diagnostics)?;
        let text = value.value();
        let found = words.into_iter().find(|word| *word == text);
        if found.is_none() {
            let text = text.escape_debug().to_string();
            let report = diagnostics.error(&value, format!("unknown `{name}` \"{text}\""));
            if let Some(near) = nearest(&text, words) {
                report.help(format!("did you mean \"{near}\"?"));
            }
            report.note(format!("accepted: {}", listed(words)));
        }
        found
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
