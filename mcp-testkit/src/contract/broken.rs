//! [`Broken`]: how a promise was broken.

use std::fmt;

use crate::Answer;

/// How a promise was broken, and by which call.
#[derive(Debug)]
pub(crate) struct Broken {
    what: String,
    call: Option<String>,
}

impl Broken {
    pub(crate) fn of(what: impl Into<String>) -> Self {
        Self { what: what.into(), call: None }
    }

    /// The same, with what led to it before it.
    pub(crate) fn within(self, where_: String) -> Self {
        Self { what: where_ + &self.what, ..self }
    }

    pub(super) fn by(what: impl Into<String>, answer: &Answer) -> Self {
        Self { what: what.into(), call: Some(answer.told()) }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        self.call.as_ref().map_or(Ok(()), |call| write!(f, "\n{call}"))
    }
}
