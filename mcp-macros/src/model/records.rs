//! What is kept of calls: keys of idempotent ones, and the audit log.

use syn::{Attribute, Ident, LitStr};

use super::{
    call::{Call, WrittenCall},
    parsed::Given,
};

/// `idempotent`, as it was written.
pub(crate) struct Idempotent {
    pub(crate) word: Ident,
    pub(crate) form: Form,
}

/// The forms of `idempotent`.
pub(crate) enum Form {
    /// The word alone.
    Bare,
    /// A repeat is harmless by itself.
    Natural,
    /// One effect for each key.
    Once(Box<WrittenOnce>),
}

/// `idempotent(…)`, where it says how keys are dealt with.
pub(crate) struct WrittenOnce {
    /// The word `natural`, which contradicts all the rest.
    pub(crate) natural: Option<Ident>,
    pub(crate) key: Option<Given<WrittenKey>>,
    /// In milliseconds.
    pub(crate) ttl: Option<Given<u64>>,
    pub(crate) required: Option<Ident>,
    pub(crate) reject: bool,
    pub(crate) reconcile: Option<Given<WrittenCall>>,
    pub(crate) transaction: Option<Ident>,
    /// Which of the two was written first, if both were.
    pub(crate) transaction_first: bool,
}

/// What stands in the parentheses of `key`.
pub(crate) enum WrittenKey {
    /// `key(a, b)`.
    Fields(Vec<Ident>),
    /// `key(..)`.
    All,
}

/// One effect for each key.
pub(crate) struct Once {
    pub(crate) key: Key,
    /// In milliseconds; `None` is the default of such a key.
    pub(crate) ttl: Option<u64>,
    pub(crate) required: bool,
    pub(crate) reject: bool,
    pub(crate) reconcile: Option<Call>,
    /// The word, if it was written.
    pub(crate) transaction: Option<Ident>,
}

/// Where a call's key comes from if its client sends none.
pub(crate) enum Key {
    Client,
    Fields(Vec<KeyField>),
    Arguments,
}

/// One argument that a key is made of.
pub(crate) struct KeyField {
    pub(crate) parameter: usize,
    pub(crate) cfg: Vec<Attribute>,
    /// The word in the attribute.
    pub(crate) word: Ident,
    /// Its name in the schema.
    pub(crate) name: LitStr,
}

/// `audit(…)`.
pub(crate) struct Audit {
    pub(crate) keep_result: bool,
    /// In milliseconds; `None` is the server's.
    pub(crate) retention: Option<u64>,
}
