//! Who may call a tool, the same as it was written and as it is right.

use syn::{Ident, LitStr};

/// `verb:resource[.where(…)]`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    /// `verb:resource`.
    pub(crate) token: String,
    pub(crate) fields: Vec<Field>,
}

impl Scope {
    /// What stands before the first colon.
    pub(crate) fn verb(&self) -> &str {
        self.token.split_once(':').map_or("", |(verb, _)| verb)
    }

    /// What stands behind it.
    pub(crate) fn resource(&self) -> &str {
        self.token.split_once(':').map_or("", |(_, resource)| resource)
    }
}

/// One constraint in the parentheses of `.where(…)`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) name: String,
    /// The parameter that it is compared with; without one the function keeps the constraint.
    pub(crate) argument: Option<String>,
}

/// A scope and the text that it was read from, for carets.
pub(crate) struct WrittenScope {
    pub(crate) literal: LitStr,
    pub(crate) scope: Scope,
}

/// `scopes! { … }`: one entry of the catalogue.
pub(crate) struct Entry {
    pub(crate) token: LitStr,
    pub(crate) description: LitStr,
    pub(crate) implies: Vec<LitStr>,
}

/// The keys of `#[tool(…)]` that say who may call it.
pub(crate) struct Access {
    /// The word `scope`, where it was written, and what of its value could be read.
    pub(crate) scopes: Option<(Ident, Vec<WrittenScope>)>,
    pub(crate) public: Option<Ident>,
    /// Which of the two was written first, if both were.
    pub(crate) scope_first: bool,
}

impl Access {
    /// The scopes that could be read.
    pub(crate) fn scopes(&self) -> impl Iterator<Item = &WrittenScope> {
        self.scopes.iter().flat_map(|(_, scopes)| scopes)
    }

    /// The word `scope`, where all that is demanded is to read.
    pub(crate) fn only_reads(&self) -> Option<&Ident> {
        let (key, scopes) = self.scopes.as_ref()?;
        let reads = scopes.iter().all(|one| one.scope.verb() == "read");
        (reads && !scopes.is_empty()).then_some(key)
    }
}
