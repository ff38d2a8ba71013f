//! What the generators can't do with a schema, by name.

use std::fmt;

/// Something about a schema that the generated arguments don't cover.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Unsupported {
    /// The place in the arguments: a JSON pointer (RFC 6901). `/0` stands for any item of a list.
    pub pointer: String,
    /// The schema's keyword.
    pub keyword: String,
    /// What is missing.
    pub why: Why,
}

/// Why something of a schema is not covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Why {
    /// The generators don't know the keyword. Valid arguments keep it, being tried against the
    /// whole schema; none are made to break it.
    NotUnderstood,
    /// No value was found that keeps all rules here: they contradict each other, or it takes more
    /// than the generators can do, as with some patterns.
    NoValue,
    /// No value was found that breaks this rule and no other.
    NotAlone,
    /// No value was found that lies exactly at the rule's edge.
    NoEdge,
    /// It would take more characters, items or alternatives than the generators make.
    TooLarge,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotUnderstood => "is not understood",
            Self::NoValue => "leaves no value that could be found",
            Self::NotAlone => "can't be broken without another rule",
            Self::NoEdge => "has an edge that no value was found for",
            Self::TooLarge => "takes more than is made",
        })
    }
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = if self.pointer.is_empty() { "the arguments" } else { &self.pointer };
        write!(f, "`{}` of {at} {}", self.keyword, self.why)
    }
}
