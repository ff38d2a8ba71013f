//! What passes an edge, as conditions see it.

use mcp_runtime::private::{Passing, Tears, Write};
use mcp_runtime::{Arguments, Caller, ToolCall};
use serde_json::Value;

/// What passes an edge: a call, a message, an operation of a dependency.
///
/// [`Fault::when`](super::Fault::when) looks at it. What an edge doesn't know is `None` there: a
/// dependency doesn't see the call that it is used by.
#[derive(Clone, Copy, Debug, Default)]
pub struct Passage<'a> {
    tool: Option<&'a str>,
    arguments: Option<&'a Arguments>,
    caller: Option<&'a Caller>,
    message: Option<&'a Value>,
    write: Option<Write>,
    /// Whether a part of the write can be there without the rest.
    pub(super) tears: bool,
}

impl<'a> Passage<'a> {
    /// The tool that is called. On the reply of a transport, the tool that answers; at the store,
    /// nothing where a write has a key and no record.
    pub fn tool(&self) -> Option<&'a str> {
        self.tool
    }

    /// An argument of the call, as it was sent; around the function, with its default.
    pub fn argument(&self, name: &str) -> Option<&'a Value> {
        self.arguments?.get(name)
    }

    /// Who calls, where the edge is inside the server.
    pub fn caller(&self) -> Option<&'a Caller> {
        self.caller
    }

    /// What is written, at the store and the audit log.
    pub fn write(&self) -> Option<Write> {
        self.write
    }

    /// The JSON-RPC message, on a transport.
    pub fn message(&self) -> Option<&'a Value> {
        self.message
    }

    pub(super) fn of_function(call: &'a ToolCall) -> Self {
        Self {
            tool: Some(call.tool().name()),
            arguments: Some(call.arguments()),
            caller: Some(call.context().caller()),
            ..Self::default()
        }
    }

    pub(super) fn of_call(tool: &'a str, arguments: &'a Value, caller: &'a Caller) -> Self {
        Self {
            tool: Some(tool),
            arguments: arguments.as_object(),
            caller: Some(caller),
            ..Self::default()
        }
    }

    pub(super) fn of_request(message: &'a Value) -> Self {
        let params = message.get("params");
        let arguments = params.and_then(|params| params.get("arguments"));
        Self {
            tool: tool_called(message),
            arguments: arguments.and_then(Value::as_object),
            message: Some(message),
            ..Self::default()
        }
    }

    pub(super) fn of_write(passing: &Passing<'a>) -> Self {
        Self {
            tool: passing.tool,
            write: Some(passing.write),
            tears: passing.tears != Tears::Never,
            ..Self::default()
        }
    }

    pub(super) fn of_reply(message: &'a Value, tool: Option<&'a str>) -> Self {
        Self { tool, message: Some(message), ..Self::default() }
    }
}

/// The tool that a JSON-RPC message calls, where it is such a call.
pub(super) fn tool_called(message: &Value) -> Option<&str> {
    if message.get("method").and_then(Value::as_str) != Some("tools/call") {
        return None;
    }
    message.get("params")?.get("name")?.as_str()
}
