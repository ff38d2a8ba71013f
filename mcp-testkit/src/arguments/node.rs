//! One place in the arguments, and the schemas that hold there.
//!
//! A value must keep several schemas at once: the place's own, what that one refers to, each of
//! `allOf`, and one of each list of alternatives. Nothing is merged: whoever needs a rule reads it
//! from all of them. A [`Form`] is one choice among the alternatives.

use std::rc::Rc;
use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::maker::Maker;
use super::unsupported::Why;

/// At most this many combinations of alternatives are followed at one place.
const MAX_FORMS: usize = 256;

/// A JSON object.
pub(super) type Object = Map<String, Value>;

/// The schema `true`.
pub(super) static ANYTHING: LazyLock<Object> = LazyLock::new(Object::new);

/// The schemas of a place, and the definitions that lead there.
pub(super) type PlaceKey<'s> = (Vec<usize>, Vec<&'s str>);

/// One of the schemas that hold at a place.
#[derive(Clone)]
pub(super) struct Member<'s> {
    pub(super) schema: &'s Object,
    /// Set within an alternative: what is reported when the alternative doesn't match.
    pub(super) blame: Option<Rc<Blame>>,
}

/// The list of alternatives that a broken rule makes fail.
pub(super) struct Blame {
    pub(super) pointer: String,
    pub(super) keyword: &'static str,
}

/// A place, its alternatives still open.
#[derive(Clone)]
pub(super) struct Node<'s> {
    pub(super) pointer: String,
    pub(super) members: Vec<Member<'s>>,
    /// The definitions that lead here.
    followed: Vec<&'s str>,
    /// How often one definition may lead to itself: this is what ends a recursive type.
    limit: usize,
}

/// A place with one alternative of each list chosen.
pub(super) struct Form<'s>(Node<'s>);

impl<'s> Form<'s> {
    pub(super) fn pointer(&self) -> &str {
        &self.0.pointer
    }

    pub(super) fn members(&self) -> &[Member<'s>] {
        &self.0.members
    }

    /// Of a definition within itself: what tells it from others, wherever it is used.
    pub(super) fn repeated(&self) -> Option<PlaceKey<'s>> {
        let (schemas, followed) = self.0.key();
        let is_repeated = followed.windows(2).any(|two| two[0] == two[1]);
        // The first one is what refers to the definition.
        is_repeated.then(|| (schemas.into_iter().skip(1).collect(), followed))
    }

    /// What each schema says under a keyword, where it says something.
    pub(super) fn each<'a>(
        &'a self,
        keyword: &'a str,
    ) -> impl Iterator<Item = (&'a Member<'s>, &'s Value)> + 'a {
        self.members().iter().filter_map(move |one| Some((one, one.schema.get(keyword)?)))
    }

    /// The place at a name or an index below this one.
    pub(super) fn child(&self, step: &str, members: Vec<Member<'s>>) -> Node<'s> {
        Node { pointer: format!("{}{step}", self.0.pointer), members, ..self.0.clone() }
    }
}

/// A list of alternatives.
pub(super) struct Choice<'s> {
    pub(super) member: Member<'s>,
    pub(super) keyword: &'static str,
    branches: &'s [Value],
}

impl<'s> Member<'s> {
    /// A schema below this one; none for `false`, which no value keeps.
    pub(super) fn below(&self, schema: &'s Value) -> Option<Self> {
        let schema = match schema {
            Value::Object(schema) => schema,
            Value::Bool(false) => return None,
            _ => &ANYTHING,
        };
        Some(Self { schema, blame: self.blame.clone() })
    }
}

impl<'s> Choice<'s> {
    fn branches(&self, pointer: &str) -> Vec<Member<'s>> {
        let blame = self.member.blame.clone().unwrap_or_else(|| {
            Rc::new(Blame { pointer: pointer.to_owned(), keyword: self.keyword })
        });
        let chosen = Member { schema: self.member.schema, blame: Some(blame) };
        self.branches.iter().filter_map(|branch| chosen.below(branch)).collect()
    }
}

/// A form in the making.
struct Draft<'s> {
    node: Node<'s>,
    unread: Vec<Member<'s>>,
    choices: Vec<Choice<'s>>,
}

impl<'s> Node<'s> {
    pub(super) fn root(schema: &'s Object, limit: usize) -> Self {
        let members = vec![Member { schema, blame: None }];
        Self { pointer: String::new(), members, followed: Vec::new(), limit }
    }

    /// The same place as if nothing had led to it.
    pub(super) fn fresh(&self, limit: usize) -> Self {
        Self { followed: Vec::new(), limit, ..self.clone() }
    }

    /// What tells the place from others whose values are the same: its schemas, and how far
    /// recursion may still go.
    pub(super) fn key(&self) -> PlaceKey<'s> {
        let mut followed = self.followed.clone();
        followed.sort_unstable();
        (self.members.iter().map(|one| address(one.schema)).collect(), followed)
    }

    /// Every combination of alternatives, in the schema's order.
    pub(super) fn forms(&self, maker: &Maker<'s>) -> Vec<Form<'s>> {
        let (node, unread) = (Self { members: Vec::new(), ..self.clone() }, self.members.clone());
        let mut drafts = vec![Draft { node, unread, choices: Vec::new() }];
        let mut forms = Vec::new();
        while let Some(draft) = drafts.pop() {
            let Some(mut draft) = draft.read(maker) else { continue };
            let Some(choice) = draft.choices.pop() else {
                forms.push(Form(draft.node));
                continue;
            };
            let mut branches = choice.branches(&self.pointer);
            let room = MAX_FORMS.saturating_sub(forms.len() + drafts.len());
            if branches.len() > room {
                maker.note(&self.pointer, choice.keyword, Why::TooLarge);
                branches.truncate(room);
            }
            drafts.extend(branches.into_iter().rev().map(|branch| draft.with(branch)));
        }
        forms
    }

    /// The lists of alternatives that hold here whatever is chosen elsewhere.
    pub(super) fn choices(&self, maker: &Maker<'s>) -> Vec<Choice<'s>> {
        let (node, unread) = (Self { members: Vec::new(), ..self.clone() }, self.members.clone());
        let draft = Draft { node, unread, choices: Vec::new() };
        draft.read(maker).map(|draft| draft.choices).unwrap_or_default()
    }
}

impl<'s> Draft<'s> {
    /// Follows references and `allOf`. None where a definition leads to itself too often, or where
    /// `false` stands.
    fn read(mut self, maker: &Maker<'s>) -> Option<Self> {
        while let Some(member) = self.unread.pop() {
            let schema = member.schema;
            if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
                let turns = self.node.followed.iter().filter(|name| **name == reference).count();
                if turns >= self.node.limit {
                    return None;
                }
                self.node.followed.push(reference);
                match maker.resolve(reference) {
                    Some(target) => self.unread.push(member.below(target)?),
                    None => maker.note(&self.node.pointer, "$ref", Why::NotUnderstood),
                }
            }
            for one in array(schema, "allOf") {
                self.unread.push(member.below(one)?);
            }
            for keyword in ["oneOf", "anyOf"] {
                let branches = array(schema, keyword);
                if !branches.is_empty() {
                    self.choices.push(Choice { member: member.clone(), keyword, branches });
                }
            }
            self.node.members.push(member);
        }
        Some(self)
    }

    fn with(&self, branch: Member<'s>) -> Self {
        let copy = |choice: &Choice<'s>| Choice {
            member: choice.member.clone(),
            keyword: choice.keyword,
            branches: choice.branches,
        };
        Self {
            node: self.node.clone(),
            unread: vec![branch],
            choices: self.choices.iter().map(copy).collect(),
        }
    }
}

/// What tells one schema of the document from another.
pub(super) fn address(schema: &Object) -> usize {
    std::ptr::from_ref(schema) as usize
}

/// What stands under a keyword that takes a list.
pub(super) fn array<'s>(schema: &'s Object, keyword: &str) -> &'s [Value] {
    schema.get(keyword).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
