//! What was written, with the words that wrote it.

use proc_macro2::TokenStream;
use syn::{
    Attribute, Expr, Generics, Ident, LitStr, Member, Pat, Path, Signature, Type, Visibility,
};

use super::{
    access::{Access, Entry},
    call::WrittenCall,
    policy::{Breaker, CacheKey, Concurrency, Queue, Rate, Retry},
    records::{Audit, Idempotent},
    text::Text,
};

/// A value and the key that gave it, for carets.
pub(crate) struct Given<T> {
    pub(crate) key: Ident,
    pub(crate) value: T,
}

/// `#[tool(…)]`.
pub(crate) struct ToolAttribute {
    pub(crate) runtime: Option<Given<Path>>,
    pub(crate) name: Option<Given<LitStr>>,
    pub(crate) title: Option<Given<LitStr>>,
    pub(crate) description: Option<Given<Text>>,
    pub(crate) version: Option<Given<LitStr>>,
    pub(crate) read_only: Option<Ident>,
    pub(crate) destructive: Option<Ident>,
    /// Which of the two was written first, if both were.
    pub(crate) read_only_first: bool,
    pub(crate) idempotent: Option<Idempotent>,
    pub(crate) open_world: Option<Ident>,
    pub(crate) access: Access,
    /// `confirm = "never"`.
    pub(crate) confirm_never: Option<Ident>,
    pub(crate) checks: Option<(Ident, Vec<WrittenCall>)>,
    pub(crate) timeout: Option<Given<u64>>,
    pub(crate) policies: Policies,
    pub(crate) audit: Option<Audit>,
    pub(crate) icons: Option<Given<Expr>>,
    pub(crate) meta: Option<Given<Expr>>,
    /// Whether all of it could be read; else nothing is said about absent keys.
    pub(crate) intact: bool,
}

/// The keys of `#[tool(…)]` that say how its calls are carried out.
pub(crate) struct Policies {
    pub(crate) retry: Option<Given<Retry>>,
    pub(crate) dependencies: Option<Given<Vec<Type>>>,
    pub(crate) concurrency: Option<Given<Concurrency>>,
    pub(crate) queue: Option<Given<Queue>>,
    pub(crate) rate_limits: Option<Given<Vec<Rate>>>,
    pub(crate) cost: Option<Given<f64>>,
    pub(crate) cache_ttl: Option<Given<u64>>,
    pub(crate) cache: Option<Given<CacheKey>>,
    pub(crate) stale_while_revalidate: Option<Given<u64>>,
    pub(crate) stale_if_error: Option<Given<u64>>,
    pub(crate) fallback: Option<Given<Path>>,
    pub(crate) blocking: Option<Ident>,
    pub(crate) heartbeat: Option<Given<u64>>,
    pub(crate) max_result: Option<Given<u64>>,
}

/// A type under `#[dependency(…)]`, and what the attribute says.
pub(crate) struct Dependency {
    pub(crate) cfg: Vec<Attribute>,
    pub(crate) ident: Ident,
    pub(crate) runtime: Option<Given<Path>>,
    pub(crate) name: Option<Given<LitStr>>,
    pub(crate) concurrency: Option<Given<Concurrency>>,
    pub(crate) queue: Option<Given<Queue>>,
    pub(crate) breaker: Option<Given<Breaker>>,
    /// From 0 to 1.
    pub(crate) retry_budget: Option<Given<f64>>,
    /// Whether all of it could be read; else nothing is said about absent keys.
    pub(crate) intact: bool,
}

/// The function under `#[tool]`.
pub(crate) struct Function {
    pub(crate) item: Item,
    pub(crate) docs: Text,
    pub(crate) parameters: Vec<Parameter>,
}

/// The function as it is emitted again, without helper attributes.
pub(crate) struct Item {
    /// Copied onto everything that stands beside the function.
    pub(crate) cfg: Vec<Attribute>,
    /// `#[allow(…)]` and the like, which hold for warnings about the contract, too.
    pub(crate) lints: Vec<Attribute>,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    /// Never looked into: editors and errors see the user's own tokens.
    pub(crate) body: TokenStream,
}

/// One parameter, apart from `self`.
pub(crate) struct Parameter {
    pub(crate) cfg: Vec<Attribute>,
    pub(crate) lints: Vec<Attribute>,
    pub(crate) docs: Text,
    pub(crate) arg: Option<ArgAttribute>,
    pub(crate) pattern: Pat,
    pub(crate) ty: Type,
}

/// `#[arg(…)]`.
pub(crate) struct ArgAttribute {
    /// The word `arg`.
    pub(crate) word: Path,
    pub(crate) rename: Option<Given<LitStr>>,
    pub(crate) description: Option<Given<Text>>,
    pub(crate) default: Option<Given<Expr>>,
    pub(crate) example: Option<Given<Expr>>,
    pub(crate) range: Option<Given<Bounds<Number>>>,
    pub(crate) length: Option<Given<Bounds<u64>>>,
    pub(crate) items: Option<Given<Bounds<u64>>>,
    pub(crate) pattern: Option<Given<LitStr>>,
    pub(crate) format: Option<Given<LitStr>>,
    pub(crate) header: Option<Given<LitStr>>,
    pub(crate) check: Option<Path>,
    pub(crate) secret: Option<Ident>,
    /// `audit = "plain"`.
    pub(crate) audit_plain: Option<Ident>,
    pub(crate) flatten: Option<Ident>,
}

/// The end of a `range(…)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    Int(i128),
    Float(f64),
}

impl Number {
    /// For comparison with a number that is no integer.
    #[allow(clippy::cast_precision_loss, reason = "the ends of a sensible range differ by more")]
    pub(crate) fn to_f64(self) -> f64 {
        match self {
            Number::Int(value) => value as f64,
            Number::Float(value) => value,
        }
    }
}

/// `min..max` or `min..=max`, with at least one end.
pub(crate) struct Bounds<T> {
    pub(crate) min: Option<T>,
    pub(crate) max: Option<T>,
    pub(crate) inclusive: bool,
    /// As it was written.
    pub(crate) tokens: TokenStream,
}

/// `scopes! { … }`.
pub(crate) struct Catalogue {
    pub(crate) runtime: Path,
    pub(crate) entries: Vec<Entry>,
    /// Whether all of it could be read; else nothing is said about absent entries.
    pub(crate) intact: bool,
}

/// `tools![…]`.
pub(crate) struct ToolList {
    pub(crate) runtime: Path,
    pub(crate) tools: Vec<ListedTool>,
}

/// One entry of `tools![…]`.
pub(crate) struct ListedTool {
    pub(crate) cfg: Vec<Attribute>,
    pub(crate) path: Path,
}

/// The type under `#[derive(ToolError)]`.
pub(crate) struct ErrorType {
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    pub(crate) runtime: Option<Given<Path>>,
    pub(crate) variants: Vec<ErrorVariant>,
}

/// A variant, or the whole of a struct.
pub(crate) struct ErrorVariant {
    /// The variant's or the struct's name.
    pub(crate) ident: Ident,
    /// `Type::Variant`, or `Type` alone for a struct.
    pub(crate) path: Path,
    pub(crate) fields: Vec<ErrorField>,
    pub(crate) attribute: Option<ErrorAttribute>,
}

/// A field of an error.
pub(crate) struct ErrorField {
    pub(crate) member: Member,
    pub(crate) ty: Type,
}

/// `#[tool_error(…)]` on a variant or a struct.
pub(crate) struct ErrorAttribute {
    pub(crate) code: Option<Given<LitStr>>,
    pub(crate) message: Option<Given<LitStr>>,
    pub(crate) retryable: Option<Ident>,
    pub(crate) retry_after: Option<Given<u64>>,
    pub(crate) effect: Option<Given<LitStr>>,
    pub(crate) next: Option<Given<LitStr>>,
    pub(crate) transparent: Option<Ident>,
    /// The word `tool_error`.
    pub(crate) word: Path,
    /// Whether all of it could be read; else nothing is said about absent keys.
    pub(crate) intact: bool,
}
