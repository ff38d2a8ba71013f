//! [`Call`]: what was called, for messages.

use std::fmt;

use mcp_runtime::{Caller, ToolInfo};
use serde_json::Value;

use crate::Mode;

/// At most this much of anything is printed, in characters: a message is to be read.
const SHOWN: usize = 1_000;
/// What stands for a secret argument, as in the audit log. What tests print is kept by whoever runs
/// them.
const SECRET: &str = "(secret)";

/// What was called, by whom, by which way.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) tool: String,
    arguments: String,
    principal: String,
    scopes: Vec<String>,
    mode: Mode,
    /// The id of its trace.
    pub(crate) trace: String,
}

impl Call {
    pub(crate) fn new(
        tool: &ToolInfo,
        arguments: &Value,
        caller: &Caller,
        mode: Mode,
        trace: String,
    ) -> Self {
        Self {
            tool: tool.name().to_owned(),
            arguments: shortened(&redacted(tool, arguments).to_string()),
            principal: caller.principal().to_owned(),
            scopes: caller.scopes(),
            mode,
            trace,
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} as {}", self.tool, self.arguments, self.principal)?;
        if !self.scopes.is_empty() {
            write!(f, " [{}]", self.scopes.join(" "))?;
        }
        write!(f, ", {}", self.mode)
    }
}

/// Arguments without those of which no part may be told.
pub(crate) fn redacted(tool: &ToolInfo, arguments: &Value) -> Value {
    let mut shown = arguments.clone();
    match &mut shown {
        Value::Object(all) => {
            for (name, value) in all {
                if tool.secrets().contains(&name.as_str()) {
                    *value = SECRET.into();
                }
            }
        }
        // No arguments, and nobody can tell what it is.
        other if !tool.secrets().is_empty() => *other = SECRET.into(),
        _ => {}
    }
    shown
}

/// The beginning of a text, and how long it is.
pub(super) fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text.to_owned(),
    }
}
