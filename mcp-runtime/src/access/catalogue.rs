//! The catalogue: every scope that there is, what it means and what it implies.

use std::collections::{BTreeMap, BTreeSet};

/// A catalogue of scopes, as [`scopes!`](crate::scopes) makes it.
#[derive(Clone, Copy, Debug)]
pub struct Scopes {
    /// Nothing where there is no catalogue.
    pub(crate) entries: Option<&'static [ScopeEntry]>,
}

/// One scope of a catalogue.
#[derive(Clone, Copy, Debug)]
pub struct ScopeEntry {
    pub(crate) token: &'static str,
    pub(crate) description: &'static str,
    /// The scopes that it includes.
    pub(crate) implies: &'static [&'static str],
}

impl ScopeEntry {
    #[doc(hidden)]
    pub const fn new(
        token: &'static str,
        description: &'static str,
        implies: &'static [&'static str],
    ) -> Self {
        Self { token, description, implies }
    }
}

impl Scopes {
    /// No catalogue: every scope is known.
    #[doc(hidden)]
    pub const NONE: Self = Self { entries: None };

    #[doc(hidden)]
    pub const fn new(entries: &'static [ScopeEntry]) -> Self {
        Self { entries: Some(entries) }
    }
}

/// The catalogues of a server's tools, as one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Catalogue {
    entries: BTreeMap<&'static str, ScopeEntry>,
}

impl Catalogue {
    /// Adds a tool's catalogue.
    ///
    /// # Errors
    ///
    /// The scopes that another catalogue describes in another way.
    pub(crate) fn add(&mut self, scopes: Scopes) -> Result<(), Vec<String>> {
        let mut problems = Vec::new();
        for entry in scopes.entries.unwrap_or_default() {
            let known = *self.entries.entry(entry.token).or_insert(*entry);
            if (known.description, known.implies) != (entry.description, entry.implies) {
                problems.push(format!(
                    "two catalogues say different things about the scope `{}`",
                    entry.token
                ));
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    /// What the catalogue says about a scope.
    pub(crate) fn description(&self, token: &str) -> Option<&'static str> {
        self.entries.get(token).map(|entry| entry.description)
    }

    /// Its entries, by their tokens.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &ScopeEntry> {
        self.entries.values()
    }

    /// The scope itself and every other one that includes it, directly or through others.
    pub(crate) fn implied_by<'a>(&'a self, token: &'a str) -> BTreeSet<&'a str> {
        let mut found = BTreeSet::from([token]);
        // Each round adds at least one of finitely many scopes, or is the last: circles end too.
        loop {
            let more: Vec<&str> = self
                .entries
                .values()
                .filter(|entry| entry.implies.iter().any(|implied| found.contains(implied)))
                .map(|entry| entry.token)
                .filter(|token| !found.contains(token))
                .collect();
            if more.is_empty() {
                return found;
            }
            found.extend(more);
        }
    }
}
