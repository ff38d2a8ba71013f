//! [`Host`]: the program around a client, with or without somebody to ask.

use rmcp::model::{
    ClientCapabilities, ClientConfig, ElicitRequestParams, ElicitResult, ElicitationAction,
    ErrorData, Implementation, ProtocolVersion,
};
use rmcp::service::RequestContext;
use rmcp::{ClientHandler, RoleClient};
use serde_json::json;

pub(super) struct Host {
    person: bool,
    version: ProtocolVersion,
}

impl Host {
    /// With a person, who says yes to every question, or without.
    pub(super) fn new(person: bool, version: ProtocolVersion) -> Self {
        Self { person, version }
    }
}

impl ClientHandler for Host {
    fn get_info(&self) -> ClientConfig {
        let capabilities = if self.person {
            ClientCapabilities::builder().enable_elicitation().build()
        } else {
            ClientCapabilities::default()
        };
        let this = Implementation::new("mcp-testkit", env!("CARGO_PKG_VERSION"));
        ClientConfig::new(capabilities, this).with_protocol_version(self.version.clone())
    }

    async fn create_elicitation(
        &self,
        request: ElicitRequestParams,
        _: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        let is_form = matches!(request, ElicitRequestParams::FormElicitationParams { .. });
        if !self.person || !is_form {
            return Ok(ElicitResult::new(ElicitationAction::Decline));
        }
        let yes = ElicitResult::new(ElicitationAction::Accept);
        Ok(yes.with_content(json!({ "confirm": true })))
    }
}
