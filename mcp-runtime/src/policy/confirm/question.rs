//! What a person reads before a call that can destroy something.
//!
//! The tool, and every argument with its value as JSON, since what can't be seen can't be
//! confirmed. Values of secret arguments are left out, long ones are clipped and say so.

use std::fmt::Write;

use serde_json::Value;

use crate::call::ToolCall;
use crate::tool::ToolInfo;

/// At most this many characters of one value, or of one name, are shown.
const MAX_VALUE: usize = 200;
/// At most about this many bytes are shown in all. Dialogs are small.
pub(super) const MAX_MESSAGE: usize = 4_000;

/// The part of the text that is the same for each call.
pub(super) fn opening(tool: &ToolInfo) -> String {
    let name = tool.name();
    let what = tool.title().map_or_else(|| format!("`{name}`"), |t| format!("{t} (`{name}`)"));
    format!("{what} can delete or overwrite what can't be brought back. Run it?")
}

/// The whole text.
pub(super) fn message(opening: &str, call: &ToolCall) -> String {
    let mut message = opening.to_owned();
    let arguments = call.arguments();
    for (shown, (name, value)) in arguments.iter().enumerate() {
        let secret = call.tool().secrets.contains(&name.as_str());
        let name = clipped(name);
        let value = if secret { "(secret)".to_owned() } else { visible(value) };
        if message.len() + name.len() + value.len() > MAX_MESSAGE {
            let _ = write!(message, "\n… and {} more arguments", arguments.len() - shown);
            break;
        }
        let _ = write!(message, "\n{name}: {value}");
    }
    message
}

/// A value as JSON, of which nothing is invisible or out of place.
fn visible(value: &Value) -> String {
    clipped(&value.to_string())
}

fn clipped(text: &str) -> String {
    let all = text.chars().count();
    let shown = plain(&text.chars().take(MAX_VALUE).collect::<String>());
    if all > MAX_VALUE { format!("{shown}… ({all} characters)") } else { shown }
}

/// Escapes what a dialog would not show as it stands: control characters, and those that turn the
/// direction of text.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if (' '..='~').contains(&c) {
            plain.push(c);
        } else {
            // Behind a letter, so that a mark which belongs to one is left alone.
            plain.extend(format!("a{c}").escape_debug().skip(1));
        }
    }
    plain
}
