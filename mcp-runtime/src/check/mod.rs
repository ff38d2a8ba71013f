//! Checks of an application's own: what no schema can say about arguments.

mod returned;
#[cfg(test)]
mod tests;
mod verdict;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use futures_util::FutureExt;

use crate::call::{Arguments, ToolCall};
use crate::error::ToolError;
use crate::params::{Kind, ParamDef, pointer};
use crate::secrets;
use crate::violations::Violation;
pub use returned::{IntoCheck, IntoCheckError, checking, outcome, waits};
pub(crate) use verdict::Verdict;

/// At most this many characters of a check's words are told.
const MAX_WORDS: usize = 500;

/// The name of the whole input, where one struct stands for it. Nothing else stands beside it.
pub(crate) const WHOLE: &str = "";

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

    /// Sets it going.
    ///
    /// # Errors
    ///
    /// An argument that doesn't deserialise.
    pub(crate) fn begin(&self, call: &ToolCall) -> Result<Checking, CheckError> {
        (self.run)(&mut self.copy(call)).map_err(CheckError::Error)
    }

    /// Runs one that doesn't wait.
    pub(crate) fn decide(&self, call: &ToolCall) -> Result<(), CheckError> {
        let waited = || ToolError::fault("a check that is not `async` waited");
        self.begin(call)?.now_or_never().unwrap_or_else(|| Err(CheckError::Error(waited())))
    }

    /// The call with nothing but the check's own arguments.
    fn copy(&self, call: &ToolCall) -> ToolCall {
        let own = |name: &&str| Some(((*name).to_owned(), call.arguments.get(*name)?.clone()));
        let arguments: Arguments = match self.arguments {
            [WHOLE] => call.arguments().clone(),
            some => some.iter().filter_map(own).collect(),
        };
        ToolCall {
            tool: Arc::clone(&call.tool),
            arguments: arguments.into(),
            context: call.context.clone(),
            states: Arc::clone(&call.states),
            extensions: call.extensions.clone(),
            place: None,
            claim: None,
        }
    }

    fn violation(&self, words: &str) -> Violation {
        let (pointer, arguments) = match self.arguments {
            [WHOLE] => (String::new(), &[][..]),
            [one] => (pointer(one), &[][..]),
            several => (String::new(), several),
        };
        let words = secrets::freed(words);
        let expected = match words.char_indices().nth(MAX_WORDS) {
            None => words,
            Some((end, _)) => format!("{}…", &words[..end]),
        };
        Violation { pointer, rule: "check".into(), expected, arguments }
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
