//! The way around this crate's own types, to the SDK's: for a tool that asks the client for
//! something in mid-call, sends notifications of its own, or answers in a way that
//! [`Reply`](crate::Reply) has no words for.
//!
//! These types follow the SDK's releases, also where those break. The SDK isn't re-exported, because
//! its names would crowd every message of the compiler: depend on the `rmcp` that this crate uses.

use rmcp::RoleServer;
use rmcp::model::{
    CallToolResponse, ErrorData, Extensions, InputResponses, ProgressNotificationParam,
    RequestMetaObject,
};
use rmcp::service::{Peer, RequestContext};
use serde_json::{Map, Value};

use std::borrow::Cow;
use std::pin::Pin;
use std::sync::Arc;

use super::entry::Entry;
use super::idempotency;
use crate::call::{Raw, Reply, ToolCall};
use crate::caller::Caller;
use crate::confirmation::Confirmation;
use crate::context::{self, ClientRequest};
use crate::error::{Code, ToolError};
use crate::extract::FromCall;
use crate::output::IntoReply;

/// The SDK's view of the request, as a parameter of the tool.
///
/// A call that came without the protocol, from the command line or a test, has none: the tool then
/// answers `internal`.
#[derive(Clone)]
pub struct RawContext(Arc<RawRequest>);

struct RawRequest {
    context: RequestContext<RoleServer>,
    input_responses: Option<InputResponses>,
    request_state: Option<String>,
    confirmation: Option<Confirmation>,
}

impl RawContext {
    pub(super) fn new(
        context: RequestContext<RoleServer>,
        input_responses: Option<InputResponses>,
        request_state: Option<String>,
        confirmation: Option<Confirmation>,
    ) -> Self {
        Self(Arc::new(RawRequest { context, input_responses, request_state, confirmation }))
    }

    /// The client, to send it requests and notifications. Ask only for what it declared.
    pub fn peer(&self) -> &Peer<RoleServer> {
        &self.0.context.peer
    }

    /// The request's `_meta`, with the SDK's accessors.
    pub fn meta(&self) -> &RequestMetaObject {
        &self.0.context.meta
    }

    /// What the transport left with the request; over HTTP, its `http::request::Parts`.
    pub fn extensions(&self) -> &Extensions {
        &self.0.context.extensions
    }

    /// The client's answers to an earlier result of type `input_required`.
    pub fn input_responses(&self) -> Option<&InputResponses> {
        self.0.input_responses.as_ref()
    }

    /// The state that such a result gave the client to keep. The client's word: sign what you
    /// have to believe.
    pub fn request_state(&self) -> Option<&str> {
        self.0.request_state.as_deref()
    }
}

impl std::fmt::Debug for RawContext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RawContext").field("id", &self.0.context.id).finish_non_exhaustive()
    }
}

impl ClientRequest for RawContext {
    fn id(&self) -> Option<context::RequestId<'_>> {
        Some((&self.0.context.id).into())
    }

    fn meta(&self) -> &Map<String, Value> {
        &self.0.context.meta.0.0
    }

    fn confirmation(&self) -> Option<&Confirmation> {
        self.0.confirmation.as_ref()
    }

    fn idempotency_key(&self) -> Option<Result<Cow<'_, str>, &'static str>> {
        let parts = self.extensions().get::<http::request::Parts>()?;
        idempotency::key(&parts.headers)
    }

    fn progress<'a>(
        &'a self,
        progress: f64,
        total: Option<f64>,
        message: Option<&'a str>,
    ) -> Option<Pin<Box<dyn Future<Output = ()> + Send + 'a>>> {
        let token = self.meta().get("progressToken").is_some();
        let token = token.then(|| self.0.context.meta.get_progress_token()).flatten()?;
        let mut report = ProgressNotificationParam::new(token, progress);
        report.total = total;
        report.message = message.map(str::to_owned);
        Some(Box::pin(async move {
            // A client that has gone is noticed by its request's cancellation.
            let _ = self.peer().notify_progress(report).await;
        }))
    }
}

impl FromCall for RawContext {
    const GIVES_CONTEXT: bool = false;

    fn from_call(call: &ToolCall) -> Result<Self, ToolError> {
        call.context().request::<Self>().cloned().ok_or_else(|| {
            ToolError::new(
                Code::Internal,
                "this tool can only be called by a client of the protocol",
            )
        })
    }
}

/// Who sends a request over HTTP, for a handler that tools were [delegated](crate::Server::delegate)
/// beside: scopes guard tools alone, so what it serves is open to every caller that may come in,
/// unless it asks here.
///
/// `None` over stdio, where there is one client.
pub fn caller(context: &RequestContext<RoleServer>) -> Option<Caller> {
    let parts = context.extensions.get::<http::request::Parts>()?;
    Some(parts.extensions.get::<Entry>()?.caller.clone())
}

/// The SDK's own answer, sent as it is: a result, a request for input, or a JSON-RPC error.
#[derive(Debug)]
pub struct RawReply(Result<CallToolResponse, ErrorData>);

impl<T: Into<CallToolResponse>> From<T> for RawReply {
    fn from(response: T) -> Self {
        Self(Ok(response.into()))
    }
}

impl RawReply {
    /// A JSON-RPC error. What a model should read is a [`ToolError`] instead.
    pub fn error(error: ErrorData) -> Self {
        Self(Err(error))
    }

    pub(super) fn into_inner(self) -> Result<CallToolResponse, ErrorData> {
        self.0
    }
}

impl IntoReply for RawReply {
    fn into_reply(self) -> Result<Reply, ToolError> {
        Ok(Reply { raw: Some(Raw(Box::new(self))), ..Reply::default() })
    }
}
