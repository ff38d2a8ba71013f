//! Errors: all of them, each with its own place and a way out. And what an editor is told.

use std::fmt::{Display, Write as _};

use proc_macro2::{Ident, Punct, Spacing, Span, TokenStream};
use quote::ToTokens;

/// The errors of one expansion, to be turned into tokens at its end.
#[must_use]
#[derive(Default)]
pub(crate) struct Diagnostics {
    reports: Vec<Report>,
    words: Vec<Word>,
}

/// A word where a key is expected, known or not: what an editor explains, or completes.
pub(crate) struct Word {
    pub(crate) word: Ident,
    /// The attribute in whose parentheses it stands, or the key.
    pub(crate) owner: String,
}

/// One error; help lines are added to it.
pub(crate) struct Report {
    /// The tokens that the caret underlines, from the first to the last.
    at: TokenStream,
    message: String,
}

impl Diagnostics {
    /// Reports an error at `at`.
    #[cfg_attr(test, track_caller)]
    pub(crate) fn error(&mut self, at: impl ToTokens, message: impl Display) -> &mut Report {
        #[cfg(test)]
        crate::fuzz::sites::reached();
        self.reports.push(Report { at: at.into_token_stream(), message: message.to_string() });
        let last = self.reports.len() - 1;
        &mut self.reports[last]
    }

    /// Reports an error where there is no token to hold on to, such as an empty list.
    #[cfg_attr(test, track_caller)]
    pub(crate) fn error_at(&mut self, span: Span, message: impl Display) -> &mut Report {
        self.error(token_at(span), message)
    }

    /// Takes over an error of the parser.
    #[cfg_attr(test, track_caller)]
    pub(crate) fn syntax(&mut self, error: &syn::Error) -> &mut Report {
        self.error_at(error.span(), error)
    }

    /// Notes a word among the keys of `owner`, which is written as messages name it.
    pub(crate) fn word(&mut self, owner: &str, word: &Ident) {
        let owner = owner.trim_matches(['#', '[', ']']).to_owned();
        self.words.push(Word { word: word.clone(), owner });
    }

    pub(crate) fn take_words(&mut self) -> Vec<Word> {
        std::mem::take(&mut self.words)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.reports.is_empty()
    }

    /// How many there are so far.
    pub(crate) fn len(&self) -> usize {
        self.reports.len()
    }

    /// One `compile_error!` for each report.
    pub(crate) fn into_compile_errors(self) -> TokenStream {
        self.reports
            .into_iter()
            .map(|report| syn::Error::new_spanned(report.at, report.message).into_compile_error())
            .collect()
    }

    #[cfg(test)]
    pub(crate) fn messages(&self) -> Vec<&str> {
        self.reports.iter().map(|report| report.message.as_str()).collect()
    }
}

impl Report {
    /// Adds a line that says what to write instead.
    pub(crate) fn help(&mut self, text: impl Display) -> &mut Self {
        self.line("help", &text)
    }

    /// Adds a line that says why.
    pub(crate) fn note(&mut self, text: impl Display) -> &mut Self {
        self.line("note", &text)
    }

    fn line(&mut self, label: &str, text: &dyn Display) -> &mut Self {
        // Writing to a string can't fail.
        let _ = write!(self.message, "\n= {label}: {text}");
        self
    }
}

/// The candidate that was probably meant, if any is near. `camelCase` is no distance.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let word = &snake_case(word);
    let candidates: Vec<&str> = candidates.into_iter().collect();
    let allowed = match word.chars().count() {
        0..=2 => 0,
        3..=5 => 1,
        6..=8 => 2,
        _ => 3,
    };
    let near = candidates
        .iter()
        .map(|candidate| (strsim::osa_distance(word, candidate), *candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate);
    near.or_else(|| longer(word, &candidates))
}

/// The only candidate that `word` is the first or the last part of, as `limit` of `rate_limit`.
fn longer<'a>(word: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let is_part = |candidate: &&&str| {
        let before = candidate.strip_suffix(word).is_some_and(|rest| rest.ends_with('_'));
        let after = candidate.strip_prefix(word).is_some_and(|rest| rest.starts_with('_'));
        before || after
    };
    let mut found = candidates.iter().filter(is_part);
    match (found.next(), found.next()) {
        (Some(one), None) => Some(*one),
        _ => None,
    }
}

/// `word` as keys are written: `readOnly`, `ReadOnly` and `read-only` are `read_only`.
pub(crate) fn snake_case(word: &str) -> String {
    let mut text = String::new();
    let mut after_small = false;
    for c in word.chars() {
        if c.is_uppercase() && after_small {
            text.push('_');
        }
        after_small = c.is_lowercase() || c.is_ascii_digit();
        text.extend(if matches!(c, '-' | ' ') { vec!['_'] } else { c.to_lowercase().collect() });
    }
    text
}

/// Words in backticks, separated by commas.
pub(crate) fn listed<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words.into_iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// A token for a caret at `span`.
pub(crate) fn token_at(span: Span) -> TokenStream {
    let mut token = Punct::new('.', Spacing::Alone);
    token.set_span(span);
    token.into_token_stream()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_suggested_and_far_ones_are_not() {
        let keys = ["name", "timeout", "read_only", "destructive"];
        assert_eq!(nearest("tiemout", keys), Some("timeout"));
        assert_eq!(nearest("readonly", keys), Some("read_only"));
        assert_eq!(nearest("retry", keys), None);
        assert_eq!(nearest("xy", ["xz"]), None);
        assert_eq!(nearest("limit", ["rate_limit", "cost"]), Some("rate_limit"));
        assert_eq!(nearest("stale", ["stale_if_error", "stale_while_revalidate"]), None);
        assert_eq!(nearest("readOnly", keys), Some("read_only"));
        assert_eq!(nearest("Timeout", keys), Some("timeout"));
    }

    #[test]
    fn lines_follow_the_headline() {
        let mut diagnostics = Diagnostics::default();
        diagnostics.error_at(Span::call_site(), "no").help("yes").note("because");
        assert_eq!(diagnostics.messages(), ["no\n= help: yes\n= note: because"]);
    }
}
