//! An attempt at breaking one rule.

use serde_json::Value;

use super::judge::Finding;
use super::node::{Choice, Form, Member, Object, address};

/// Values of which each should break one rule, and no other.
pub(super) struct Attempt {
    /// The schema that states the rule, and what tells the rule from the schema's others.
    pub(super) origin: (usize, String),
    /// The place and the keyword that are meant.
    pub(super) meant: Finding,
    /// The place and the keyword that are reported: those of the list of alternatives, where the
    /// rule stands within one.
    pub(super) reported: Finding,
    pub(super) values: Vec<Value>,
}

impl Attempt {
    /// To match none of several alternatives.
    pub(super) fn of_choice(pointer: &str, choice: &Choice<'_>, values: Vec<Value>) -> Self {
        Self::new(pointer, "", &choice.member, choice.keyword, values)
    }

    /// To break the rule that one of a form's schemas states under a keyword. `step` leads from
    /// the form's place to what is reported: a property that is missing, or unknown.
    pub(super) fn of(
        form: &Form<'_>,
        step: &str,
        member: &Member<'_>,
        keyword: &str,
        values: Vec<Value>,
    ) -> Self {
        Self::new(form.pointer(), step, member, keyword, values)
    }

    fn new(
        pointer: &str,
        step: &str,
        member: &Member<'_>,
        keyword: &str,
        values: Vec<Value>,
    ) -> Self {
        let meant = (format!("{pointer}{step}"), keyword.to_owned());
        let reported = match &member.blame {
            Some(blame) => (blame.pointer.clone(), blame.keyword.to_owned()),
            None => meant.clone(),
        };
        let origin = (address(member.schema), format!("{step} {keyword}"));
        Self { origin, meant, reported, values }
    }
}

/// An object with one more property, or another value of one.
pub(super) fn with(object: &Object, name: &str, value: Value) -> Value {
    let mut object = object.clone();
    object.insert(name.to_owned(), value);
    Value::Object(object)
}
