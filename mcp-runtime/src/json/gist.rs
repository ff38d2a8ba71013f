//! The gist of a request's `_meta`.

use std::borrow::Cow;

use serde::de::MapAccess;
use serde_json::Value;

use super::part::{Part, Scalar, Skipped, read};
use super::rules::{Key, Named, Rules};
use crate::meta;

const PROTOCOL_VERSION: &str = "io.modelcontextprotocol/protocolVersion";
const CLIENT_INFO: &str = "io.modelcontextprotocol/clientInfo";
const CLIENT_CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
const PROGRESS_TOKEN: &str = "progressToken";
/// What the pipeline goes by, of any client.
const HEEDED: [&str; 4] =
    [meta::TRACEPARENT, meta::TRACESTATE, meta::BAGGAGE, meta::IDEMPOTENCY_KEY];
/// All of these, what nearly every request has first.
const NAMES: [&str; 8] = {
    let [traceparent, tracestate, baggage, key] = HEEDED;
    [
        PROTOCOL_VERSION,
        CLIENT_INFO,
        CLIENT_CAPABILITIES,
        traceparent,
        tracestate,
        baggage,
        key,
        PROGRESS_TOKEN,
    ]
};

/// What a server itself goes by, of all that a client may say in a `_meta`. The rest of it is held
/// to the rules of every message, and not kept.
#[derive(Debug, Default)]
pub(crate) struct Gist<'a> {
    /// The protocol's revision, where it is a text.
    pub(crate) revision: Option<Cow<'a, str>>,
    /// What the client can do, by its own word.
    pub(crate) capabilities: Option<Value>,
    /// Whether there is a progress token, of whatever kind.
    pub(crate) wants_progress: bool,
    pub(crate) heeded: Heeded,
}

/// The entries that the pipeline goes by.
#[derive(Debug, Default)]
pub(crate) struct Heeded(Vec<(&'static str, Value)>);

impl Heeded {
    /// Whether the entry of this name would be here.
    pub(crate) fn knows(name: &str) -> bool {
        HEEDED.contains(&name)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(of, _)| *of == name).map(|(_, value)| value)
    }
}

/// What is no object has none.
impl<'de> Part<'de> for Option<Gist<'de>> {
    type Item = Skipped;
    type Items = ();
    type Members = Named<'de, Gist<'de>>;

    fn push((): &mut (), _: Skipped) {}

    fn list((): ()) -> Self {
        None
    }

    fn member<A: MapAccess<'de>>(
        Named { names, of: gist }: &mut Self::Members,
        fields: &mut A,
        rules: &mut Rules<'_>,
    ) -> Result<bool, A::Error> {
        let Some(name) = fields.next_key_seed(Key)? else { return Ok(false) };
        match names.note(name, &NAMES, rules)? {
            Some(PROTOCOL_VERSION) => {
                gist.revision = read::<Scalar<'_>, _>(fields, rules)?.into_text();
            }
            Some(CLIENT_CAPABILITIES) => gist.capabilities = Some(read(fields, rules)?),
            Some(name) if Heeded::knows(name) => {
                gist.heeded.0.push((name, read(fields, rules)?));
            }
            name => {
                gist.wants_progress |= name == Some(PROGRESS_TOKEN);
                read::<Skipped, _>(fields, rules)?;
            }
        }
        Ok(true)
    }

    fn object(members: Self::Members) -> Self {
        Some(members.of)
    }
}
