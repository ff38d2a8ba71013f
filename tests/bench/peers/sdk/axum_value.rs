//! No MCP server: what HTTP and the JSON of one call cost, through `serde_json::Value`.

use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::shared::Arguments;

async fn call(Json(mut request): Json<Value>) -> Json<Value> {
    let known = request["method"] == "tools/call" && request["params"]["name"] == "get_invoice";
    let arguments = request["params"]["arguments"].take();
    let Ok(arguments) = serde_json::from_value::<Arguments>(arguments) else {
        return Json(json!({ "jsonrpc": "2.0", "id": request["id"], "error": { "code": -32602 } }));
    };
    let invoice = serde_json::to_value(arguments.invoice()).unwrap_or_default();
    let mut answer = json!({
        "jsonrpc": "2.0",
        "id": request["id"],
        "result": {
            "resultType": "complete",
            "content": [{ "type": "text", "text": invoice.to_string() }],
            "isError": !known,
        },
    });
    // The macro would serialise it once more, to copy it.
    answer["result"]["structuredContent"] = invoice;
    Json(answer)
}

pub(crate) fn router() -> Router {
    Router::new().route("/mcp", post(call))
}
