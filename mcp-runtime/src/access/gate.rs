//! The one decision: may this caller call this tool, with these arguments?

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use serde_json::{Value, json};

use super::grant::written;
use super::{AccessDef, Catalogue, Grant, Grants};
use crate::call::Arguments;
use crate::caller::Caller;
use crate::error::{Code, Effect, NextAction, ToolError};

/// Bytes of the longest value that a refusal spells out. It stands in a header, of which proxies
/// take some KiB.
const MAX_VALUE: usize = 128;

/// What one tool demands, ready to be compared with what a caller holds.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    requirements: Vec<Requirement>,
}

/// One scope that a tool demands.
#[derive(Clone, Debug)]
pub(crate) struct Requirement {
    pub(crate) token: &'static str,
    /// Each field that may be constrained, and the argument that it is compared with.
    pub(crate) fields: BTreeMap<&'static str, Option<&'static str>>,
    /// The scope itself and those that include it.
    satisfied_by: Vec<String>,
}

/// A decision against a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Denied {
    /// There was no credential at all.
    pub(crate) anonymous: bool,
    /// Every scope that the call needs.
    pub(crate) required: Vec<String>,
    /// Those of them that the caller lacks.
    pub(crate) missing: Vec<String>,
}

/// What the caller's grants leave of the tool's rows: the constraints of each grant that allows
/// the call, by field. `None` is every row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rows(pub(crate) Option<Vec<BTreeMap<String, String>>>);

impl Gate {
    pub(crate) fn new(access: AccessDef, catalogue: &Catalogue) -> Self {
        let scopes = match access {
            AccessDef::Unstated | AccessDef::Public => &[],
            AccessDef::Scopes(scopes) => scopes,
        };
        let requirement = |scope: &super::ScopeDef| Requirement {
            token: scope.token,
            fields: scope.bindings.iter().map(|one| (one.field, one.argument)).collect(),
            satisfied_by: catalogue.implied_by(scope.token).into_iter().map(Into::into).collect(),
        };
        Self { requirements: scopes.iter().map(requirement).collect() }
    }

    pub(crate) fn requirements(&self) -> &[Requirement] {
        &self.requirements
    }

    /// Whether a grant is one of those by which this call is allowed.
    pub(crate) fn uses(&self, grant: &Grant, arguments: &Arguments) -> bool {
        self.requirements.iter().any(|one| one.allows(grant, arguments))
    }

    /// Whether a field's constraint is the function's to keep.
    pub(crate) fn leaves_open(&self, field: &str) -> bool {
        self.requirements.iter().any(|one| one.fields.get(field) == Some(&None))
    }

    /// Whether rows are decided about too, once the arguments are known to be valid.
    pub(crate) fn has_rows(&self) -> bool {
        self.requirements.iter().any(|one| !one.fields.is_empty())
    }

    /// Whether the caller may call the tool with any arguments at all: what lists and refusals
    /// before the arguments are read go by.
    pub(crate) fn admits(&self, caller: &Caller) -> bool {
        match caller.grants() {
            Grants::Everything => true,
            Grants::Only(grants) => self.lacking(grants).next().is_none(),
        }
    }

    /// The same, with the reason.
    ///
    /// # Errors
    ///
    /// Everything that the caller lacks.
    pub(crate) fn admit(&self, caller: &Caller) -> Result<(), Denied> {
        let Grants::Only(grants) = caller.grants() else { return Ok(()) };
        if self.lacking(grants).next().is_none() {
            return Ok(());
        }
        let missing = self.lacking(grants).map(|one| one.token.to_owned()).collect();
        let required = self.requirements.iter().map(|one| one.token.to_owned()).collect();
        Err(Denied { anonymous: caller.is_anonymous(), required, missing })
    }

    /// Whether the caller may call the tool with these arguments, and which rows it then sees.
    ///
    /// # Errors
    ///
    /// Everything that the caller lacks.
    pub(crate) fn rows(&self, caller: &Caller, arguments: &Arguments) -> Result<Rows, Denied> {
        let Grants::Only(grants) = caller.grants() else { return Ok(Rows(None)) };
        let mut rows = Some(Vec::new());
        let mut lacks = false;
        for one in &self.requirements {
            let mut allowing = one.allowing(grants, arguments).peekable();
            lacks |= allowing.peek().is_none();
            for grant in allowing {
                match &mut rows {
                    _ if one.fields.is_empty() => {}
                    Some(rows) if !grant.constraints().is_empty() => {
                        rows.push(grant.constraints().clone());
                    }
                    _ => rows = None,
                }
            }
        }
        if lacks { Err(self.denied(caller, grants, arguments)) } else { Ok(Rows(rows)) }
    }

    /// The requirements that no grant meets, whatever the arguments are.
    fn lacking(&self, grants: &[Grant]) -> impl Iterator<Item = &Requirement> {
        let met = |one: &Requirement| grants.iter().any(|grant| one.may_allow(grant));
        self.requirements.iter().filter(move |one| !met(one))
    }

    /// What a refused call needs, spelled out.
    fn denied(&self, caller: &Caller, grants: &[Grant], arguments: &Arguments) -> Denied {
        let asked = |one: &Requirement| one.asked(arguments);
        let lacks = |one: &&Requirement| one.allowing(grants, arguments).next().is_none();
        Denied {
            anonymous: caller.is_anonymous(),
            required: self.requirements.iter().map(asked).collect(),
            missing: self.requirements.iter().filter(lacks).map(asked).collect(),
        }
    }
}

impl Requirement {
    /// Whether a grant allows some call: it is of this scope, and every constraint of it is one
    /// that the tool can keep.
    fn may_allow(&self, grant: &Grant) -> bool {
        self.satisfied_by.iter().any(|token| token == grant.token())
            && grant.constraints().keys().all(|field| self.fields.contains_key(field.as_str()))
    }

    /// The grants that allow this call.
    fn allowing<'a>(
        &'a self,
        grants: &'a [Grant],
        arguments: &'a Arguments,
    ) -> impl Iterator<Item = &'a Grant> {
        grants.iter().filter(move |grant| self.allows(grant, arguments))
    }

    /// Whether a grant allows this call.
    fn allows(&self, grant: &Grant, arguments: &Arguments) -> bool {
        self.may_allow(grant)
            && grant.constraints().iter().all(|(field, granted)| {
                match self.fields.get(field.as_str()) {
                    Some(Some(argument)) => {
                        arguments.get(*argument).is_some_and(|value| spells(value, granted))
                    }
                    // The function takes the granted value, and its query filters by it.
                    Some(None) => true,
                    None => false,
                }
            })
    }

    /// The scope that this call needs, its constraints filled in: those that a grant could have and
    /// a header can hold.
    fn asked(&self, arguments: &Arguments) -> String {
        let filled: Vec<(&str, String)> = self
            .fields
            .iter()
            .filter_map(|(field, argument)| Some((*field, text(arguments.get((*argument)?)?)?)))
            .filter(|(_, value)| (1..=MAX_VALUE).contains(&value.len()))
            .collect();
        written(self.token, filled.iter().map(|(field, value)| (*field, value.as_str())))
    }
}

/// Whether a scalar is what a grant's constraint spells: [`text`], without writing it down.
fn spells(value: &Value, granted: &str) -> bool {
    match value {
        Value::String(text) => text == granted,
        Value::Number(number) => {
            let mut left = Left(granted);
            write!(left, "{number}").is_ok() && left.0.is_empty()
        }
        Value::Bool(truth) => granted == if *truth { "true" } else { "false" },
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    }
}

/// What of a text has not been written yet. Anything else can't be.
struct Left<'a>(&'a str);

impl fmt::Write for Left<'_> {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        self.0 = self.0.strip_prefix(piece).ok_or(fmt::Error)?;
        Ok(())
    }
}

/// A scalar as a grant's constraint spells it.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

impl Denied {
    /// The answer where no status of HTTP can say it.
    pub(crate) fn into_error(self) -> ToolError {
        let scopes = self.missing.join(" ");
        let error = if self.anonymous {
            let message = format!("this tool needs a credential with the scopes: {scopes}");
            ToolError::new(Code::Unauthenticated, message)
        } else {
            let message = format!(
                "the caller lacks what this call needs: {scopes}; ask for it, or do without"
            );
            ToolError::new(Code::InsufficientScope, message)
        };
        error
            .effect(Effect::None)
            .next_action(NextAction::Escalate)
            .details(json!({ "required": self.required, "missing": self.missing }))
            .denied(self)
    }
}
