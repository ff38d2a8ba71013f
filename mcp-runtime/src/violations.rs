//! Broken rules, and the one answer that names them all.

use std::borrow::Cow;
use std::collections::HashSet;

use serde::Serialize;
use serde_json::json;

use crate::check::WHOLE;
use crate::error::{Code, Effect, NextAction, ToolError};

/// At most this many violations are listed; the rest are counted.
pub(crate) const MAX_LISTED: usize = 20;

/// One broken rule. Says what was expected, never what was sent.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Violation {
    /// RFC 6901.
    pub(crate) pointer: String,
    /// The schema's keyword, or `check`.
    pub(crate) rule: Cow<'static, str>,
    pub(crate) expected: String,
    /// The arguments that a rule is about, where it is about several.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(crate) arguments: &'static [&'static str],
}

/// What is known of the broken rules.
#[derive(Debug, Default)]
pub(crate) struct Violations {
    /// The first ones, at most [`MAX_LISTED`].
    pub(crate) listed: Vec<Violation>,
    /// How many others were found.
    pub(crate) not_listed: usize,
    /// Whether the search ended before all were found, so that `not_listed` is a lower bound.
    pub(crate) cut: bool,
    pub(crate) broken: Broken,
}

/// Which arguments break a rule.
#[derive(Debug)]
pub(crate) enum Broken {
    /// Those of these names.
    Named(HashSet<String>),
    /// Any may.
    Any,
}

impl Default for Broken {
    fn default() -> Self {
        Self::Named(HashSet::new())
    }
}

impl Violations {
    /// Whether any of these arguments may break a rule.
    pub(crate) fn concern(&self, arguments: &[&str]) -> bool {
        match &self.broken {
            Broken::Named(names) if arguments == [WHOLE] => !names.is_empty(),
            Broken::Named(names) => arguments.iter().any(|name| names.contains(*name)),
            Broken::Any => true,
        }
    }

    /// How many more are listed.
    pub(crate) fn room(&self) -> usize {
        MAX_LISTED.saturating_sub(self.listed.len())
    }

    /// Adds one. What the list says already, it doesn't say again.
    pub(crate) fn add(&mut self, violation: Violation) {
        if self.listed.contains(&violation) {
            return;
        }
        if self.room() > 0 {
            self.listed.push(violation);
        } else {
            self.not_listed += 1;
        }
    }

    /// `invalid_arguments`, with all that is listed.
    pub(crate) fn into_error(self) -> ToolError {
        let Self { listed, not_listed, cut, broken: _ } = self;
        let list: Vec<String> = listed.iter().map(Violation::sentence).collect();
        let rest = match (not_listed, cut) {
            (0, false) => String::new(),
            (0, true) => "; and maybe more".to_owned(),
            (more, false) => format!("; and {more} more"),
            (more, true) => format!("; and {more} more, maybe others"),
        };
        let message = format!("the arguments are not valid: {}{rest}", list.join("; "));
        ToolError::new(Code::InvalidArguments, message)
            .effect(Effect::None)
            .next_action(NextAction::Continue)
            .details(json!({ "violations": listed, "not_listed": not_listed }))
    }
}

impl Violation {
    /// `/limit must be at most 100`.
    fn sentence(&self) -> String {
        let at = match (self.arguments, self.pointer.as_str()) {
            ([], "") => "the arguments".to_owned(),
            ([], pointer) => pointer.to_owned(),
            (names, _) => names.join(", "),
        };
        format!("{at} {}", self.expected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn violation(pointer: &str) -> Violation {
        Violation {
            pointer: pointer.into(),
            rule: "check".into(),
            expected: "must be paid".into(),
            arguments: &[],
        }
    }

    #[test]
    fn the_same_is_said_once_and_the_list_is_bounded() {
        let mut violations = Violations::default();
        for _ in 0..3 {
            violations.add(violation("/a"));
        }
        assert_eq!((violations.listed.len(), violations.not_listed), (1, 0));
        for index in 0..MAX_LISTED {
            violations.add(violation(&format!("/{index}")));
        }
        assert_eq!((violations.listed.len(), violations.not_listed), (MAX_LISTED, 1));
        let error = violations.into_error();
        assert!(error.message().ends_with("; and 1 more"), "{error}");
        assert_eq!(error.to_json()["details"]["not_listed"], 1);
    }

    #[test]
    fn a_rule_about_several_arguments_names_them() {
        let mut violations = Violations::default();
        let both = Violation { arguments: &["from", "to"], ..violation("") };
        violations.add(both);
        let error = violations.into_error();
        assert_eq!(error.message(), "the arguments are not valid: from, to must be paid");
        let listed = &error.to_json()["details"]["violations"][0];
        assert_eq!(listed["arguments"], json!(["from", "to"]));
        assert_eq!(listed["pointer"], "");
    }

    #[test]
    fn the_whole_input_is_concerned_by_any_argument() {
        let mut violations = Violations::default();
        assert!(!violations.concern(&[WHOLE]), "a check's own words are no broken form");
        violations.broken = Broken::Named(HashSet::from(["a".to_owned()]));
        assert!(violations.concern(&[WHOLE]));
    }

    #[test]
    fn what_breaks_no_rule_is_not_concerned() {
        let named = Broken::Named(HashSet::from(["a".to_owned()]));
        let violations = Violations { broken: named, ..Violations::default() };
        assert!(violations.concern(&["b", "a"]) && !violations.concern(&["b"]));
        let any = Violations { broken: Broken::Any, ..Violations::default() };
        assert!(any.concern(&["b"]));
    }
}
