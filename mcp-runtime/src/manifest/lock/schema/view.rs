//! A schema as the comparison sees it.

use serde_json::{Map, Value};

use super::types::Types;
use super::words::{is_word, shown_object};

/// A schema, or the part of it that is of some types.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a> {
    /// Nothing for `true` and `false`.
    keywords: Option<&'a Map<String, Value>>,
    pub(super) types: Types,
    /// What references lead to.
    definitions: Option<&'a Map<String, Value>>,
}

impl<'a> View<'a> {
    pub(super) const TRUE: Self = Self { keywords: None, types: Types::ANY, definitions: None };

    /// A whole schema; nothing where it isn't one.
    pub(super) fn root(schema: &'a Map<String, Value>) -> Option<Self> {
        let definitions = schema.get("$defs").and_then(Value::as_object);
        Self { definitions, ..Self::TRUE }.with(schema)
    }

    /// A schema of the same document; nothing where it isn't one.
    pub(super) fn sub(&self, schema: &'a Value) -> Option<Self> {
        match schema {
            Value::Bool(all) => {
                let types = if *all { Types::ANY } else { Types::NONE };
                Some(Self { keywords: None, types, ..*self })
            }
            Value::Object(keywords) => self.with(keywords),
            _ => None,
        }
    }

    fn with(&self, keywords: &'a Map<String, Value>) -> Option<Self> {
        let types = keywords.get("type").map_or(Some(Types::ANY), Types::stated)?;
        Some(Self { keywords: Some(keywords), types, ..*self })
    }

    /// The part of it that is of these types.
    pub(super) fn only(self, types: Types) -> Self {
        Self { types: self.types.and(types), ..self }
    }

    /// The definition that it stands for, and its name; nothing where it doesn't only refer.
    pub(super) fn target(&self) -> Option<(&'a str, Self)> {
        let reference = self.get("$ref")?.as_str().filter(|_| self.only_says(&["$ref"]))?;
        let name = reference.strip_prefix("#/$defs/")?.replace("~1", "/").replace("~0", "~");
        let target = self.sub(self.definitions?.get(&name)?)?;
        Some((reference, target.only(self.types)))
    }

    pub(super) fn get(&self, keyword: &str) -> Option<&'a Value> {
        self.keywords?.get(keyword)
    }

    pub(super) fn object(&self, keyword: &str) -> Option<&'a Map<String, Value>> {
        self.get(keyword)?.as_object()
    }

    pub(super) fn list(&self, keyword: &str) -> &'a [Value] {
        self.get(keyword).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    pub(super) fn keywords(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.keywords.into_iter().flat_map(|all| all.keys().map(String::as_str))
    }

    /// Whether the two are the same wherever they stand.
    pub(super) fn same(&self, other: &Self) -> bool {
        self.types == other.types
            && self.keywords == other.keywords
            && !self.keywords.is_some_and(any_refers)
    }

    /// The alternatives of which a value has to be one.
    pub(super) fn forms(&self) -> Option<Forms<'a>> {
        let (list, exactly_one) = match (self.get("anyOf"), self.get("oneOf")) {
            (Some(any), None) => (any.as_array()?, false),
            (None, Some(one)) => (one.as_array()?, true),
            _ => return None,
        };
        let list = list.iter().map(|form| self.sub(form)).collect::<Option<_>>()?;
        Some(Forms { list, exactly_one })
    }

    /// Whether it says nothing but its types and this, words aside.
    pub(super) fn only_says(&self, keywords: &[&str]) -> bool {
        self.keywords().all(|one| one == "type" || is_word(one) || keywords.contains(&one))
    }

    /// The schema as it is written, as far as it is shown.
    pub(super) fn shown(self) -> Value {
        match self.keywords {
            Some(keywords) => shown_object(keywords),
            None => Value::Bool(self.types != Types::NONE),
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Forms<'a> {
    pub(super) list: Vec<View<'a>>,
    /// `oneOf`.
    pub(super) exactly_one: bool,
}

/// Whether a schema leads elsewhere. A property whose name looks like it only costs a shortcut.
pub(super) fn refers(schema: &Value) -> bool {
    match schema {
        Value::Array(all) => all.iter().any(refers),
        Value::Object(all) => any_refers(all),
        _ => false,
    }
}

fn any_refers(all: &Map<String, Value>) -> bool {
    all.iter().any(|(key, one)| matches!(&**key, "$ref" | "$dynamicRef") || refers(one))
}
