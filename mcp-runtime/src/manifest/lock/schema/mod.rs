//! Whether one JSON Schema can take another one's place.
//!
//! For arguments the new schema has to accept every instance that the old one accepted. For results
//! every instance of the new schema has to be one that a reader of the old one knows; and a reader
//! passes over what it doesn't know: to it, every object of the old schema is open, and `oneOf` is
//! `anyOf`. In both cases one schema, the *narrow* one, has to admit no more than the *wide* one.
//!
//! The comparison goes through both at once, keyword by keyword. What it calls compatible is; what
//! it can't show to be so is breaking, though it may be harmless. It knows the keywords that a
//! server of this crate writes for its own types. References are followed into `$defs`; where the
//! same two have been met on the way already, they are taken to fit, which is sound since an
//! instance is finite.

mod bounds;
mod disjoint;
mod forms;
mod lists;
mod objects;
mod rules;
mod scalars;
#[cfg(test)]
mod tests;
mod types;
mod values;
mod view;
mod walk;
mod words;

use serde_json::{Map, Value};

pub(super) use self::rules::Finding;
#[cfg(test)]
pub(super) use self::rules::{ALL, Reasons, Rule};
use self::view::View;
use self::walk::Walk;
use self::words::same_but_words;
use crate::manifest::lock::Class;

/// Whose schemas they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// Of arguments.
    Input,
    /// Of results.
    Output,
}

impl Side {
    fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Output => "output",
        }
    }
}

/// What differs. Nothing where both admit the same, as far as it can be told.
pub(super) fn compare(
    side: Side,
    old: &Map<String, Value>,
    new: &Map<String, Value>,
) -> Vec<Finding> {
    if old == new {
        return Vec::new();
    }
    let mut walk = Walk::new(side, same_but_words(old, new));
    match (View::root(old), View::root(new)) {
        (Some(old), Some(new)) => walk.relate(old, new),
        _ => walk.unknown("type", old.get("type"), new.get("type")),
    }
    walk.finish()
}

impl Finding {
    fn breaks(&self) -> bool {
        self.class == Class::Breaking
    }
}
