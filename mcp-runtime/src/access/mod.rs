//! Who may call what: the scopes that tools state, the grants that callers hold, and the one
//! decision about the two.
//!
//! A tool states its [`AccessDef`] beside its function. At start it becomes a [`Gate`], which
//! knows what each scope is implied by. A list, a call and the edge's answer all ask the same gate.

mod assertions;
mod catalogue;
mod gate;
mod grant;
mod granted;
#[cfg(test)]
mod tests;
mod unasked;

pub use assertions::{assert_found, assert_kept, assert_known, assert_unmixed};
pub(crate) use catalogue::Catalogue;
pub use catalogue::{ScopeEntry, Scopes};
pub(crate) use gate::{Denied, Gate, Rows};
pub use grant::InvalidScope;
pub(crate) use grant::{Grant, Grants};
pub use granted::Granted;
pub(crate) use unasked::unasked;

/// What a tool's attribute says about who may call it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum AccessDef {
    /// Nothing: with authentication on, the server doesn't start.
    #[default]
    Unstated,
    /// `public`: no scope is needed.
    Public,
    /// `scope = …`: all of these are needed.
    Scopes(&'static [ScopeDef]),
}

/// One scope of a tool: `read:invoices.where(customer_id = customer_id)`.
#[derive(Clone, Copy, Debug)]
pub struct ScopeDef {
    /// `verb:resource`.
    pub(crate) token: &'static str,
    pub(crate) bindings: &'static [Binding],
}

impl ScopeDef {
    #[doc(hidden)]
    pub const fn new(token: &'static str, bindings: &'static [Binding]) -> Self {
        Self { token, bindings }
    }
}

/// One constraint of a scope: a field, and what its value is compared with.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    pub(crate) field: &'static str,
    /// The argument, by the name it has in the schema. Without one the function takes the granted
    /// value itself, as [`Granted`].
    pub(crate) argument: Option<&'static str>,
}

impl Binding {
    #[doc(hidden)]
    pub const fn new(field: &'static str, argument: Option<&'static str>) -> Self {
        Self { field, argument }
    }
}
