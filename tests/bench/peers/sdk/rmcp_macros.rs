//! The official SDK by its macros, as their documentation has them by default.

use std::sync::Arc;

use axum::Router;
use rmcp::handler::server::wrapper::Parameters;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{Json, ServerHandler, ServiceExt, tool, tool_handler, tool_router};

use crate::invoice::Invoice;
use crate::shared::{Arguments, Outcome};

#[derive(Clone)]
struct Invoices;

#[tool_router]
impl Invoices {
    /// Look up an invoice.
    #[tool]
    async fn get_invoice(&self, Parameters(arguments): Parameters<Arguments>) -> Json<Invoice> {
        Json(arguments.invoice())
    }
}

#[tool_handler]
impl ServerHandler for Invoices {}

pub(crate) fn router() -> Router {
    let config = StreamableHttpServerConfig::default().with_json_response(true);
    let service = StreamableHttpService::new(
        || Ok(Invoices),
        Arc::new(LocalSessionManager::default()),
        config,
    );
    Router::new().route_service("/mcp", service)
}

pub(crate) async fn stdio() -> Outcome {
    Invoices.serve(rmcp::transport::stdio()).await?.waiting().await?;
    Ok(())
}
