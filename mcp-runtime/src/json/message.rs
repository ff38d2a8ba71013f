//! A whole message: what it says about itself, and where it is a plain call the call itself.

use std::borrow::Cow;

use serde::de::MapAccess;
use serde_json::Value;

use super::Envelope;
use super::part::{Part, Scalar, Skipped, read};
use super::rules::{Key, Keys, Rules};

/// What a message turns out to be. `P` is what becomes of the parts of a call.
#[derive(Default)]
pub(super) enum Message<'de, P> {
    #[default]
    Scalar,
    List,
    /// And arguments and `_meta`, if it is a plain call as far as they don't matter.
    Object(Envelope<'de>, Option<(Option<P>, P)>),
}

/// The members of a message that are known so far.
#[derive(Default)]
pub(super) struct Members<'de, P> {
    names: Keys<'de>,
    envelope: Envelope<'de>,
    versioned: bool,
    params: Params<'de, P>,
    /// It has members that no call has.
    other: bool,
}

impl<'de, P: Part<'de>> Part<'de> for Message<'de, P> {
    type Item = Skipped;
    type Items = ();
    type Members = Members<'de, P>;

    fn push((): &mut (), _: Skipped) {}

    fn list((): ()) -> Self {
        Self::List
    }

    fn member<A: MapAccess<'de>>(
        members: &mut Self::Members,
        fields: &mut A,
        rules: &mut Rules<'_>,
    ) -> Result<bool, A::Error> {
        let Some(name) = fields.next_key_seed(Key)? else { return Ok(false) };
        let of = name.clone();
        members.names.note(name, rules)?;
        match &*of {
            "id" => members.envelope.id = id(read(fields, rules)?),
            "method" => members.envelope.method = read::<Scalar<'_>, _>(fields, rules)?.into_text(),
            "params" => members.params = read(fields, rules)?,
            "jsonrpc" => {
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
        let named = !envelope.id.is_null() && envelope.name.is_some();
        let calls = envelope.method.as_deref() == Some("tools/call");
        let plain = versioned && named && calls && !other && !params.other;
        let call = params.meta.filter(|_| plain).map(|meta| (params.arguments, meta));
        Self::Object(envelope, call)
    }
}

/// The parameters of a message.
#[derive(Default)]
struct Params<'de, P> {
    names: Keys<'de>,
    name: Option<Cow<'de, str>>,
    arguments: Option<P>,
    meta: Option<P>,
    /// It has members that no plain call has.
    other: bool,
}

impl<'de, P: Part<'de>> Part<'de> for Params<'de, P> {
    type Item = Skipped;
    type Items = ();
    type Members = Self;

    fn push((): &mut (), _: Skipped) {}

    fn list((): ()) -> Self {
        Self::default()
    }

    fn member<A: MapAccess<'de>>(
        params: &mut Self,
        fields: &mut A,
        rules: &mut Rules<'_>,
    ) -> Result<bool, A::Error> {
        let Some(name) = fields.next_key_seed(Key)? else { return Ok(false) };
        let of = name.clone();
        params.names.note(name, rules)?;
        match &*of {
            "name" => params.name = read::<Scalar<'_>, _>(fields, rules)?.into_text(),
            "arguments" => params.arguments = Some(read(fields, rules)?),
            "_meta" => params.meta = Some(read(fields, rules)?),
            _ => {
                params.other = true;
                read::<Skipped, _>(fields, rules)?;
            }
        }
        Ok(true)
    }

    fn object(params: Self) -> Self {
        params
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
