//! The checks in front of the MCP endpoint. Every refusal is a JSON-RPC error: clients show its
//! code and message, and nothing of a plain-text body.

use std::net::IpAddr;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::AsHeaderName;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method, Request, Response, StatusCode};
use http_body_util::Full;
use serde_json::Value;
use tracing::info;

use super::body::{self, Incoming};
use super::cors;
use super::direct::{self, Asked, Direct, Form};
use super::door::{Door, Metadata};
use super::endpoint::Endpoint;
use super::hosts::Hosts;
use super::in_json::in_json;
use super::limits;
use super::refusal::Refusal;
use super::sessions::{Opening, Owners, Place};
use crate::access::Denied;
use crate::adapter::entry::{Entry, is_for_the_door};
use crate::adapter::handler::CONCEALED;
use crate::app::App;
use crate::caller::Caller;
use crate::error::ToolError;
use crate::json::{Envelope, Limits, Plain, inspect, inspect_gist};

/// A client that finds no free session may ask again after so long.
const SESSION_PAUSE: Duration = Duration::from_secs(5);
/// Of a request that is refused at the door, at most this much is read to learn its id: enough for
/// any honest call, and too little to keep a server busy.
const MAX_UNKNOWN: usize = 64 << 10;
pub(super) const SESSION_ID: HeaderName = HeaderName::from_static("mcp-session-id");

pub(super) struct Guard {
    app: App,
    door: Door,
    owners: Owners,
    opening: Opening,
    endpoint: Endpoint,
    hosts: Hosts,
    limits: Limits,
    max_sessions: usize,
    read_timeout: Duration,
}

/// A request that may go on.
enum Admitted<'a> {
    /// As it came, to the SDK.
    Whole(Whole),
    /// A plain call, read already.
    Plain(&'a Direct, direct::Request, Caller),
    /// A list, in its answer.
    Listed(Response<Body>),
}

struct Whole {
    request: Request<Full<Bytes>>,
    /// What its answer carries.
    id: Value,
    entry: Entry,
    /// Held while it opens a session.
    opening: Option<Place>,
    /// Its tool has to look as if it weren't there.
    conceals: bool,
}

impl Guard {
    pub(super) fn new(app: &App, endpoint: Endpoint) -> Self {
        let settings = app.settings();
        Self {
            app: app.clone(),
            door: Door::new(app),
            owners: Owners::default(),
            opening: Opening::default(),
            endpoint,
            hosts: Hosts::new(settings),
            limits: settings.json_limits(),
            max_sessions: settings.http_max_sessions,
            read_timeout: settings.http_read_timeout,
        }
    }

    pub(super) fn metadata(&self) -> Option<&Metadata> {
        self.door.metadata()
    }

    /// The answer to a request, which came from an address, as far as that is known.
    pub(super) async fn answer<B: Incoming>(
        &self,
        request: Request<B>,
        peer: Option<IpAddr>,
    ) -> Response<Body> {
        if let Err(refusal) = self.hosts.check(&request) {
            return refusal.response();
        }
        let Some(page) = cors::page(request.headers()) else {
            return self.serve(request, peer).await;
        };
        if cors::is_preflight(&request) {
            return cors::preflight(request.headers(), page);
        }
        let mut response = self.serve(request, peer).await;
        cors::share(response.headers_mut(), page);
        response
    }

    async fn serve<B: Incoming>(
        &self,
        request: Request<B>,
        peer: Option<IpAddr>,
    ) -> Response<Body> {
        let ends_session = request.method() == Method::DELETE;
        let admitted = match self.check(request, peer).await {
            Ok(admitted) => admitted,
            Err(refusal) => return refusal.response(),
        };
        let Whole { request, id, entry, opening, conceals } = match admitted {
            Admitted::Whole(whole) => whole,
            Admitted::Plain(direct, call, caller) => return self.run(direct, call, caller).await,
            Admitted::Listed(answer) => return answer,
        };
        let answering = CONCEALED.scope(conceals, self.endpoint.answer(request));
        let mut response = answering.await;
        if let Some(failure) = entry.failure()
            && let Some(refused) = self.told(failure, &mut response)
        {
            return refused.answering(id).response();
        }
        if opening.is_some()
            && let Some(session) = text(response.headers(), &SESSION_ID)
        {
            self.owners.opened(session, entry.caller.principal(), &self.endpoint).await;
        }
        // By now the session has ended, which is more than 202 says; clients log that as a failure.
        if ends_session && response.status() == StatusCode::ACCEPTED {
            *response.status_mut() = StatusCode::NO_CONTENT;
        }
        in_json(response, &id).await
    }

    /// Answers a plain call.
    async fn run(&self, direct: &Direct, call: direct::Request, caller: Caller) -> Response<Body> {
        let direct::Request { mut form, input } = call;
        let failed = |form: &Form| {
            let refusal = Refusal::failed(StatusCode::INTERNAL_SERVER_ERROR);
            refusal.answering(form.id()).response()
        };
        let Some(outcome) = direct.run(&form, input, caller).await else { return failed(&form) };
        let failure = outcome.as_ref().err().filter(|error| is_for_the_door(error)).cloned();
        let Some(mut response) = direct.answer(&mut form, outcome) else { return failed(&form) };
        match failure.and_then(|failure| self.told(&failure, &mut response)) {
            Some(refused) => refused.answering(form.id()).response(),
            None => response,
        }
    }

    /// Says in an answer's headers what a failure means for the transport, or gives the refusal
    /// that takes the answer's place.
    fn told(&self, failure: &ToolError, response: &mut Response<Body>) -> Option<Refusal> {
        let denied = failure.as_denied();
        if denied.is_none() {
            limits::announce(failure, response.headers_mut());
        }
        denied.map(|denied| self.door.denied(denied))
    }

    /// Who sends the request, whether it is well formed, and whether its sender may go on.
    async fn check<B: Incoming>(
        &self,
        request: Request<B>,
        peer: Option<IpAddr>,
    ) -> Result<Admitted<'_>, Refusal> {
        let (mut parts, body) = request.into_parts();
        let caller = match self.door.caller(&parts, peer).await {
            Ok(caller) => caller,
            Err(refusal) => return Err(self.unknown(refusal, &parts, body).await),
        };
        self.door.keep_credentials(&mut parts.headers);
        self.check_session(&parts, &caller)?;
        let body = body::read(body, self.limits.message, self.read_timeout).await?;
        let direct = self.direct(&parts, &caller);
        let (envelope, plain) = match parts.method {
            Method::POST if direct.is_some() => inspect_gist(&body, self.limits),
            Method::POST => inspect(&body, self.limits).map(|envelope| (envelope, None)),
            _ => Ok((Envelope::default(), None)),
        }
        .map_err(Refusal::malformed)?;
        let opens_session = envelope.method.as_deref() == Some("initialize")
            && text(&parts.headers, &SESSION_ID).is_none();
        let mut opening = None;
        if opens_session {
            opening = self.opening.place(&self.endpoint, self.max_sessions).await;
            if opening.is_none() {
                let message = "the server has no room for another session now";
                let refusal = Refusal::new(StatusCode::SERVICE_UNAVAILABLE, message);
                return Err(refusal.retry_after(SESSION_PAUSE).answering(envelope.id));
            }
        }
        let denied = match direct {
            // This was decided before the call was read.
            Some((direct, Asked::Call(position))) if direct.is_of(position, &envelope) => None,
            _ => self.denied(&envelope, &caller),
        };
        let conceals = denied.is_some() && self.app.conceals();
        if let Some(denied) = denied
            && !conceals
        {
            // The call gets no further, so that this is its line in the log, and its count.
            let error = denied.clone().into_error();
            let name = envelope.name.as_deref().unwrap_or_default();
            self.app.registry().count_denied(name, caller.principal(), error.code());
            info!(
                tool = envelope.name.as_deref(),
                caller = caller.principal(),
                outcome = error.code().as_str(),
                missing = denied.missing.join(" "),
                "refused a call",
            );
            return Err(self.door.denied(&denied).answering(envelope.id));
        }
        match direct.filter(|_| !conceals).zip(plain) {
            Some(((direct, Asked::Call(position)), Plain::Call(call))) => {
                let whole = direct::Whole { text: body.clone(), limits: self.limits };
                if let Some(call) = direct.call(position, &envelope, call, whole) {
                    return Ok(Admitted::Plain(direct, call.with_parts(parts), caller));
                }
            }
            Some(((direct, Asked::List), Plain::List(meta))) => {
                if let Some(answer) = direct.list(&envelope.id, &meta, &caller) {
                    return Ok(Admitted::Listed(answer));
                }
            }
            _ => {}
        }
        let entry = Entry::new(caller);
        parts.extensions.insert(entry.clone());
        let id = envelope.id;
        let request = Request::from_parts(parts, Full::new(body));
        Ok(Admitted::Whole(Whole { request, id, entry, opening, conceals }))
    }

    /// The way of plain requests, and what is asked for, where a request may be one. From a caller
    /// whom the tool refuses no call is: it is read as any other message is, for no more work, and in
    /// no other time than the call of a tool that isn't there.
    fn direct(&self, parts: &Parts, caller: &Caller) -> Option<(&Direct, Asked)> {
        let direct = self.endpoint.direct()?;
        let asked = direct.asked(parts)?;
        let admitted = match asked {
            Asked::Call(position) => self.app.registry().tool(position).gate.admits(caller),
            Asked::List => true,
        };
        admitted.then_some((direct, asked))
    }

    /// Whether a call is refused whatever its arguments are. The call path decides the same again:
    /// here it can still be a status where the answer would be a stream.
    fn denied(&self, envelope: &Envelope<'_>, caller: &Caller) -> Option<Denied> {
        let is_call = envelope.method.as_deref() == Some("tools/call");
        let name = envelope.name.as_deref().filter(|_| is_call)?;
        let registry = self.app.registry();
        registry.tool(registry.position(name)?).gate.admit(caller).err()
    }

    /// A refusal at the door, as an answer to what was asked, where that can be read cheaply.
    async fn unknown<B: Incoming>(&self, refusal: Refusal, parts: &Parts, body: B) -> Refusal {
        let body = if parts.method == Method::POST {
            body::read(body, MAX_UNKNOWN, self.read_timeout).await.unwrap_or_default()
        } else {
            Bytes::new()
        };
        let envelope = inspect(&body, self.limits).unwrap_or_default();
        let denied = self.denied(&envelope, &Caller::anonymous());
        let told = denied.filter(|_| !self.app.conceals());
        self.door.asking(refusal, told.as_ref()).answering(envelope.id)
    }

    /// A session of another caller is none at all.
    fn check_session(&self, parts: &Parts, caller: &Caller) -> Result<(), Refusal> {
        match text(&parts.headers, &SESSION_ID) {
            Some(session) if !self.owners.is_owner(session, caller.principal()) => {
                Err(Refusal::new(StatusCode::NOT_FOUND, "Not Found: Session not found"))
            }
            _ => Ok(()),
        }
    }
}

pub(super) fn text(headers: &HeaderMap, name: impl AsHeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests;
