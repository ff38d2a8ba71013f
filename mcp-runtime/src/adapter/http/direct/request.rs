//! A plain request: what it says of itself, and the client of a call as the pipeline sees it.

use std::borrow::Cow;

use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};
use rmcp::model::{ClientCapabilities, RequestId};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::adapter::idempotency;
use crate::adapter::plain::request_id;
use crate::call::Arguments;
use crate::context::ClientRequest;
use crate::json::Call;

/// The revision whose requests are taken.
pub(super) const REVISION: &str = "2026-07-28";
const PROTOCOL_VERSION: &str = "io.modelcontextprotocol/protocolVersion";
const CLIENT_CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
const PROGRESS_TOKEN: &str = "progressToken";

/// A call that the direct path takes.
pub(in crate::adapter::http) struct Request {
    pub(super) form: Form,
    pub(super) arguments: Arguments,
    pub(super) client: Client,
}

/// What its answer depends on besides what comes of it.
#[derive(Clone)]
pub(in crate::adapter::http) struct Form {
    pub(super) position: usize,
    pub(super) id: RequestId,
    /// Whether the client can have tasks.
    pub(super) tasks: bool,
}

impl Request {
    /// The call, if it says all that one of this revision has to say.
    pub(super) fn new(position: usize, id: &Value, call: Call) -> Option<Self> {
        let Call { arguments, meta } = call;
        let (id, meta) = (request_id(id)?, meta?);
        let tasks = plain(&meta)?.supports_tasks();
        let client =
            Client { id: id.clone(), meta, headers: HeaderMap::new(), held: Extensions::new() };
        Some(Self { form: Form { position, id, tasks }, arguments, client })
    }

    /// Completes the call by what it came with besides its body.
    pub(in crate::adapter::http) fn with_parts(mut self, parts: Parts) -> Self {
        self.client.headers = parts.headers;
        self.client.held = parts.extensions;
        self
    }

    pub(in crate::adapter::http) fn form(&self) -> Form {
        self.form.clone()
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
pub(super) fn list(id: &Value, meta: &Map<String, Value>) -> Option<RequestId> {
    plain(meta)?;
    request_id(id)
}

/// What the client can do, if a request's `_meta` has all that it needs. One that wants to hear of
/// progress is none for the path: it needs a stream.
fn plain(meta: &Map<String, Value>) -> Option<ClientCapabilities> {
    let plain = meta.get(PROTOCOL_VERSION).and_then(Value::as_str) == Some(REVISION)
        && !meta.contains_key(PROGRESS_TOKEN);
    meta.get(CLIENT_CAPABILITIES).filter(|_| plain).and_then(capabilities)
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
    meta: Map<String, Value>,
    headers: HeaderMap,
    /// What layers in front have put beside the request, such as a permit: theirs as long as the
    /// call lasts.
    held: Extensions,
}

impl ClientRequest for Client {
    fn id(&self) -> Option<String> {
        Some(self.id.to_string())
    }

    fn meta(&self) -> &Map<String, Value> {
        &self.meta
    }

    fn idempotency_key(&self) -> Option<Result<Cow<'_, str>, &'static str>> {
        idempotency::key(&self.headers)
    }
}
