//! What is handed to a handler of one's own: it learns who asks, and no credential.

use axum::http::StatusCode;
use mcp_runtime::ApiKeys;
use rmcp::model::{
    ErrorData, ListResourcesResult, PaginatedRequestParams, Resource, ServerCapabilities,
    ServerConfig,
};
use rmcp::service::RequestContext;
use rmcp::{RoleServer, ServerHandler};
use serde_json::json;

use super::client::{Client, LEGACY, MODERN};
use super::server;

/// Shows each caller a resource of its own.
struct Own;

impl ServerHandler for Own {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_resources().build())
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let caller = mcp_runtime::raw::caller(&context);
        let principal = caller.map(|caller| caller.principal().to_owned()).unwrap_or_default();
        let own = Resource::new(format!("file:///{principal}.txt"), principal);
        Ok(ListResourcesResult::with_all_items(vec![own]))
    }
}

#[tokio::test]
async fn a_handler_learns_who_asks() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("keys.toml");
    let callers: &[(&str, &str, &[&str])] = &[("a", "anna", &[]), ("b", "bert", &[])];
    let keys = ApiKeys::create_file(&file, callers).unwrap();
    let router = server(&file).delegate(Own).router().unwrap();
    for revision in [MODERN, LEGACY[0], LEGACY[1]] {
        for ((_, key), (_, principal, _)) in keys.iter().zip(callers) {
            let Ok(client) = Client::connect(&router, revision, Some(key)).await else {
                panic!("{revision}: no session");
            };
            let answer = client.request("resources/list", json!({})).await;
            assert_eq!(answer.status, StatusCode::OK);
            assert_eq!(answer.body["result"]["resources"][0]["name"], *principal, "{revision}");
        }
    }
}
