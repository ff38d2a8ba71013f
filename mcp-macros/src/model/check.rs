//! Business rules across arguments.

use syn::{Attribute, Ident, Path};

/// `check = path` or `path(a, b)`, as it was written.
pub(crate) struct WrittenCheck {
    pub(crate) path: Path,
    /// `None` is every parameter with a plain name.
    pub(crate) arguments: Option<Vec<Ident>>,
}

/// A function, and what it is called with.
pub(crate) struct Check {
    pub(crate) path: Path,
    pub(crate) arguments: Vec<Operand>,
}

/// One reference that a check is called with.
pub(crate) struct Operand {
    /// Which of the tool's parameters it is, or is a part of.
    pub(crate) parameter: usize,
    pub(crate) cfg: Vec<Attribute>,
    /// The name that the parameter's pattern binds, at the word; `None` is the whole.
    pub(crate) binding: Option<Ident>,
    /// The word in the attribute, where it was written.
    pub(crate) word: Option<Ident>,
}
