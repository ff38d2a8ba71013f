//! Functions that are called with parameters of a tool: checks, and what settles a doubt.

use syn::{Attribute, Ident, Path};

/// What a function is called for.
#[derive(Clone, Copy)]
pub(crate) enum Role {
    /// A business rule across arguments.
    Check,
    /// What an earlier call left behind.
    Reconcile,
}

impl Role {
    /// The key that names the function.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Reconcile => "reconcile",
        }
    }

    /// What messages call the function.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Reconcile => "function",
        }
    }
}

/// `path` or `path(a, b)`, as it was written.
pub(crate) struct WrittenCall {
    pub(crate) path: Path,
    /// `None` is every parameter with a plain name.
    pub(crate) arguments: Option<Vec<Ident>>,
}

/// A function, and what it is called with.
pub(crate) struct Call {
    pub(crate) path: Path,
    pub(crate) arguments: Vec<Operand>,
}

/// One reference that a function is called with.
pub(crate) struct Operand {
    /// Which of the tool's parameters it is, or is a part of.
    pub(crate) parameter: usize,
    pub(crate) cfg: Vec<Attribute>,
    /// The name that the parameter's pattern binds, at the word; `None` is the whole.
    pub(crate) binding: Option<Ident>,
    /// The word in the attribute, where it was written.
    pub(crate) word: Option<Ident>,
}
