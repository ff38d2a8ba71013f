//! Checks of an application's own: what no schema can say about arguments.

use std::future::Future;
use std::pin::Pin;

use crate::call::ToolCall;
use crate::error::ToolError;

/// One check, as `check = path` of an attribute makes it.
#[derive(Clone, Copy, Debug)]
pub struct CheckDef {
    /// The arguments that it looks at, by the names they have in the schema. It runs only when
    /// none of them breaks the schema.
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
