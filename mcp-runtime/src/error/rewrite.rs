//! Every text of an error, for those who have to change some.

use std::borrow::Cow;

use serde_json::Value;

use super::{Code, ForEdge, ToolError};

impl ToolError {
    /// Rewrites every text that can hold what a caller sent: `text` and `json` leave alone what they
    /// have nothing against. A borrowed text is a constant of the program and can't.
    pub(crate) fn rewrite(
        &mut self,
        text: impl Fn(&str) -> Option<String>,
        json: impl Fn(&mut Value),
    ) {
        let fields = &mut *self.0;
        let owned = |of: &mut Cow<'static, str>| {
            if let Cow::Owned(old) = of
                && let Some(new) = text(old)
            {
                *old = new;
            }
        };
        owned(&mut fields.message);
        if let Code::App(code) = &mut fields.code {
            owned(code);
        }
        fields.fallback_tool.as_mut().into_iter().for_each(owned);
        let question = match &mut fields.edge {
            Some(ForEdge::Question(question)) => Some(&mut question.message),
            _ => None,
        };
        for old in fields.developer.as_mut().into_iter().chain(question) {
            if let Some(new) = text(old) {
                *old = new;
            }
        }
        for value in [&mut fields.partial_data, &mut fields.details].into_iter().flatten() {
            json(value);
        }
    }
}
