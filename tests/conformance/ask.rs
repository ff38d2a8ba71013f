//! Tools of the older revisions that turn to the client in mid-call: log messages, sampling,
//! elicitation. Since 2026-07-28 a tool asks by its result instead; see [`rounds`](crate::rounds).

use std::time::Duration;

use mcp_runtime::raw::RawContext;
use mcp_runtime::{ToolError, tool};
use rmcp::model::{ServerNotification, ServerRequest};
use serde_json::{Value, json};

/// Log three messages.
#[tool]
pub(crate) async fn test_tool_with_logging(raw: RawContext) -> Result<&'static str, ToolError> {
    for message in ["Tool execution started", "Tool processing data", "Tool execution completed"] {
        log(&raw, message).await?;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok("Logging test completed")
}

/// Log a message, but only for a request that asks for log messages.
#[tool]
pub(crate) async fn test_logging_tool(raw: RawContext) -> Result<&'static str, ToolError> {
    if raw.meta().log_level().is_some() {
        log(&raw, "This request asked for log messages").await?;
    }
    Ok("Logging test completed")
}

/// Have the client's model answer a prompt.
#[tool]
pub(crate) async fn test_sampling(
    /// What the model is asked.
    prompt: String,
    raw: RawContext,
) -> Result<String, ToolError> {
    let answer = ask(
        &raw,
        "sampling/createMessage",
        json!({
            "messages": [{ "role": "user", "content": { "type": "text", "text": prompt } }],
            "maxTokens": 100
        }),
    )
    .await?;
    Ok(format!("LLM response: {}", answer["content"]))
}

/// Have the user fill in a form.
#[tool]
pub(crate) async fn test_elicitation(
    /// What the user is told.
    message: String,
    raw: RawContext,
) -> Result<String, ToolError> {
    let answer = elicit(
        &raw,
        &message,
        json!({
            "username": { "type": "string", "description": "User's response" },
            "email": { "type": "string", "description": "User's email address" }
        }),
        &["username", "email"],
    )
    .await?;
    Ok(format!("User response: {answer}"))
}

/// Have the user fill in a form whose every field has a default.
#[tool]
pub(crate) async fn test_elicitation_sep1034_defaults(
    raw: RawContext,
) -> Result<String, ToolError> {
    let answer = elicit(
        &raw,
        "Please review and change the form fields",
        json!({
            "name": { "type": "string", "default": "John Doe" },
            "age": { "type": "integer", "default": 30 },
            "score": { "type": "number", "default": 95.5 },
            "status": { "type": "string", "enum": ["active", "inactive", "pending"], "default": "active" },
            "verified": { "type": "boolean", "default": true }
        }),
        &[],
    )
    .await?;
    Ok(format!("Elicitation completed: {answer}"))
}

/// Have the user choose, in each of the five ways that a schema can offer choices.
#[tool]
pub(crate) async fn test_elicitation_sep1330_enums(raw: RawContext) -> Result<String, ToolError> {
    let plain = json!(["option1", "option2", "option3"]);
    let titled = json!([
        { "const": "value1", "title": "First" },
        { "const": "value2", "title": "Second" },
        { "const": "value3", "title": "Third" }
    ]);
    let answer = elicit(
        &raw,
        "Please choose",
        json!({
            "untitledSingle": { "type": "string", "enum": plain },
            "titledSingle": { "type": "string", "oneOf": titled },
            "legacyEnum": {
                "type": "string",
                "enum": ["opt1", "opt2", "opt3"],
                "enumNames": ["Option One", "Option Two", "Option Three"]
            },
            "untitledMulti": { "type": "array", "items": { "type": "string", "enum": plain } },
            "titledMulti": { "type": "array", "items": { "anyOf": titled } }
        }),
        &[],
    )
    .await?;
    Ok(format!("Elicitation completed: {answer}"))
}

async fn elicit(
    raw: &RawContext,
    message: &str,
    properties: Value,
    required: &[&str],
) -> Result<Value, ToolError> {
    let schema = json!({ "type": "object", "properties": properties, "required": required });
    let params = json!({ "mode": "form", "message": message, "requestedSchema": schema });
    ask(raw, "elicitation/create", params).await
}

/// Sends the client a request and waits for its answer.
async fn ask(raw: &RawContext, method: &str, params: Value) -> Result<Value, ToolError> {
    let request: ServerRequest =
        serde_json::from_value(json!({ "method": method, "params": params }))
            .map_err(ToolError::internal)?;
    let answer = raw.peer().send_request(request).await.map_err(|error| {
        ToolError::new("client_refused", format!("the client didn't answer {method}"))
            .caused_by(&error)
    })?;
    serde_json::to_value(answer).map_err(ToolError::internal)
}

async fn log(raw: &RawContext, message: &str) -> Result<(), ToolError> {
    let notification: ServerNotification = serde_json::from_value(json!({
        "method": "notifications/message",
        "params": { "level": "info", "logger": "conformance-fixture", "data": message }
    }))
    .map_err(ToolError::internal)?;
    raw.peer().send_notification(notification).await.map_err(ToolError::internal)
}
