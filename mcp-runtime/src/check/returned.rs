//! What a check's function may return, and its errors.

use std::borrow::Cow;
use std::future::{Future, Ready, ready};

use futures_util::TryFutureExt as _;
use futures_util::future::MapErr;

use super::{CheckError, Checking};
use crate::error::ToolError;

/// Marks a check that answers at once.
#[derive(Debug)]
pub struct AtOnce;

/// Marks a check that is `async`.
#[derive(Debug)]
pub struct Later;

/// What a function named by `check = …` returns: `Result<(), E>`, or a future of it.
#[diagnostic::on_unimplemented(
    message = "a check returns `Result<(), E>`, not `{Self}`",
    label = "this function cannot be a check",
    note = "`E` is a text for the model (`&str`, `String`, `Cow<str>`), or turns into a `ToolError`"
)]
pub trait IntoCheck<M> {
    /// What comes of it.
    type Outcome: Outcome;

    /// Its outcome.
    fn into_check(self) -> Self::Outcome;
}

#[diagnostic::do_not_recommend]
impl<E: IntoCheckError> IntoCheck<AtOnce> for Result<(), E> {
    type Outcome = Ready<Result<(), CheckError>>;

    fn into_check(self) -> Self::Outcome {
        ready(self.map_err(E::into_check_error))
    }
}

#[diagnostic::do_not_recommend]
impl<F: Future<Output = Result<(), E>>, E: IntoCheckError> IntoCheck<Later> for F {
    type Outcome = MapErr<F, fn(E) -> CheckError>;

    fn into_check(self) -> Self::Outcome {
        self.map_err(E::into_check_error)
    }
}

/// What nothing is. With one more implementation that might apply, the compiler doesn't settle on
/// `Later` for what isn't a check at all, and says so once.
pub trait Nothing {}

#[diagnostic::do_not_recommend]
impl<N: Nothing> IntoCheck<N> for N {
    type Outcome = Ready<Result<(), CheckError>>;

    fn into_check(self) -> Self::Outcome {
        ready(Ok(()))
    }
}

/// A check's outcome, at once or later.
pub trait Outcome: Future<Output = Result<(), CheckError>> {
    /// Whether it has to be waited for.
    const WAITS: bool;
}

impl Outcome for Ready<Result<(), CheckError>> {
    const WAITS: bool = false;
}

impl<F: Future<Output = Result<(), E>>, E> Outcome for MapErr<F, fn(E) -> CheckError> {
    const WAITS: bool = true;
}

/// What the `E` of a check is: a text, or what turns into a [`ToolError`].
pub trait IntoCheckError {
    /// The conversion.
    fn into_check_error(self) -> CheckError;
}

impl IntoCheckError for &str {
    fn into_check_error(self) -> CheckError {
        CheckError::Rule(self.to_owned())
    }
}

impl IntoCheckError for String {
    fn into_check_error(self) -> CheckError {
        CheckError::Rule(self)
    }
}

impl IntoCheckError for Cow<'_, str> {
    fn into_check_error(self) -> CheckError {
        CheckError::Rule(self.into_owned())
    }
}

impl<E: Into<ToolError>> IntoCheckError for E {
    fn into_check_error(self) -> CheckError {
        CheckError::Error(self.into())
    }
}

/// The outcome of what a check's function returns.
pub fn outcome<R: IntoCheck<M>, M>(returned: R) -> R::Outcome {
    returned.into_check()
}

/// Whether a check has to be waited for, by the type of an outcome that there will never be.
pub fn waits<O: Outcome>(_: impl FnOnce() -> O) -> bool {
    O::WAITS
}

/// A check with the arguments that it looks at, as one future.
///
/// # Errors
///
/// None: the signature lets an expansion end with it.
pub fn checking(
    check: impl Future<Output = Result<(), CheckError>> + Send + 'static,
) -> Result<Checking, ToolError> {
    Ok(Box::pin(check))
}
