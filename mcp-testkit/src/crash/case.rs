//! [`Case`]: a point, and how the function fails on the way there.

use std::fmt;

use mcp_runtime::{Effect, ToolError};

use super::CrashPoint;

/// A point, and how the function fails in a call that gets there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Case {
    pub(super) point: CrashPoint,
    pub(super) failure: Option<Failure>,
}

/// An error in place of a function's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    /// With [`Effect::None`] the function isn't run, so that it is true.
    pub(super) effect: Effect,
    pub(super) retryable: bool,
}

impl Failure {
    /// A code of an application, which no policy knows.
    pub(super) const CODE: &str = "crash_test";

    pub(super) fn error(self) -> ToolError {
        let error = ToolError::new(Self::CODE, "a crash test lets the function fail");
        let error = error.effect(self.effect);
        if self.retryable { error.retryable() } else { error }
    }
}

impl Case {
    /// Every point with every failure of it, in their order.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        let of = |point: &CrashPoint| {
            let point = *point;
            point.failures().iter().map(move |failure| Self { point, failure: *failure })
        };
        CrashPoint::ALL.iter().flat_map(of)
    }
}

impl Case {
    /// As in keys: each case has its own, since stores outlive them all.
    pub(super) fn key(self, of_call: &str) -> String {
        let again = self.failure.is_some_and(|failure| failure.retryable);
        format!("{of_call} {}{}", self.point, if again { " retryable" } else { "" })
    }
}

/// `` `after_failure`, of an error that is retryable ``: without the latter where there is no other.
impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.point)?;
        match self.failure {
            Some(failure) if self.point.failures().len() > 1 => {
                let is = if failure.retryable { "is" } else { "isn't" };
                write!(f, ", of an error that {is} retryable")
            }
            _ => Ok(()),
        }
    }
}
