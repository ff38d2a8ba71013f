//! The answer to a call: what `convert` and the SDK's models make of it, written without either.

use axum::http::StatusCode;
use rmcp::model::{
    CallToolResponse, ClientCapabilities, ErrorCode, ErrorData, MetaObject, RequestId,
    ServerJsonRpcMessage, ServerResult,
};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Map, Value, json};

use super::block::Blocks;
use super::request::Form;
use crate::adapter::handler::SERVER_INFO;
use crate::adapter::raw::RawReply;
use crate::call::Reply;
use crate::content::Content;
use crate::data::Data;
use crate::error::ToolError;
use crate::meta;
use crate::policy::Outcome;
use crate::tool::ToolInfo;

/// A status, and a body.
type Answered = (StatusCode, Vec<u8>);
type Result<T, E = serde_json::Error> = std::result::Result<T, E>;

/// What an answer has besides its texts and data.
const ENVELOPE: usize = 512;

/// Writes the answers of one server.
pub(super) struct Writer {
    server_info: Value,
    /// The `_meta` of an answer that has nothing to say but this.
    about: String,
}

/// A result's `_meta`, in which the server says who it is.
struct About<'a> {
    entries: &'a Map<String, Value>,
    server_info: &'a Value,
}

impl Writer {
    pub(super) fn new(server_info: &Value) -> Self {
        let about = json!({ SERVER_INFO: server_info }).to_string();
        Self { server_info: server_info.clone(), about }
    }

    /// The answer to a call. Only a tool that answers in the SDK's own terms can answer with another
    /// status than 200.
    pub(super) fn answer(
        &self,
        form: &Form,
        outcome: Outcome,
        tool: &ToolInfo,
    ) -> Result<Answered> {
        let mut reply = match outcome {
            Ok(reply) => reply,
            Err(error) => return Ok((StatusCode::OK, self.failure(&form.id, &error, tool)?)),
        };
        match reply.raw.take().and_then(|raw| raw.0.downcast::<RawReply>().ok()) {
            Some(raw) => self.raw(form, raw.into_inner()),
            None => Ok((StatusCode::OK, self.success(&form.id, &reply)?)),
        }
    }

    fn success(&self, id: &RequestId, reply: &Reply) -> Result<Vec<u8>> {
        let data = reply.structured.as_ref().map(Data::text);
        self.write(id, &reply.content, data, false, &reply.meta)
    }

    /// A model reads the public error in a text; see `convert::response`.
    fn failure(&self, id: &RequestId, error: &ToolError, tool: &ToolInfo) -> Result<Vec<u8>> {
        let public = error.to_json();
        let text = public.to_string();
        let mut about = error.meta().clone();
        about.insert(meta::ERROR.to_owned(), public);
        let data = tool.output_schema.is_none().then_some(&*text);
        self.write(id, &[Content::text(&*text)], data, true, &about)
    }

    /// Data is JSON already, and goes out as it is.
    fn write(
        &self,
        id: &RequestId,
        content: &[Content],
        data: Option<&str>,
        is_error: bool,
        entries: &Map<String, Value>,
    ) -> Result<Vec<u8>> {
        let content = Blocks(content);
        let size = content.size() + data.map_or(0, str::len);
        let mut text = Vec::with_capacity(size + ENVELOPE);
        text.extend_from_slice(br#"{"jsonrpc":"2.0","id":"#);
        serde_json::to_writer(&mut text, id)?;
        text.extend_from_slice(br#","result":{"resultType":"complete","content":"#);
        content.write(&mut text)?;
        if let Some(data) = data {
            text.extend_from_slice(br#","structuredContent":"#);
            text.extend_from_slice(data.as_bytes());
        }
        let is_error: &[u8] = if is_error { b"true" } else { b"false" };
        text.extend_from_slice(br#","isError":"#);
        text.extend_from_slice(is_error);
        text.extend_from_slice(br#","_meta":"#);
        if entries.is_empty() {
            text.extend_from_slice(self.about.as_bytes());
        } else {
            serde_json::to_writer(&mut text, &About { entries, server_info: &self.server_info })?;
        }
        text.extend_from_slice(b"}}");
        Ok(text)
    }

    /// What the SDK does with an answer in its own terms, to a client of this revision.
    fn raw(&self, form: &Form, response: Result<CallToolResponse, ErrorData>) -> Result<Answered> {
        let id = form.id.clone();
        let response = match response {
            Ok(CallToolResponse::Task(_)) if !form.tasks => {
                let tasks = ClientCapabilities::builder().enable_tasks().build();
                Err(ErrorData::missing_required_client_capability(tasks))
            }
            Ok(CallToolResponse::Complete(mut result)) => {
                let meta = result.meta.get_or_insert_with(MetaObject::default);
                meta.0.insert(SERVER_INFO.into(), self.server_info.clone());
                Ok(CallToolResponse::Complete(result))
            }
            other => other,
        };
        let (status, message) = match response {
            Ok(response) => {
                let result = ServerResult::from(response);
                (StatusCode::OK, ServerJsonRpcMessage::response(result, id))
            }
            Err(error) => (status(error.code), ServerJsonRpcMessage::error(error, Some(id))),
        };
        Ok((status, written(&message, ENVELOPE)?))
    }
}

impl Serialize for About<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        // In its place, as in a map that is sorted.
        let mut own = Some(self.server_info);
        for (name, value) in self.entries {
            if name.as_str() >= SERVER_INFO
                && let Some(own) = own.take()
            {
                map.serialize_entry(SERVER_INFO, own)?;
            }
            if name != SERVER_INFO {
                map.serialize_entry(name, value)?;
            }
        }
        if let Some(own) = own {
            map.serialize_entry(SERVER_INFO, own)?;
        }
        map.end()
    }
}

/// The status of a JSON-RPC error: the SDK has one for those that tell of the request as such.
fn status(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::UNSUPPORTED_PROTOCOL_VERSION
        | ErrorCode::MISSING_REQUIRED_CLIENT_CAPABILITY
        | ErrorCode::HEADER_MISMATCH => StatusCode::BAD_REQUEST,
        ErrorCode::METHOD_NOT_FOUND => StatusCode::NOT_FOUND,
        _ => StatusCode::OK,
    }
}

/// A message as text, for which `size` bytes are likely to do. What can't be written whole is no
/// answer.
pub(super) fn written(message: &impl Serialize, size: usize) -> Result<Vec<u8>> {
    let mut text = Vec::with_capacity(size);
    serde_json::to_writer(&mut text, message)?;
    Ok(text)
}
