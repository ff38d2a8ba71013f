//! The ways in which a log writes a text.

use serde_json::json;

/// A text as it is, as `{:?}` writes it and as JSON does, without their quotes: a log has a secret
/// with a quote or a line break in it in either form.
pub(super) struct Forms(Vec<String>);

impl Forms {
    /// # Panics
    ///
    /// Of an empty text, which stands everywhere.
    #[track_caller]
    pub(super) fn of(text: &str) -> Self {
        assert!(!text.is_empty(), "an empty text stands everywhere: look for another one");
        let inner = |quoted: String| quoted[1..quoted.len() - 1].to_owned();
        let mut forms =
            vec![text.to_owned(), inner(format!("{text:?}")), inner(json!(text).to_string())];
        forms.dedup();
        Self(forms)
    }

    /// The whole lines, of text of many, in which one of the forms stands first.
    pub(super) fn lines_in<'a>(&self, text: &'a str) -> Option<&'a str> {
        let (start, form) =
            self.0.iter().filter_map(|form| Some((text.find(form)?, form))).min()?;
        let end = start + form.len();
        let begin = text[..start].rfind('\n').map_or(0, |at| at + 1);
        // A form that ends with a line break has its last line whole.
        let rest = text[end..].find('\n').map_or(text.len(), |at| end + at);
        Some(text[begin..if form.ends_with('\n') { end } else { rest }].trim_end_matches('\n'))
    }

    pub(super) fn stand_in(&self, text: &str) -> bool {
        self.0.iter().any(|form| text.contains(form))
    }
}
