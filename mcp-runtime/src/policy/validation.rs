//! Validation: defaults are applied, and every rule of the advertised schema is checked before
//! anything is deserialised. What comes out is exactly what the function receives.
//!
//! Business rules that don't wait are part of it: `check = path` on a function that isn't `async`.
//! Each runs where none of the arguments that it looks at breaks the schema, whatever the others
//! do, and what they object to stands in the same answer: one `invalid_arguments` with all that is
//! wrong. Where no rule is broken and a check has an answer of its own (`not_found`, `conflict`),
//! the first such answer is the call's. Nothing has happened then, so its effect is `none` unless
//! it says otherwise.

use std::sync::Arc;

use tower::Layer;

use super::service::ToolService;
use super::{Room, Running, refused};
use crate::call::ToolCall;
use crate::check::{CheckDef, Verdict};
use crate::error::ToolError;
use crate::validate::Validator;
use crate::violations::Violations;

/// Enforces one tool's input schema, and its checks that don't wait.
#[derive(Clone, Debug)]
pub(crate) struct ValidationLayer(Arc<Rules>);

#[derive(Debug)]
struct Rules {
    validator: Validator,
    checks: Vec<CheckDef>,
}

impl ValidationLayer {
    pub(crate) fn new(validator: Validator, checks: Vec<CheckDef>) -> Self {
        Self(Arc::new(Rules { validator, checks }))
    }
}

impl Layer<ToolService> for ValidationLayer {
    type Service = Validation;

    fn layer(&self, inner: ToolService) -> Validation {
        Validation { inner, rules: Arc::clone(&self.0) }
    }
}

#[derive(Debug)]
pub(crate) struct Validation {
    inner: ToolService,
    rules: Arc<Rules>,
}

impl Room for Validation {
    type Future = Running;

    fn run(&self, mut call: ToolCall) -> Running {
        match self.rules.enforce(&mut call) {
            Ok(()) => self.inner.run(call),
            Err(error) => refused(error),
        }
    }
}

impl Rules {
    fn enforce(&self, call: &mut ToolCall) -> Result<(), ToolError> {
        let broken = self.validator.check(&mut call.arguments).err();
        if self.checks.is_empty() {
            return broken.map(Violations::into_error).map_or(Ok(()), Err);
        }
        let mut verdict = Verdict::from(broken);
        for check in &self.checks {
            if !verdict.concerns(check) {
                verdict.add(check, check.decide(call));
            }
        }
        verdict.into_result()
    }
}

#[cfg(test)]
mod tests;
