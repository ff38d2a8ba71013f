use std::sync::Arc;

use rmcp::{
    ErrorData, RoleServer, ServerHandler, ServiceExt,
    handler::server::common::schema_for_input,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, JsonObject,
        ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
    },
    service::RequestContext,
    transport::stdio,
};
use schemars::JsonSchema;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

// For each tool:
#[derive(Deserialize, JsonSchema)]
struct OrderINDEX {
    /// What is ordered.
    product: String,
    /// How many of it.
    count: u32,
}

async fn price_INDEX(OrderINDEX { product, count }: OrderINDEX) -> String {
    format!("{count} of {product}: {}", u64::from(count) * LITERAL)
}
// Until here.

struct Prices {
    tools: Vec<Tool>,
}

impl ServerHandler for Prices {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(self.tools.clone()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let text = match request.name.as_ref() {
            // For each tool:
            "price_INDEX" => price_INDEX(arguments(request.arguments)?).await,
            // Until here.
            _ => return Err(ErrorData::invalid_params("no such tool", None)),
        };
        Ok(CallToolResult::success(vec![ContentBlock::text(text)]).into())
    }
}

fn arguments<T: DeserializeOwned>(object: Option<JsonObject>) -> Result<T, ErrorData> {
    serde_json::from_value(Value::Object(object.unwrap_or_default()))
        .map_err(|error| ErrorData::invalid_params(error.to_string(), None))
}

fn tool<T: JsonSchema + 'static>(name: &'static str, description: &'static str) -> Tool {
    let schema = schema_for_input::<T>().unwrap_or_else(|_| Arc::new(JsonObject::new()));
    Tool::new(name, description, schema)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let tools = vec![
        // For each tool:
        tool::<OrderINDEX>("price_INDEX", "Price an order of the kind INDEX."),
        // Until here.
    ];
    Prices { tools }.serve(stdio()).await?.waiting().await?;
    Ok(())
}
