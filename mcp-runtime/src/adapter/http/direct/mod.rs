//! The direct path: a plain `tools/call` of revision 2026-07-28 over HTTP, answered with JSON, is
//! read once, run in the request's own task, and its answer written once. A plain `tools/list` is
//! answered from texts that were made at start.
//!
//! Such a request needs no session and no stream, so that the SDK's service, its tasks and its
//! models, which cost several times the whole call, have nothing to add. The path takes a request
//! only where every condition is seen to be the plain good case: by its headers ([`headers`]), by
//! the tool that it calls (see [`takes`]), and by the shape of its body (`json::inspect_plain`, and
//! [`request`]). Whatever else there is goes on to the SDK as it came, above all what is wrong in any
//! way, so that its refusals are the SDK's own.
//!
//! The checks in front of the endpoint stand in front of both ways, in the same order, and so does
//! the pipeline behind both. What a test holds the two against each other for is everything that a
//! client or an operator can see: status, headers, body, log, records.

mod answer;
mod block;
mod headers;
mod inline;
mod list;
mod request;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode};
use rmcp::model::ProtocolVersion;
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, trace};

use crate::adapter::listing::Listing;
use crate::adapter::probe;
use crate::app::App;
use crate::caller::Caller;
use crate::context::Origin;
use crate::ending::Ending;
use crate::json::{Call, Envelope, Gist};
use crate::policy::Outcome;
use crate::tool::ToolInfo;
use answer::Writer;
use headers::JSON;
use inline::{Inline, let_others_go_first};
use list::Lists;
pub(super) use request::{Form, Input, Request, Whole};

/// What the path needs to know of a server.
pub(super) struct Direct {
    app: App,
    /// Whether it takes calls, by the tool's position.
    takes: Vec<bool>,
    writer: Writer,
    lists: Option<Lists>,
    /// Fires when what still runs is cut off.
    end: CancellationToken,
}

/// What a plain request asks for.
#[derive(Clone, Copy)]
pub(super) enum Asked {
    /// A call of the tool at this position.
    Call(usize),
    List,
}

impl Direct {
    /// Nothing where the server doesn't speak the revision, or where calls can't be read as the SDK
    /// reads them.
    pub(super) fn new(
        app: &App,
        listing: &Arc<Listing>,
        supported: &[ProtocolVersion],
        server_info: &Value,
        end: CancellationToken,
    ) -> Option<Self> {
        let takes: Vec<bool> = app.tools().map(takes).collect();
        if !supported.contains(&ProtocolVersion::V_2026_07_28) {
            return None;
        }
        if !probe::agrees(probe::arguments) {
            info!("all requests go through the SDK, which costs more: {}", probe::WHY);
            return None;
        }
        let writer = Writer::new(server_info);
        let lists = Lists::new(listing, server_info);
        Some(Self { app: app.clone(), takes, writer, lists, end })
    }

    /// What a request asks for, where its headers are those of a plain one, and if it is a call of a
    /// tool that the path takes calls of.
    pub(super) fn asked(&self, parts: &Parts) -> Option<Asked> {
        match headers::asked(parts)? {
            headers::Asked::List => self.lists.is_some().then_some(Asked::List),
            headers::Asked::Call(name) => {
                let position = self.app.registry().position(name)?;
                self.takes[position].then_some(Asked::Call(position))
            }
        }
    }

    /// The list that a message asks for, as its sender may see it.
    pub(super) fn list(
        &self,
        id: &Value,
        meta: &Gist<'_>,
        caller: &Caller,
    ) -> Option<Response<Body>> {
        let id = request::list(id, meta)?;
        let text = self.lists.as_ref()?.answer(&id, caller).ok()?;
        trace!("a list goes without the SDK");
        Some(in_json(StatusCode::OK, HeaderMap::new(), text))
    }

    /// The call of a message, if the message says of itself what its headers say of it.
    pub(super) fn call(
        &self,
        position: usize,
        said: &Envelope<'_>,
        call: Call<Gist<'_>>,
        whole: Whole,
    ) -> Option<Request> {
        let same = self.is_of(position, said);
        same.then(|| Request::new(position, &said.id, call, whole)).flatten()
    }

    /// Whether a message names the tool at this position.
    pub(super) fn is_of(&self, position: usize, said: &Envelope<'_>) -> bool {
        said.name.as_deref() == Some(self.app.registry().tool(position).name)
    }

    /// Runs a call to its end; nothing where the server ends before. When this is dropped, because
    /// the client has gone, the call is cancelled.
    pub(super) async fn run(&self, form: &Form, input: Input, caller: Caller) -> Option<Outcome> {
        let_others_go_first().await;
        // What would begin now is cut off, and the log may be closed.
        if self.end.is_cancelled() {
            return None;
        }
        let Input { arguments, client } = input;
        let position = form.position;
        trace!(tool = self.app.registry().tool(position).name, "a call goes without the SDK");
        let ending = Ending::default();
        let origin = Origin { request: Box::new(client), caller, ending: ending.clone() };
        let app = self.app.clone();
        let call = async move { app.registry().call(position, arguments, origin).await };
        tokio::select! {
            // What has come to its end is answered.
            biased;
            outcome = Inline::new(call, ending) => Some(outcome),
            () = self.end.cancelled() => None,
        }
    }

    /// The answer to a call of this form; nothing where it can't be written, as the log then says.
    pub(super) fn answer(&self, form: &mut Form, outcome: Outcome) -> Option<Response<Body>> {
        let tool = self.app.registry().tool(form.position);
        let written = self.writer.answer(form, outcome, tool);
        let (status, body) = written
            .inspect_err(|error| error!(tool = tool.name, "cannot write an answer: {error}"))
            .ok()?;
        Some(in_json(status, std::mem::take(&mut form.headers), body))
    }
}

/// An answer with one header, in the room that these had.
fn in_json(status: StatusCode, mut headers: HeaderMap, text: Vec<u8>) -> Response<Body> {
    headers.clear();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

/// Whether calls of a tool can be plain. One that asks people is not, nor one whose code may ask
/// for the SDK's own view of the request, which nothing else can give; and whether the headers of
/// its arguments say what the arguments do is for the SDK to compare.
fn takes(tool: &ToolInfo) -> bool {
    !tool.confirms && !tool.may_see_raw && !names_headers(&tool.input_schema)
}

/// Whether `x-mcp-header` stands anywhere in a schema.
fn names_headers(schema: &Map<String, Value>) -> bool {
    fn within(value: &Value) -> bool {
        match value {
            Value::Object(members) => names_headers(members),
            Value::Array(items) => items.iter().any(within),
            _ => false,
        }
    }
    schema.contains_key("x-mcp-header") || schema.values().any(within)
}
