//! The tool on tower-mcp: bare, and with a timeout, a limit and its own validation.

#[path = "../../invoice.rs"]
mod invoice;
#[path = "../shared.rs"]
mod shared;

use std::error::Error;
use std::time::Duration;

use axum::Router;
use tower::ServiceBuilder;
use tower::limit::GlobalConcurrencyLimitLayer;
use tower::timeout::TimeoutLayer;
use tower_mcp::{CallToolResult, HttpTransport, McpRouter, StdioTransport, ToolBuilder};

use invoice::Invoice;
use shared::{Arguments, Outcome};

fn tools(validates: bool) -> McpRouter {
    let mut tool = ToolBuilder::new("get_invoice")
        .description("Look up an invoice.")
        .output_schema_for::<Invoice>();
    if !validates {
        tool = tool.skip_input_validation().skip_output_validation();
    }
    let tool = tool
        .handler(|arguments: Arguments| async move {
            CallToolResult::from_serialize(&arguments.invoice())
        })
        .build();
    McpRouter::new().server_info("bench", "1.0.0").tool(tool)
}

fn plain() -> Router {
    HttpTransport::new(tools(false)).into_router_at("/mcp")
}

fn with_layers() -> Router {
    let layers = ServiceBuilder::new()
        .layer(TimeoutLayer::new(Duration::from_secs(5)))
        .layer(GlobalConcurrencyLimitLayer::new(64))
        .into_inner();
    HttpTransport::new(tools(true)).layer(layers).into_router_at("/mcp")
}

async fn stdio(_: &str) -> Outcome {
    StdioTransport::new(tools(false)).run().await?;
    Ok(())
}

fn router(name: &str) -> Result<Router, Box<dyn Error>> {
    Ok(match name {
        "tower_mcp" => plain(),
        "tower_mcp_layers" => with_layers(),
        _ => return Err(format!("there is no server `{name}`").into()),
    })
}

fn main() -> Outcome {
    shared::run(router, stdio)
}
