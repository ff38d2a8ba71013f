//! What a person reads before a call that can destroy something.
//!
//! The tool, and every argument with its value as JSON, since what can't be seen can't be
//! confirmed. Values of secret arguments are left out, long ones are clipped and say so.

use std::fmt::Write;

use crate::call::ToolCall;
use crate::tool::ToolInfo;

/// At most this many characters of one value, or of one name, are shown.
const MAX_VALUE: usize = 200;
/// At most about this many bytes are shown in all. Dialogs are small.
pub(super) const MAX_MESSAGE: usize = 4_000;
/// What stands around a name and its value: a colon, a line's end, a remark on its length.
const BETWEEN: usize = 40;
/// Bytes that are shown of a name and its value at least, unless there are too many of them.
const MIN_ROOM: usize = 40;

/// The part of the text that is the same for each call.
pub(super) fn opening(tool: &ToolInfo) -> String {
    let name = tool.name();
    let what = tool.title().map_or_else(|| format!("`{name}`"), |t| format!("{t} (`{name}`)"));
    format!("{what} can delete or overwrite what can't be brought back. Run it?")
}

/// The whole text. Its room is divided among the arguments, so that no long value hides the one
/// that matters.
pub(super) fn message(opening: &str, call: &ToolCall) -> String {
    let mut message = opening.to_owned();
    let arguments = call.arguments();
    let share = MAX_MESSAGE.saturating_sub(opening.len()) / arguments.len().max(1);
    let room = share.saturating_sub(BETWEEN).max(MIN_ROOM);
    for (shown, (name, value)) in arguments.iter().enumerate() {
        let secret = call.tool().secrets.contains(&name.as_str());
        let name = clipped(name, room / 2);
        let room = room.saturating_sub(name.len()).max(MIN_ROOM / 2);
        let value = if secret { "(secret)".to_owned() } else { clipped(&value.to_string(), room) };
        if message.len() + name.len() + value.len() > MAX_MESSAGE {
            let _ = write!(message, "\n… and {} more arguments", arguments.len() - shown);
            break;
        }
        let _ = write!(message, "\n{name}: {value}");
    }
    message
}

/// A text of which nothing is invisible or out of place, in so many bytes and a remark.
fn clipped(text: &str, room: usize) -> String {
    let mut clipped = String::new();
    let mut shown = 0;
    for piece in text.chars().take(MAX_VALUE).map(plain) {
        if clipped.len() + piece.len() > room {
            break;
        }
        clipped.push_str(&piece);
        shown += 1;
    }
    let all = text.chars().count();
    if all > shown { format!("{clipped}… ({all} characters)") } else { clipped }
}

/// Escapes what a dialog would not show as it stands: control characters, and those that turn the
/// direction of text.
fn plain(c: char) -> String {
    if (' '..='~').contains(&c) {
        return c.to_string();
    }
    // Behind a letter, so that a mark which belongs to one is left alone.
    format!("a{c}").escape_debug().skip(1).collect()
}
