//! A plain request: what it says of itself, and the client of a call as the pipeline sees it.

use std::borrow::Cow;
use std::sync::OnceLock;

use axum::body::Bytes;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};
use rmcp::model::{ClientCapabilities, RequestId};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::adapter::idempotency;
use crate::adapter::plain::request_id;
use crate::call::Arguments;
use crate::context::{self, ClientRequest};
use crate::json::{self, Call, Gist, Heeded, Limits};

/// The revision whose requests are taken.
pub(super) const REVISION: &str = "2026-07-28";

/// A call that the direct path takes.
pub(in crate::adapter::http) struct Request {
    pub(in crate::adapter::http) form: Form,
    pub(in crate::adapter::http) input: Input,
}

/// What goes into the pipeline.
pub(in crate::adapter::http) struct Input {
    pub(super) arguments: Arguments,
    pub(super) client: Client,
}

/// What its answer depends on besides what comes of it.
pub(in crate::adapter::http) struct Form {
    pub(super) position: usize,
    pub(super) id: RequestId,
    /// Whether the client can have tasks.
    pub(super) tasks: bool,
    /// The call's own headers. They are done with, and their room is what the answer's are put in:
    /// from there it goes to the connection, for the headers of its next request.
    pub(super) headers: HeaderMap,
}

/// A message as it came.
pub(in crate::adapter::http) struct Whole {
    pub(in crate::adapter::http) text: Bytes,
    pub(in crate::adapter::http) limits: Limits,
}

impl Whole {
    /// All that its client says in its `_meta`. What was read once can be read again.
    fn meta(&self) -> Map<String, Value> {
        json::meta(&self.text, self.limits).unwrap_or_default()
    }
}

/// A message that is larger than this, in bytes, is not kept for what might be asked of it: a call
/// that runs would have its arguments twice.
pub(super) const KEPT: usize = 8 << 10;

impl Request {
    /// The call, if it says all that one of this revision has to say.
    pub(super) fn new(
        position: usize,
        id: &Value,
        call: Call<Gist<'_>>,
        whole: Whole,
    ) -> Option<Self> {
        let Call { arguments, meta } = call;
        let (id, gist) = (request_id(id)?, meta?);
        let tasks = plain(&gist)?.supports_tasks();
        let read = (whole.text.len() > KEPT).then(|| whole.meta());
        let client = Client {
            id: id.clone(),
            heeded: gist.heeded,
            whole: if read.is_some() { Whole { text: Bytes::new(), ..whole } } else { whole },
            meta: read.map_or_else(OnceLock::new, OnceLock::from),
            key: None,
            held: Extensions::new(),
        };
        let form = Form { position, id, tasks, headers: HeaderMap::new() };
        Some(Self { form, input: Input { arguments, client } })
    }

    /// Completes the call by what it came with besides its body.
    pub(in crate::adapter::http) fn with_parts(mut self, parts: Parts) -> Self {
        let client = &mut self.input.client;
        client.key = idempotency::key(&parts.headers).map(|key| key.map(Cow::into_owned));
        client.held = parts.extensions;
        self.form.headers = parts.headers;
        self
    }
}

impl Form {
    /// The id of the call, as JSON.
    pub(in crate::adapter::http) fn id(&self) -> Value {
        self.id.clone().into_json_value()
    }
}

/// The id of a list that is asked for, if the request says all that one of this revision has to
/// say.
pub(super) fn list(id: &Value, meta: &Gist<'_>) -> Option<RequestId> {
    plain(meta)?;
    request_id(id)
}

/// What the client can do, if a request's `_meta` has all that it needs. One that wants to hear of
/// progress is none for the path: it needs a stream.
fn plain(meta: &Gist<'_>) -> Option<ClientCapabilities> {
    let plain = meta.revision.as_deref() == Some(REVISION) && !meta.wants_progress;
    meta.capabilities.as_ref().filter(|_| plain).and_then(capabilities)
}

/// What a client can do, if the SDK can read it. Most can do nothing.
fn capabilities(value: &Value) -> Option<ClientCapabilities> {
    match value {
        Value::Object(members) if members.is_empty() => Some(ClientCapabilities::default()),
        value => ClientCapabilities::deserialize(value).ok(),
    }
}

/// The client of a plain call.
pub(super) struct Client {
    id: RequestId,
    heeded: Heeded,
    whole: Whole,
    /// Read once somebody asks for more than is heeded, as few tools do.
    meta: OnceLock<Map<String, Value>>,
    /// The value of the header `Idempotency-Key`, or what is wrong with it.
    key: Option<Result<String, &'static str>>,
    /// What layers in front have put beside the request, such as a permit: theirs as long as the
    /// call lasts.
    held: Extensions,
}

#[cfg(test)]
impl Client {
    /// Whether nobody has asked for more than is heeded.
    pub(super) fn is_unread(&self) -> bool {
        self.meta.get().is_none()
    }

    pub(super) fn keeps_message(&self) -> bool {
        !self.whole.text.is_empty()
    }
}

impl ClientRequest for Client {
    fn id(&self) -> Option<context::RequestId<'_>> {
        Some((&self.id).into())
    }

    fn meta(&self) -> &Map<String, Value> {
        self.meta.get_or_init(|| self.whole.meta())
    }

    fn entry(&self, name: &str) -> Option<&Value> {
        if Heeded::knows(name) { self.heeded.get(name) } else { self.meta().get(name) }
    }

    fn idempotency_key(&self) -> Option<Result<Cow<'_, str>, &'static str>> {
        self.key.as_ref().map(|key| key.as_deref().map(Cow::Borrowed).map_err(|problem| *problem))
    }
}
