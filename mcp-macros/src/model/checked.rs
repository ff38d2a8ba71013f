//! What is right, ready to be written out.

use proc_macro2::Span;
use syn::{Attribute, Expr, Generics, Ident, LitStr, Member, Path, Type};

use super::{
    parsed::{Given, Number},
    text::Text,
};

/// A tool whose contract holds.
pub(crate) struct Tool {
    pub(crate) name: LitStr,
    pub(crate) description: Text,
    pub(crate) parameters: Vec<Parameter>,
    /// The declared result; `None` is `()`.
    pub(crate) output: Option<Type>,
    pub(crate) title: Option<LitStr>,
    pub(crate) version: Option<LitStr>,
    /// The keys without a value that were written, such as `read_only`.
    pub(crate) hints: Vec<Ident>,
    /// In milliseconds.
    pub(crate) timeout: Option<u64>,
    pub(crate) icons: Option<Expr>,
    pub(crate) meta: Option<Expr>,
}

/// A parameter and the rules of its argument.
pub(crate) struct Parameter {
    pub(crate) cfg: Vec<Attribute>,
    pub(crate) ty: Type,
    pub(crate) source: Source,
    pub(crate) rules: Vec<Given<Rule>>,
}

/// Where a parameter's value comes from.
pub(crate) enum Source {
    /// A plain name: its type decides.
    Undecided(LitStr),
    /// `#[arg(…)]` stands on it.
    Argument(LitStr),
    /// `#[arg(flatten)]` stands on it.
    Flatten(LitStr),
    /// A pattern.
    Extractor,
}

/// One rule, as the runtime takes it.
pub(crate) enum Rule {
    Description(Text),
    Default(Expr),
    Example(Expr),
    Minimum(Number),
    Maximum(Number),
    ExclusiveMaximum(Number),
    Length(u64, Option<u64>),
    Items(u64, Option<u64>),
    Pattern(LitStr),
    Format(LitStr),
    Header(LitStr),
}

/// An error type and what each of its variants becomes.
pub(crate) struct ErrorType {
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    pub(crate) conversions: Vec<Conversion>,
}

/// A variant, or a struct, and what it becomes.
pub(crate) struct Conversion {
    pub(crate) path: Path,
    pub(crate) target: Target,
}

/// What an error becomes.
pub(crate) enum Target {
    /// An error whose text never leaves.
    Internal,
    /// What its only field becomes.
    Transparent { member: Member, ty: Box<Type> },
    /// An error with a code.
    Coded(Box<Coded>),
}

/// What travels of an error.
pub(crate) struct Coded {
    pub(crate) code: LitStr,
    /// `None` is the `Display` text.
    pub(crate) message: Option<Message>,
    pub(crate) retryable: bool,
    /// In milliseconds.
    pub(crate) retry_after: Option<u64>,
    /// A variant of the runtime's `Effect`.
    pub(crate) effect: Option<&'static str>,
    /// A variant of the runtime's `NextAction`.
    pub(crate) next: Option<&'static str>,
}

/// A format string whose arguments are `field_0`, `field_1`, …
pub(crate) struct Message {
    pub(crate) format: String,
    pub(crate) span: Span,
    pub(crate) fields: Vec<Member>,
}
