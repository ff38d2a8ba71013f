//! Checks of an application's own: what no schema can say about arguments.

use std::borrow::Cow;
use std::future::{Future, Ready, ready};
use std::pin::Pin;

use futures_util::TryFutureExt as _;
use futures_util::future::MapErr;

use crate::call::ToolCall;
use crate::error::ToolError;
use crate::params::{Kind, ParamDef};

/// One check, as `check = path` of an attribute makes it.
#[derive(Clone, Copy, Debug)]
pub struct CheckDef {
    /// The arguments that it looks at, by the names they have in the schema. It runs only when
    /// none of them breaks the schema. The empty name is the whole input, of a flattened struct.
    pub(crate) arguments: &'static [&'static str],
    /// Whether its function is `async`: it then runs after everything that can answer without it.
    pub(crate) waits: fn() -> bool,
    /// Runs it. The call is a copy that holds nothing but those arguments; they are taken from it.
    pub(crate) run: fn(&mut ToolCall) -> Result<Checking, ToolError>,
}

/// A check on its way.
pub type Checking = Pin<Box<dyn Future<Output = Result<(), CheckError>> + Send>>;

/// What a check has against the arguments.
#[derive(Clone, Debug)]
pub enum CheckError {
    /// A rule that they break, in words for the model.
    Rule(String),
    /// An answer of its own: `not_found`, `conflict`.
    Error(ToolError),
}

impl CheckDef {
    #[doc(hidden)]
    pub const fn new(
        arguments: &'static [&'static str],
        waits: fn() -> bool,
        run: fn(&mut ToolCall) -> Result<Checking, ToolError>,
    ) -> Self {
        Self { arguments, waits, run }
    }
}

/// The names of those parameters that are arguments.
#[derive(Debug)]
pub struct Names<const N: usize> {
    all: [&'static str; N],
    count: usize,
}

/// Keeps the names of arguments; of a flattened struct, the empty one.
pub const fn names<const N: usize>(params: [ParamDef; N]) -> Names<N> {
    let mut names = Names { all: [""; N], count: 0 };
    let mut i = 0;
    while i < N {
        match params[i].kind {
            Kind::Extractor(_) => {}
            Kind::Flatten(_) => names.count += 1,
            Kind::Argument(_) => {
                names.all[names.count] = params[i].name;
                names.count += 1;
            }
        }
        i += 1;
    }
    names
}

impl<const N: usize> Names<N> {
    #[doc(hidden)]
    pub const fn listed(&'static self) -> &'static [&'static str] {
        self.all.split_at(self.count).0
    }
}

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
    note = "`E` is a text for the model (`&'static str`, `String`, `Cow<'static, str>`), or turns into a `ToolError`"
)]
pub trait IntoCheck<M> {
    /// Whether it has to be waited for.
    const WAITS: bool;

    /// What comes of it.
    type Outcome: Future<Output = Result<(), CheckError>>;

    /// Its outcome.
    fn into_check(self) -> Self::Outcome;
}

#[diagnostic::do_not_recommend]
impl<E: IntoCheckError> IntoCheck<AtOnce> for Result<(), E> {
    const WAITS: bool = false;

    type Outcome = Ready<Result<(), CheckError>>;

    fn into_check(self) -> Self::Outcome {
        ready(self.map_err(E::into_check_error))
    }
}

#[diagnostic::do_not_recommend]
impl<F: Future<Output = Result<(), E>>, E: IntoCheckError> IntoCheck<Later> for F {
    const WAITS: bool = true;

    type Outcome = MapErr<F, fn(E) -> CheckError>;

    fn into_check(self) -> Self::Outcome {
        self.map_err(E::into_check_error)
    }
}

/// What the `E` of a check is: a text, or what turns into a [`ToolError`].
pub trait IntoCheckError {
    /// The conversion.
    fn into_check_error(self) -> CheckError;
}

impl IntoCheckError for &'static str {
    fn into_check_error(self) -> CheckError {
        CheckError::Rule(self.to_owned())
    }
}

impl IntoCheckError for String {
    fn into_check_error(self) -> CheckError {
        CheckError::Rule(self)
    }
}

impl IntoCheckError for Cow<'static, str> {
    fn into_check_error(self) -> CheckError {
        CheckError::Rule(self.into_owned())
    }
}

impl<E: Into<ToolError>> IntoCheckError for E {
    fn into_check_error(self) -> CheckError {
        CheckError::Error(self.into())
    }
}

/// Whether a check has to be waited for, by what it would return.
pub fn waits<R: IntoCheck<M>, M>(_: impl FnOnce() -> R) -> bool {
    R::WAITS
}

/// The outcome of a check, at once or later.
///
/// # Errors
///
/// What the check has against the arguments.
pub async fn settle<R: IntoCheck<M>, M>(checked: R) -> Result<(), CheckError> {
    checked.into_check().await
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

#[cfg(test)]
mod tests;
