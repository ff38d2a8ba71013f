//! The rules that all incoming JSON keeps, wherever in a message it stands.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, Visitor};

use super::Limits;
use crate::few::Few;

/// The rules at one place of a message, whatever is made of what stands there.
pub(super) struct Rules<'a> {
    depth: usize,
    limits: Limits,
    /// The broken rule, told apart from a syntax error.
    broken: &'a mut Option<String>,
}

impl<'a> Rules<'a> {
    pub(super) fn new(limits: Limits, broken: &'a mut Option<String>) -> Self {
        Self { depth: 0, limits, broken }
    }

    /// The rules of what stands in an object or a list here.
    pub(super) fn inner(&mut self) -> Rules<'_> {
        Rules { depth: self.depth + 1, limits: self.limits, broken: self.broken }
    }

    /// An object or a list begins.
    pub(super) fn enter<E: Error>(&mut self) -> Result<(), E> {
        if self.depth >= self.limits.depth {
            let depth = self.limits.depth;
            return Err(self.broken(format!("the message is nested deeper than {depth} levels")));
        }
        Ok(())
    }

    /// A string, or the name of a member.
    pub(super) fn measure<E: Error>(&mut self, text: &str) -> Result<(), E> {
        if text.len() > self.limits.string {
            let limit = self.limits.string;
            return Err(self.broken(format!("a string is longer than {limit} bytes")));
        }
        Ok(())
    }

    /// An object names a member that it has named before.
    pub(super) fn twice<E: Error>(&mut self) -> E {
        self.broken("an object names a key twice".into())
    }

    fn broken<E: Error>(&mut self, rule: String) -> E {
        *self.broken = Some(rule);
        E::custom("broken rule")
    }
}

/// The names of one object's members: most have few.
#[derive(Default)]
pub(super) struct Keys<'de> {
    /// Those of the expected names that have come, by the bits of their positions.
    expected: u8,
    few: Few<Cow<'de, str>>,
    many: HashSet<Cow<'de, str>>,
}

/// What is made of an object, while its members are read.
#[derive(Default)]
pub(super) struct Named<'de, T> {
    pub(super) names: Keys<'de>,
    pub(super) of: T,
}

impl<'de> Keys<'de> {
    const FEW: usize = 16;

    /// Notes a name, which must be new. Gives it back where it is expected, as at most eight are.
    pub(super) fn note<E: Error>(
        &mut self,
        key: Cow<'de, str>,
        expected: &[&'static str],
        rules: &mut Rules<'_>,
    ) -> Result<Option<&'static str>, E> {
        rules.measure(&key)?;
        if let Some(position) = expected.iter().position(|name| *name == key) {
            let before = self.expected;
            self.expected |= 1 << position;
            return if self.expected == before {
                Err(rules.twice())
            } else {
                Ok(Some(expected[position]))
            };
        }
        if self.few.contains(&key) || self.many.contains(&key) {
            return Err(rules.twice());
        }
        if self.few.len() < Self::FEW {
            self.few.push(key);
        } else {
            self.many.insert(key);
        }
        Ok(None)
    }
}

/// Reads a name, as a part of the message where it has no escapes.
pub(super) struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}
