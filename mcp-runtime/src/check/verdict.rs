//! What several checks found, as one answer.

use super::{CheckDef, CheckError};
use crate::error::{Effect, ToolError};
use crate::violations::Violations;

/// What several checks found together: all rules that are broken, or else the first answer of
/// another kind.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    broken: Option<Violations>,
    error: Option<ToolError>,
}

impl From<Option<Violations>> for Verdict {
    /// What the schema has found already.
    fn from(broken: Option<Violations>) -> Self {
        Self { broken, error: None }
    }
}

impl Verdict {
    /// Whether the schema has something against an argument that the check looks at.
    pub(crate) fn concerns(&self, check: &CheckDef) -> bool {
        self.broken.as_ref().is_some_and(|broken| broken.concern(check.arguments))
    }

    pub(crate) fn add(&mut self, check: &CheckDef, result: Result<(), CheckError>) {
        match result {
            Ok(()) => {}
            Err(CheckError::Rule(words)) => {
                self.broken.get_or_insert_default().add(check.violation(&words));
            }
            Err(CheckError::Error(error)) => {
                // The function has not run.
                self.error.get_or_insert_with(|| error.unless_stated(Effect::None));
            }
        }
    }

    pub(crate) fn into_result(self) -> Result<(), ToolError> {
        let broken = self.broken.map(Violations::into_error);
        broken.or(self.error).map_or(Ok(()), Err)
    }
}
