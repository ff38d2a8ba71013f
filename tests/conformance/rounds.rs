//! Tools of revision 2026-07-28 that ask the client by their result: `input_required`, and the same
//! call again with the answers.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{LazyLock, Mutex, PoisonError};

use mcp_runtime::raw::{RawContext, RawReply};
use mcp_runtime::{ToolError, tool};
use rmcp::ErrorData;
use rmcp::model::{
    CallToolResult, ClientCapabilities, ContentBlock, ElicitResult, InputRequests,
    InputRequiredResult,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Refuse a client that has no model to lend.
#[tool]
pub(crate) async fn test_missing_capability(raw: RawContext) -> Result<RawReply, ToolError> {
    if capabilities(&raw).sampling.is_some() {
        return Ok(done("The client can sample"));
    }
    let required =
        serde_json::from_value(json!({ "sampling": {} })).map_err(ToolError::internal)?;
    Ok(refused(ErrorData::missing_required_client_capability(required)))
}

/// Ask for a confirmation, where the client can ask its user.
#[tool]
pub(crate) async fn test_streaming_elicitation(raw: RawContext) -> Result<RawReply, ToolError> {
    match answer::<ElicitResult>(&raw, "confirm") {
        Some(_) => Ok(done("Confirmed")),
        None => asked(json!({ "confirm": confirmation() }), None),
    }
}

/// Ask for a name, and greet.
#[tool]
pub(crate) async fn test_input_required_result_elicitation(
    raw: RawContext,
) -> Result<RawReply, ToolError> {
    match answer::<ElicitResult>(&raw, "user_name") {
        Some(answer) => Ok(done(format!("Hello, {}!", content(&answer, "name")))),
        None => asked(json!({ "user_name": form("What is your name?", "name", "string") }), None),
    }
}

/// Ask the client's model for a capital.
#[tool]
pub(crate) async fn test_input_required_result_sampling(
    raw: RawContext,
) -> Result<RawReply, ToolError> {
    match answer::<Value>(&raw, "capital_question") {
        Some(answer) => Ok(done(answer["content"]["text"].as_str().unwrap_or_default())),
        None => {
            asked(json!({ "capital_question": question("What is the capital of France?") }), None)
        }
    }
}

/// Ask for the client's roots.
#[tool]
pub(crate) async fn test_input_required_result_list_roots(
    raw: RawContext,
) -> Result<RawReply, ToolError> {
    match answer::<Value>(&raw, "client_roots") {
        Some(answer) => Ok(done(format!("Roots: {}", answer["roots"]))),
        None => asked(json!({ "client_roots": roots() }), None),
    }
}

/// Ask for a confirmation, and know the call again by its state.
#[tool]
pub(crate) async fn test_input_required_result_request_state(
    raw: RawContext,
) -> Result<RawReply, ToolError> {
    confirm_with_state(&raw)
}

/// Ask for a confirmation, and refuse a state that isn't ours.
#[tool]
pub(crate) async fn test_input_required_result_tampered_state(
    raw: RawContext,
) -> Result<RawReply, ToolError> {
    confirm_with_state(&raw)
}

/// Ask three things at once.
#[tool]
pub(crate) async fn test_input_required_result_multiple_inputs(
    raw: RawContext,
) -> Result<RawReply, ToolError> {
    match redeem(&raw) {
        Ok(Some(_)) => {
            let name = answer::<ElicitResult>(&raw, "user_name");
            let greeting = answer::<Value>(&raw, "greeting");
            let roots = answer::<Value>(&raw, "client_roots");
            match (name, greeting, roots) {
                (Some(_), Some(_), Some(_)) => Ok(done("All three came")),
                _ => ask_three(),
            }
        }
        Ok(None) => ask_three(),
        Err(error) => Ok(refused(error)),
    }
}

fn ask_three() -> Result<RawReply, ToolError> {
    asked(
        json!({
            "user_name": form("What is your name?", "name", "string"),
            "greeting": question("Generate a greeting"),
            "client_roots": roots(),
        }),
        Some(issue(Round::First)),
    )
}

/// Ask one thing after the other.
#[tool]
pub(crate) async fn test_input_required_result_multi_round(
    raw: RawContext,
) -> Result<RawReply, ToolError> {
    let round = match redeem(&raw) {
        Ok(round) => round,
        Err(error) => return Ok(refused(error)),
    };
    match round {
        Some(Round::Second) if answer::<ElicitResult>(&raw, "step2").is_some() => {
            Ok(done("Both steps are answered"))
        }
        Some(Round::First) if answer::<ElicitResult>(&raw, "step1").is_some() => asked(
            json!({ "step2": form("Step 2: What is your favorite color?", "color", "string") }),
            Some(issue(Round::Second)),
        ),
        _ => asked(
            json!({ "step1": form("Step 1: What is your name?", "name", "string") }),
            Some(issue(Round::First)),
        ),
    }
}

/// Ask only what this client can answer.
#[tool]
pub(crate) async fn test_input_required_result_capabilities(
    raw: RawContext,
) -> Result<RawReply, ToolError> {
    let client = capabilities(&raw);
    if client.sampling.is_some() {
        asked(json!({ "greeting": question("Generate a greeting") }), None)
    } else if client.elicitation.is_some() {
        asked(json!({ "confirm": confirmation() }), None)
    } else {
        Ok(done("There is nothing that this client could be asked"))
    }
}

fn confirm_with_state(raw: &RawContext) -> Result<RawReply, ToolError> {
    match redeem(raw) {
        Ok(Some(_)) if answer::<ElicitResult>(raw, "confirm").is_some() => Ok(done("state-ok")),
        Ok(_) => asked(json!({ "confirm": confirmation() }), Some(issue(Round::First))),
        Err(error) => Ok(refused(error)),
    }
}

/// Which answers a state waits for.
#[derive(Clone, Copy)]
enum Round {
    First,
    Second,
}

// A state is a handle of what is kept here, so one that was tampered with is one that isn't found.
static ISSUED: LazyLock<Mutex<HashMap<String, Round>>> = LazyLock::new(Mutex::default);

fn issue(round: Round) -> String {
    let mut issued = ISSUED.lock().unwrap_or_else(PoisonError::into_inner);
    let handle = format!("{:016x}", RandomState::new().hash_one(issued.len()));
    issued.insert(handle.clone(), round);
    handle
}

fn redeem(raw: &RawContext) -> Result<Option<Round>, ErrorData> {
    let Some(handle) = raw.request_state() else {
        return Ok(None);
    };
    let issued = ISSUED.lock().unwrap_or_else(PoisonError::into_inner);
    match issued.get(handle) {
        Some(round) => Ok(Some(*round)),
        None => Err(ErrorData::invalid_params("`requestState` is not one of this server's", None)),
    }
}

/// The client's answer under `key`, where it gave one of the right shape.
fn answer<T: DeserializeOwned>(raw: &RawContext, key: &str) -> Option<T> {
    let answer = raw.input_responses()?.get(key)?;
    serde_json::from_value(answer.clone()).ok()
}

fn content(answer: &ElicitResult, field: &str) -> String {
    let field = answer.content.as_ref().and_then(|content| content.get(field)?.as_str());
    field.unwrap_or("stranger").to_owned()
}

fn capabilities(raw: &RawContext) -> ClientCapabilities {
    raw.meta().client_capabilities().unwrap_or_default()
}

fn confirmation() -> Value {
    form("Please confirm", "ok", "boolean")
}

pub(crate) fn form(message: &str, field: &str, kind: &str) -> Value {
    json!({
        "method": "elicitation/create",
        "params": {
            "mode": "form",
            "message": message,
            "requestedSchema": {
                "type": "object",
                "properties": { field: { "type": kind } },
                "required": [field]
            }
        }
    })
}

fn question(text: &str) -> Value {
    json!({
        "method": "sampling/createMessage",
        "params": {
            "messages": [{ "role": "user", "content": { "type": "text", "text": text } }],
            "maxTokens": 100
        }
    })
}

fn roots() -> Value {
    json!({ "method": "roots/list" })
}

/// The requests, by their keys, as the result that asks for them.
pub(crate) fn input_required(
    requests: Value,
    state: Option<String>,
) -> Result<InputRequiredResult, serde_json::Error> {
    let requests: InputRequests = serde_json::from_value(requests)?;
    Ok(InputRequiredResult::new(Some(requests), state))
}

fn asked(requests: Value, state: Option<String>) -> Result<RawReply, ToolError> {
    let result = input_required(requests, state).map_err(ToolError::internal)?;
    Ok(RawReply::from(result))
}

fn done(text: impl Into<String>) -> RawReply {
    RawReply::from(CallToolResult::success(vec![ContentBlock::text(text)]))
}

/// An answer that is an error of the protocol, not a result of the tool.
fn refused(error: ErrorData) -> RawReply {
    RawReply::error(error)
}
