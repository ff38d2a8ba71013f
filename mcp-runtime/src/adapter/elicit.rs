//! Questions to people: how a client's user is asked to confirm a call, and what came of it.
//!
//! Since revision 2026-07-28 a server asks by its result (`input_required`), and the client makes
//! the call again with the answer. Before, it sends the client a request while the call is under
//! way (`elicitation/create`) and waits. Either way only a client that has declared elicitation
//! by form is asked; its word on what the person said is all there is to go by.
//!
//! A client that doesn't answer the one keeps its state to itself, and nothing of it is here. The
//! other is waited for as long as an answer would count.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rmcp::RoleServer;
use rmcp::model::{
    BooleanSchema, CallToolResponse, ClientResult, ElicitRequest, ElicitRequestParams,
    ElicitResult, ElicitationAction, ElicitationSchema, InputRequest, InputRequests,
    InputRequiredResult, InputResponses, MetaObject, PrimitiveSchemaDefinition, ServerRequest,
};
use rmcp::service::{PeerRequestOptions, RequestContext};
use serde_json::Value;
use tokio::time::timeout;
use tracing::debug;

use super::handler::is_modern;
use crate::caller::Caller;
use crate::confirmation::{Confirmation, Question};

/// The name of the question among a result's requests, and of its answer.
const KEY: &str = "confirmation";
/// The form's only field.
const FIELD: &str = "confirm";
/// How long a person may take: as long as the state of a question lives.
const PATIENCE: Duration = Duration::from_mins(5);
/// How many people are waited for at the same time.
const MAX_WAITING: usize = 256;
/// How many of them for one caller, so that none takes the places of all; unless it may do
/// everything, as everyone may without authentication.
const MAX_OF_ONE: usize = 32;

/// The places for questions whose answers are waited for.
#[derive(Default)]
pub(super) struct Waiting(Mutex<HashMap<String, usize>>);

/// One place, until it is dropped.
struct Place<'a> {
    waiting: &'a Waiting,
    principal: String,
}

impl Waiting {
    fn enter(&self, caller: &Caller) -> Option<Place<'_>> {
        let most = if caller.is_unrestricted() { MAX_WAITING } else { MAX_OF_ONE };
        let mut places = self.places();
        let own = places.get(caller.principal()).copied().unwrap_or_default();
        if own >= most || places.values().sum::<usize>() >= MAX_WAITING {
            return None;
        }
        let principal = caller.principal().to_owned();
        places.insert(principal.clone(), own + 1);
        Some(Place { waiting: self, principal })
    }

    fn places(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut places = self.waiting.places();
        match places.get_mut(&self.principal) {
            Some(own) if *own > 1 => *own -= 1,
            _ => drop(places.remove(&self.principal)),
        }
    }
}

/// How a client can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// By the result of its call.
    Result,
    /// By a request to it.
    Request,
    /// Not at all.
    None,
}

impl Way {
    pub(super) fn of(context: &RequestContext<RoleServer>) -> Self {
        let (way, capabilities) = if is_modern(context) {
            (Self::Result, context.meta.client_capabilities())
        } else {
            let info = context.peer.peer_info();
            (Self::Request, info.map(|info| info.capabilities.clone()))
        };
        // Without a mode it is forms that are meant, as in the revisions before there were two.
        let forms = capabilities
            .and_then(|client| client.elicitation)
            .is_some_and(|modes| modes.form.is_some() || modes.url.is_none());
        if forms { way } else { Self::None }
    }
}

/// The result that asks.
pub(super) fn input_required(question: &Question, meta: Option<MetaObject>) -> CallToolResponse {
    let form = InputRequest::Elicitation(ElicitRequest::new(form(question)));
    let requests = InputRequests::from([(KEY.to_owned(), form)]);
    let mut result = InputRequiredResult::new(Some(requests), Some(question.state.clone()));
    result.meta = meta;
    result.into()
}

/// The answer that a call brings along. What has another form is none, and asked about anew.
pub(super) fn answered(
    responses: Option<&InputResponses>,
    state: Option<&str>,
) -> Option<Confirmation> {
    let answer = responses?.get(KEY)?;
    let answer = serde_json::from_value(answer.clone()).ok()?;
    Some(Confirmation::Answered { state: state?.to_owned(), accepted: accepted(&answer) })
}

/// Asks the client and waits for what its user says: at most 5 minutes, and only while the client
/// waits for its call. `None` where there is no answer.
pub(super) async fn ask(
    context: &RequestContext<RoleServer>,
    caller: &Caller,
    question: &Question,
    waiting: &Waiting,
) -> Option<Confirmation> {
    let Some(_place) = waiting.enter(caller) else {
        debug!("too many people are being asked already");
        return None;
    };
    let request = ServerRequest::ElicitRequest(ElicitRequest::new(form(question)));
    let options = PeerRequestOptions::no_options();
    let mut asked = context.peer.send_request_with_option(request, options).await.ok()?;
    let answer = tokio::select! {
        biased;
        () = context.ct.cancelled() => None,
        answer = timeout(PATIENCE, &mut asked.rx) => answer.ok(),
    };
    let Some(answer) = answer else {
        // So that the client takes the question off its screen.
        let _ = asked.cancel(Some("nobody waits for the answer any longer".to_owned())).await;
        return None;
    };
    match answer.ok()?.inspect_err(|error| debug!(%error, "a question has no answer")).ok()? {
        ClientResult::ElicitResult(answer) => {
            let accepted = accepted(&answer);
            Some(Confirmation::Answered { state: question.state.clone(), accepted })
        }
        _ => None,
    }
}

fn accepted(answer: &ElicitResult) -> bool {
    let confirmed = answer.content.as_ref().and_then(|content| content.get(FIELD));
    answer.action == ElicitationAction::Accept && confirmed == Some(&Value::Bool(true))
}

fn form(question: &Question) -> ElicitRequestParams {
    let field = BooleanSchema::new()
        .title("Confirm")
        .description("Yes, run it with these arguments")
        .with_default(false);
    let schema = ElicitationSchema::builder()
        .required_property(FIELD, PrimitiveSchemaDefinition::Boolean(field))
        .build_unchecked();
    ElicitRequestParams::FormElicitationParams {
        meta: None,
        message: question.message.clone(),
        requested_schema: schema,
    }
}

#[cfg(test)]
mod tests;
