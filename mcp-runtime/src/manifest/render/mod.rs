//! A manifest in each of its formats.

pub(super) mod html;
pub(super) mod json;
pub(super) mod markdown;
pub(super) mod openapi;

use super::model::RequiredScope;

/// How one scope bears on one tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// By including a scope that the tool asks for, rather than being it.
    pub(super) implied: bool,
    /// A grant can be limited to some rows.
    pub(super) limited: bool,
    /// The tool asks for other scopes besides.
    pub(super) partial: bool,
}

impl Mark {
    /// Nothing where the scope doesn't count for a tool that asks for these.
    pub(super) fn of(scope: &str, required: &[RequiredScope]) -> Option<Self> {
        let met: Vec<_> = required.iter().filter(|one| one.met_by(scope)).collect();
        (!met.is_empty()).then(|| Self {
            implied: met.iter().all(|one| one.scope != scope),
            limited: met.iter().any(|one| !one.constraints.is_empty()),
            partial: met.len() < required.len(),
        })
    }

    /// One sign for a cell of a table.
    pub(super) fn sign(self) -> &'static str {
        match (self.implied, self.limited, self.partial) {
            (false, false, false) => "●",
            (false, false, true) => "●+",
            (false, true, false) => "◆",
            (false, true, true) => "◆+",
            (true, false, false) => "○",
            (true, false, true) => "○+",
            (true, true, false) => "◇",
            (true, true, true) => "◇+",
        }
    }

    /// The same in words.
    pub(super) fn words(self) -> String {
        let how = if self.implied { "opens it by what it includes" } else { "opens it" };
        let rows = if self.limited { "; a grant can be limited to some rows" } else { "" };
        let more = if self.partial { "; other scopes are needed besides" } else { "" };
        format!("{how}{rows}{more}")
    }
}

/// What the signs mean.
pub(super) const LEGEND: [(&str, &str); 4] = [
    ("●", "the tool asks for this scope"),
    ("○", "this scope includes one that the tool asks for"),
    ("◆ ◇", "the same, and a grant of it can be limited to some rows"),
    ("+", "the tool asks for other scopes besides"),
];
