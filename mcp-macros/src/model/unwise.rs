//! What is legal and unwise.

use proc_macro2::Ident;
use syn::Attribute;

/// A warning about a tool.
pub(crate) struct Unwise {
    /// What it is called in the compiler's headline.
    pub(crate) name: &'static str,
    /// Where the caret is.
    pub(crate) at: Ident,
    /// Of the parameter that it is about.
    pub(crate) cfg: Vec<Attribute>,
    /// The levels of lints that the parameter states for itself.
    pub(crate) lints: Vec<Attribute>,
    pub(crate) message: String,
    pub(crate) condition: Condition,
}

/// When a warning holds, as far as the macro can tell.
pub(crate) enum Condition {
    Always,
    /// Where the parameter of this name turns out to be an argument.
    IsArgument(String),
    /// Where no parameter turns out to be an argument.
    NoArguments,
}
