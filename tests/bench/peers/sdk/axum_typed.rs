//! No MCP server: what HTTP and the JSON of one call cost, parsed into types of its own.

use axum::routing::post;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};

use crate::invoice::Invoice;
use crate::shared::Arguments;

#[derive(Deserialize)]
struct Request {
    id: u64,
    method: String,
    params: Params,
}

#[derive(Deserialize)]
struct Params {
    name: String,
    arguments: Arguments,
}

#[derive(Serialize)]
struct Response {
    jsonrpc: &'static str,
    id: u64,
    result: Answer,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    result_type: &'static str,
    content: [Text; 1],
    structured_content: Invoice,
    is_error: bool,
}

#[derive(Serialize)]
struct Text {
    r#type: &'static str,
    text: String,
}

async fn call(Json(request): Json<Request>) -> Json<Response> {
    // As much of dispatch as one tool needs.
    let known = request.method == "tools/call" && request.params.name == "get_invoice";
    let invoice = request.params.arguments.invoice();
    let text = serde_json::to_string(&invoice).unwrap_or_default();
    let result = Answer {
        result_type: "complete",
        content: [Text { r#type: "text", text }],
        structured_content: invoice,
        is_error: !known,
    };
    Json(Response { jsonrpc: "2.0", id: request.id, result })
}

pub(crate) fn router() -> Router {
    Router::new().route("/mcp", post(call))
}
