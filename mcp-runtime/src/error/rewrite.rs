//! Every text of an error, for those who have to change some.

use std::borrow::Cow;

use serde_json::Value;

use super::{Code, ToolError};

impl ToolError {
    /// Rewrites every text that can hold what a caller sent: `text` and `json` leave alone what they
    /// have nothing against. A borrowed text is a constant of the program and can't; a question to
    /// a person is made without secrets, and has to show all the rest as it is.
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
        if let Some(old) = &mut fields.developer
            && let Some(new) = text(old)
        {
            *old = new;
        }
        for value in [&mut fields.partial_data, &mut fields.details].into_iter().flatten() {
            json(value);
        }
    }
}
