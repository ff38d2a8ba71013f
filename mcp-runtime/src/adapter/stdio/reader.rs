//! From a line to a message.

use rmcp::RoleServer;
use rmcp::model::{GetExtensions, JsonRpcMessage};
use rmcp::service::RxJsonRpcMessage;
use serde_json::Value;
use tracing::info;

use crate::adapter::entry::Entry;
use crate::adapter::{plain, probe};
use crate::json::{Limits, Malformed, inspect, inspect_plain};

type Message = RxJsonRpcMessage<RoleServer>;

/// Reads the messages of one client.
pub(super) struct Reader {
    pub(super) limits: Limits,
    /// Who sends the requests, where that isn't a matter of the configuration.
    pub(super) entry: Option<Entry>,
    /// Whether numbers are read as the SDK reads them.
    agrees: bool,
}

/// A line that is no message, and the id that the answer to it has.
pub(super) struct Refused(pub(super) Malformed, pub(super) Value);

impl Reader {
    pub(super) fn new(limits: Limits) -> Self {
        let agrees = probe::agrees(probe::arguments);
        if !agrees {
            info!("all messages are read by the SDK, which costs more: {}", probe::WHY);
        }
        Self { limits, entry: None, agrees }
    }

    /// The message of a line; a plain request is read once.
    ///
    /// # Errors
    ///
    /// What is wrong with the line.
    pub(super) fn read(&self, line: &[u8]) -> Result<Message, Refused> {
        let malformed = |malformed| Refused(malformed, Value::Null);
        let envelope = if self.agrees {
            let (envelope, plain) = inspect_plain(line, self.limits).map_err(malformed)?;
            if let Some(message) = plain.and_then(|plain| plain::message(&envelope, plain)) {
                return Ok(self.entered(message));
            }
            envelope
        } else {
            inspect(line, self.limits).map_err(malformed)?
        };
        let message = serde_json::from_slice(line).map_err(|_| {
            let malformed = Malformed::invalid("not a JSON-RPC message of this protocol");
            Refused(malformed, envelope.id)
        })?;
        Ok(self.entered(message))
    }

    fn entered(&self, mut message: Message) -> Message {
        if let (Some(entry), JsonRpcMessage::Request(request)) = (&self.entry, &mut message) {
            request.request.extensions_mut().insert(entry.clone());
        }
        message
    }
}
