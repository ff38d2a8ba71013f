//! A whole message: what it says about itself, and where it is a plain request the rest of it.

use std::borrow::Cow;

use serde::de::MapAccess;
use serde_json::Value;

use super::Envelope;
use super::part::{Part, Scalar, Skipped, read};
use super::rules::{Key, Keys, Named, Rules};

/// What a request has.
const MEMBERS: [&str; 4] = ["jsonrpc", "id", "method", "params"];
/// What a plain request has among its parameters.
const PARAMS: [&str; 3] = ["name", "arguments", "_meta"];

/// What a message turns out to be. `A` is what becomes of a request's arguments, `M` of its `_meta`.
#[derive(Default)]
pub(super) enum Message<'de, A, M> {
    #[default]
    Scalar,
    List,
    /// And its parts, where nothing else in it speaks against a plain request.
    Object(Envelope<'de>, Option<Parts<A, M>>),
}

/// What a plain request says besides the envelope.
pub(super) struct Parts<A, M> {
    pub(super) arguments: Option<A>,
    pub(super) meta: Option<M>,
}

/// The members of a message that are known so far.
#[derive(Default)]
pub(super) struct Members<'de, A, M> {
    names: Keys<'de>,
    envelope: Envelope<'de>,
    versioned: bool,
    params: Params<'de, A, M>,
    /// It has members that no request has.
    other: bool,
}

impl<'de, A: Part<'de>, M: Part<'de>> Part<'de> for Message<'de, A, M> {
    type Item = Skipped;
    type Items = ();
    type Members = Members<'de, A, M>;

    fn push((): &mut (), _: Skipped) {}

    fn list((): ()) -> Self {
        Self::List
    }

    fn member<F: MapAccess<'de>>(
        members: &mut Self::Members,
        fields: &mut F,
        rules: &mut Rules<'_>,
    ) -> Result<bool, F::Error> {
        let Some(name) = fields.next_key_seed(Key)? else { return Ok(false) };
        match members.names.note(name, &MEMBERS, rules)? {
            Some("id") => members.envelope.id = id(read(fields, rules)?),
            Some("method") => {
                members.envelope.method = read::<Scalar<'_>, _>(fields, rules)?.into_text();
            }
            Some("params") => members.params = read(fields, rules)?,
            Some("jsonrpc") => {
                let version = read::<Scalar<'_>, _>(fields, rules)?.into_text();
                members.versioned = version.is_some_and(|version| version == "2.0");
            }
            _ => {
                members.other = true;
                read::<Skipped, _>(fields, rules)?;
            }
        }
        Ok(true)
    }

    fn object(members: Self::Members) -> Self {
        let Members { names: _, mut envelope, versioned, params, other } = members;
        envelope.name = params.name;
        let plain = versioned && !envelope.id.is_null() && !other && !params.other;
        let Params { arguments, meta, .. } = params;
        Self::Object(envelope, plain.then_some(Parts { arguments, meta }))
    }
}

/// The parameters of a message.
#[derive(Default)]
struct Params<'de, A, M> {
    name: Option<Cow<'de, str>>,
    arguments: Option<A>,
    meta: Option<M>,
    /// It has members that no plain request has, or a name that is no text.
    other: bool,
}

impl<'de, A: Part<'de>, M: Part<'de>> Part<'de> for Params<'de, A, M> {
    type Item = Skipped;
    type Items = ();
    type Members = Named<'de, Self>;

    fn push((): &mut (), _: Skipped) {}

    fn list((): ()) -> Self {
        Self::default()
    }

    fn member<F: MapAccess<'de>>(
        Named { names, of: params }: &mut Self::Members,
        fields: &mut F,
        rules: &mut Rules<'_>,
    ) -> Result<bool, F::Error> {
        let Some(name) = fields.next_key_seed(Key)? else { return Ok(false) };
        match names.note(name, &PARAMS, rules)? {
            Some("name") => {
                params.name = read::<Scalar<'_>, _>(fields, rules)?.into_text();
                params.other |= params.name.is_none();
            }
            Some("arguments") => params.arguments = Some(read(fields, rules)?),
            Some("_meta") => params.meta = Some(read(fields, rules)?),
            _ => {
                params.other = true;
                read::<Skipped, _>(fields, rules)?;
            }
        }
        Ok(true)
    }

    fn object(members: Self::Members) -> Self {
        members.of
    }
}

/// A string or a number; null where there is none.
fn id(scalar: Scalar<'_>) -> Value {
    match scalar {
        Scalar::Text(text) => Value::String(text.into_owned()),
        Scalar::Plain(number @ Value::Number(_)) => number,
        Scalar::Plain(_) | Scalar::None => Value::Null,
    }
}
