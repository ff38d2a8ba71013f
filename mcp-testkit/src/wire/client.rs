//! [`Client`]: one connection of one caller.

use std::sync::Arc;
use std::time::Duration;

use mcp_runtime::private::InMemory;
use mcp_runtime::{Caller, Reply, ToolError, ToolInfo};
use rmcp::model::{CallToolRequestParams, MetaObject, ProtocolVersion, RequestMetaObject};
use rmcp::service::{
    ClientInitializeError, ClientLifecycleMode, RunningService, serve_client_with_lifecycle,
};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::common::client_side_sse::SseRetryPolicy;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use rmcp::{RoleClient, ServiceError};
use serde_json::{Map, Value};
use tokio_util::task::AbortOnDropHandle;

use super::http::InProcess;
use super::person::Host;
use super::read;
use crate::answer::no_answer;
use crate::{Faults, Mode};

/// Bytes that wait in a pipe: as much as Linux gives one.
const PIPE: usize = 64 << 10;
/// How long a client waits beyond the time that the tool may take. A server that can't read a
/// message doesn't know which call it was.
const GRACE: Duration = Duration::from_secs(10);
/// How often a stream that broke off is asked for again, and how long before each time. A server in
/// memory has it at once or never.
const RECONNECTS: usize = 3;
const RECONNECT_PAUSE: Duration = Duration::from_millis(100);

pub(crate) struct Client {
    running: RunningService<RoleClient, Host>,
    /// The server's end, where it needs a task.
    _serving: Option<AbortOnDropHandle<()>>,
}

impl Client {
    pub(super) async fn connect(
        server: &InMemory,
        mode: Mode,
        caller: &Caller,
        person: bool,
        faults: Option<&Faults>,
    ) -> Self {
        let mut serving = None;
        let http = || InProcess::new(server.router(), caller.clone(), faults);
        let connected = match mode {
            Mode::Http => {
                let host = Host::new(person, ProtocolVersion::V_2026_07_28);
                let preferred_versions = vec![ProtocolVersion::V_2026_07_28];
                let lifecycle = ClientLifecycleMode::Discover { preferred_versions };
                over_http(host, http(), lifecycle).await
            }
            Mode::HttpLegacy => {
                let host = Host::new(person, ProtocolVersion::V_2025_06_18);
                over_http(host, http(), ClientLifecycleMode::Initialize).await
            }
            // A typed call has no client: whoever asks for one gets that of stdio.
            Mode::Stdio | Mode::Typed => {
                let host = Host::new(person, ProtocolVersion::V_2025_11_25);
                let (ours, theirs) = faults.map_or_else(|| tokio::io::duplex(PIPE), Faults::pipe);
                let stdio = server.stdio(theirs, caller.clone());
                let task = tokio::spawn(async move { drop(stdio.await) });
                serving = Some(AbortOnDropHandle::new(task));
                serve_client_with_lifecycle(host, ours, ClientLifecycleMode::Initialize).await
            }
        };
        let running = connected.unwrap_or_else(|error| {
            panic!("`{}` can't connect over {mode}: {error}", caller.principal())
        });
        Self { running, _serving: serving }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.running.is_transport_closed()
    }

    pub(super) async fn list(&self) -> Vec<Value> {
        let tools = self.running.list_all_tools().await;
        let tools = tools.unwrap_or_else(|error| panic!("`tools/list` failed: {error}"));
        // They have just been read from JSON.
        tools.iter().map(|tool| serde_json::to_value(tool).unwrap_or_default()).collect()
    }

    pub(crate) async fn call(
        &self,
        tool: &ToolInfo,
        arguments: Map<String, Value>,
        meta: Map<String, Value>,
    ) -> Result<Reply, ToolError> {
        let mut call = CallToolRequestParams::new(tool.name()).with_arguments(arguments);
        if !meta.is_empty() {
            call.meta = Some(RequestMetaObject(MetaObject(meta)));
        }
        let patience = tool.timeout().saturating_add(GRACE);
        match tokio::time::timeout(patience, self.running.call_tool(call)).await {
            Ok(Ok(result)) => read::outcome(result),
            Ok(Err(ServiceError::McpError(error))) => Err(read::refusal(error)),
            Ok(Err(error)) => Err(no_answer(error.to_string())),
            Err(_) => Err(no_answer(format!("there is none after {patience:?}"))),
        }
    }
}

/// When to give up a stream.
#[derive(Debug)]
struct Patience;

impl SseRetryPolicy for Patience {
    fn retry(&self, times: usize) -> Option<Duration> {
        (times < RECONNECTS).then_some(RECONNECT_PAUSE)
    }
}

async fn over_http(
    host: Host,
    client: InProcess,
    lifecycle: ClientLifecycleMode,
) -> Result<RunningService<RoleClient, Host>, ClientInitializeError> {
    let mut config = StreamableHttpClientTransportConfig::with_uri(super::http::ENDPOINT);
    config.retry_config = Arc::new(Patience);
    let transport = StreamableHttpClientTransport::with_client(client, config);
    serve_client_with_lifecycle(host, transport, lifecycle).await
}
