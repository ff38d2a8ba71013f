//! Plain requests, as the SDK reads them. Its own reader takes all messages there can be, and needs
//! four times as long.

use std::borrow::Cow;

use rmcp::RoleServer;
use rmcp::model::{
    CallToolRequestParams, ClientRequest, JsonRpcMessage, PaginatedRequestParams, Request,
    RequestId, RequestMetaObject, RequestOptionalParam,
};
use rmcp::service::RxJsonRpcMessage;
use serde_json::{Map, Value};

use crate::context;
use crate::json::{Call, Envelope, Plain};

/// A plain request as the message that it came in, unless its id is one that the SDK is patient
/// with.
pub(super) fn message(
    said: &Envelope<'_>,
    plain: Plain<Map<String, Value>>,
) -> Option<RxJsonRpcMessage<RoleServer>> {
    let id = request_id(&said.id)?;
    let request = match plain {
        Plain::Call(Call { arguments, meta }) => {
            let name = said.name.as_deref()?.to_owned();
            let mut call = Request::new(CallToolRequestParams::new(name).with_arguments(arguments));
            if let Some(meta) = meta {
                call.extensions.insert(RequestMetaObject::from(meta));
            }
            ClientRequest::CallToolRequest(call)
        }
        Plain::List(meta) => {
            let mut list = RequestOptionalParam::with_param(PaginatedRequestParams::default());
            list.extensions.insert(RequestMetaObject::from(meta));
            ClientRequest::ListToolsRequest(list)
        }
    };
    Some(JsonRpcMessage::request(request, id))
}

/// What the SDK makes of an id that is a string or an integer. It is patient with others.
pub(super) fn request_id(id: &Value) -> Option<RequestId> {
    match id {
        Value::String(text) => Some(RequestId::String(text.as_str().into())),
        number => number.as_i64().map(RequestId::Number),
    }
}

impl<'a> From<&'a RequestId> for context::RequestId<'a> {
    fn from(id: &'a RequestId) -> Self {
        match id {
            RequestId::Number(number) => Self::Number(*number),
            RequestId::String(text) => Self::Text(Cow::Borrowed(text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Limits, inspect_plain};

    /// A line as it is read here, and as the SDK reads it.
    fn read(line: &str) -> (Option<String>, String) {
        let limits = Limits { message: line.len(), depth: 8, string: line.len() };
        let (said, plain) = inspect_plain(line.as_bytes(), limits).unwrap();
        let ours = plain.and_then(|plain| message(&said, plain));
        let theirs: RxJsonRpcMessage<RoleServer> = serde_json::from_str(line).unwrap();
        (ours.map(|message| all_of(&message)), all_of(&theirs))
    }

    /// All of a message, with what stands beside it.
    fn all_of(message: &RxJsonRpcMessage<RoleServer>) -> String {
        let JsonRpcMessage::Request(request) = message else { panic!("{message:?}") };
        let (params, beside) = match &request.request {
            ClientRequest::CallToolRequest(call) => {
                (format!("{:?}", call.params), &call.extensions)
            }
            ClientRequest::ListToolsRequest(list) => {
                (format!("{:?}", list.params), &list.extensions)
            }
            other => panic!("{other:?}"),
        };
        let meta: Option<&RequestMetaObject> = beside.get();
        format!("{:?} {params} {meta:?} and {} in all", request.id, beside.len())
    }

    #[test]
    fn a_plain_request_is_read_as_the_sdk_reads_it() {
        for id in ["7", "-1", "9223372036854775807", "\"7\"", "\"\\u00e9\""] {
            for meta in ["{}", r#"{"progressToken":1,"x/y":{"z":["\ud83d\ude00"]}}"#] {
                for (method, params) in [
                    ("list", ""),
                    ("call", r#""name":"t","arguments":{},"#),
                    (
                        "call",
                        r#""arguments":{"b":[-0,1.50,1e300,18446744073709551615],"a":null},"name":"t","#,
                    ),
                ] {
                    let line = format!(
                        r#"{{"id":{id},"params":{{{params}"_meta":{meta}}},"method":"tools/{method}","jsonrpc":"2.0"}}"#
                    );
                    let (ours, theirs) = read(&line);
                    assert_eq!(ours, Some(theirs), "{line}");
                }
            }
        }
    }

    #[test]
    fn a_call_without_meta_is_plain_too() {
        let line = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","arguments":{}}}"#;
        let (ours, theirs) = read(line);
        assert_eq!(ours, Some(theirs));
    }

    #[test]
    fn an_id_that_the_sdk_is_patient_with_is_left_to_it() {
        let line = r#"{"jsonrpc":"2.0","id":1.0,"method":"tools/list","params":{"_meta":{}}}"#;
        assert_eq!(read(line).0, None);
    }
}
