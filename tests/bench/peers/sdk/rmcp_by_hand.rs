//! The official SDK with a handler written by hand, which matches names and keeps its list.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use rmcp::handler::server::tool::schema_for_type;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ErrorData, JsonObject,
    ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::{RequestContext, RoleServer};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{ServerHandler, ServiceExt};
use serde_json::Value;

use crate::invoice::Invoice;
use crate::shared::{Arguments, Outcome};

#[derive(Clone)]
struct Invoices {
    tools: Arc<Vec<Tool>>,
    /// How long a call takes.
    takes: Duration,
}

impl Invoices {
    /// The tool, and so many others of its kind.
    fn new(tools: usize, takes: Duration) -> Self {
        // Tools have types of their own: they share no schema, which would stay in the processor's
        // caches while a list is written.
        let own = |schema: Arc<JsonObject>| Arc::new(JsonObject::clone(&schema));
        let tool = |name: String| {
            Tool::new(name, "Look up an invoice.", own(schema_for_type::<Arguments>()))
                .with_raw_output_schema(own(schema_for_type::<Invoice>()))
        };
        let others = (1..tools).map(|number| format!("get_invoice_{number:04}"));
        let tools = std::iter::once("get_invoice".to_owned()).chain(others).map(tool).collect();
        Self { tools: Arc::new(tools), takes }
    }
}

impl ServerHandler for Invoices {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(self.tools.to_vec()))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.tools.iter().find(|tool| tool.name == name).cloned()
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        if request.name != "get_invoice" {
            return Err(ErrorData::invalid_params("unknown tool", None));
        }
        let arguments = Value::Object(request.arguments.unwrap_or_default());
        let arguments: Arguments = serde_json::from_value(arguments)
            .map_err(|error| ErrorData::invalid_params(error.to_string(), None))?;
        if !self.takes.is_zero() {
            tokio::time::sleep(self.takes).await;
        }
        let invoice = serde_json::to_value(arguments.invoice())
            .map_err(|error| ErrorData::internal_error(error.to_string(), None))?;
        Ok(CallToolResult::structured(invoice).into())
    }
}

pub(crate) fn router(tools: usize, takes: Duration) -> Router {
    let handler = Invoices::new(tools, takes);
    let config = StreamableHttpServerConfig::default().with_json_response(true);
    let service = StreamableHttpService::new(
        move || Ok(handler.clone()),
        Arc::new(LocalSessionManager::default()),
        config,
    );
    Router::new().route_service("/mcp", service)
}

pub(crate) async fn stdio() -> Outcome {
    Invoices::new(1, Duration::ZERO).serve(rmcp::transport::stdio()).await?.waiting().await?;
    Ok(())
}
