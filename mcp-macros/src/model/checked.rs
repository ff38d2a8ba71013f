//! What is right, ready to be written out.

use proc_macro2::Span;
use syn::{Attribute, Expr, Generics, Ident, LitStr, Member, Pat, Path, Type};

use super::{
    call::Call,
    parsed::{Given, Number},
    policy::{Breaker, Concurrency, Queue, Rate, Retry},
    records::{Audit, Once},
    text::Text,
    unwise::Unwise,
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
    pub(crate) scopes: Vec<Scope>,
    pub(crate) checks: Vec<Call>,
    pub(crate) policies: Policies,
    pub(crate) once: Option<Once>,
    pub(crate) audit: Option<Audit>,
    pub(crate) icons: Option<Expr>,
    pub(crate) meta: Option<Expr>,
    pub(crate) unwise: Vec<Unwise>,
}

/// One scope that a tool demands.
pub(crate) struct Scope {
    /// As it was written, for carets.
    pub(crate) literal: LitStr,
    /// `verb:resource`.
    pub(crate) token: String,
    pub(crate) bindings: Vec<Binding>,
}

impl Scope {
    /// The field that is left to the function, if there is one.
    pub(crate) fn open_field(&self) -> Option<&str> {
        self.bindings.iter().find(|one| one.argument.is_none()).map(|one| one.field.as_str())
    }
}

/// A field of a scope, and the argument that it is compared with, by its name in the schema.
pub(crate) struct Binding {
    pub(crate) field: String,
    pub(crate) argument: Option<LitStr>,
}

/// How calls are carried out; times in milliseconds.
pub(crate) struct Policies {
    pub(crate) retry: Option<Retry>,
    pub(crate) dependencies: Vec<Type>,
    pub(crate) concurrency: Option<Concurrency>,
    pub(crate) queue: Option<Queue>,
    pub(crate) rate_limits: Vec<Rate>,
    pub(crate) cost: Option<f64>,
    pub(crate) cache: Option<Cache>,
    pub(crate) fallback: Option<Path>,
    /// The word, if it was written.
    pub(crate) blocking: Option<Ident>,
    pub(crate) heartbeat: Option<u64>,
    /// In bytes.
    pub(crate) max_result: Option<u64>,
}

/// `cache_ttl` and what goes with it; times in milliseconds.
pub(crate) struct Cache {
    pub(crate) ttl: u64,
    pub(crate) stale_while_revalidate: Option<u64>,
    pub(crate) stale_if_error: Option<u64>,
    /// The word, if it was written.
    pub(crate) shared: Option<Ident>,
    pub(crate) normalize: Option<Path>,
}

/// A dependency whose contract holds.
pub(crate) struct Dependency {
    pub(crate) cfg: Vec<Attribute>,
    pub(crate) ident: Ident,
    pub(crate) name: LitStr,
    pub(crate) concurrency: Option<Concurrency>,
    pub(crate) queue: Option<Queue>,
    pub(crate) breaker: Option<Breaker>,
    /// From 0 to 1.
    pub(crate) retry_budget: Option<f64>,
}

/// A parameter and the rules of its argument.
pub(crate) struct Parameter {
    pub(crate) cfg: Vec<Attribute>,
    pub(crate) lints: Vec<Attribute>,
    pub(crate) pattern: Pat,
    pub(crate) ty: Type,
    pub(crate) source: Source,
    pub(crate) rules: Vec<Given<Rule>>,
    /// The check of this argument alone.
    pub(crate) check: Option<Path>,
    /// Whether a scope compares it with a grant.
    pub(crate) is_compared: bool,
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
    Secret,
    AuditPlain,
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
