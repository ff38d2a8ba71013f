//! [`Record`]: one record of the audit log.

use std::fmt;
use std::ops::Index;

use serde_json::Value;

/// At most this much of the arguments is shown, in characters.
const SHOWN: usize = 200;

/// One record of the audit log. What its fields say stands in the guide's chapter on the audit log.
#[derive(Clone, Debug, PartialEq)]
pub struct Record(Value);

impl Record {
    pub(super) fn new(record: Value) -> Self {
        Self(record)
    }

    /// Its place in the log, from 1.
    pub fn seq(&self) -> u64 {
        self.0["seq"].as_u64().unwrap_or_default()
    }

    /// `intent`, `outcome`, `refusal` or `erased`.
    pub fn kind(&self) -> &str {
        self.text("kind").unwrap_or_default()
    }

    /// The tool; none of a note about erased records.
    pub fn tool(&self) -> Option<&str> {
        self.text("tool")
    }

    /// Who called; none where nobody showed a good credential.
    pub fn principal(&self) -> Option<&str> {
        self.text("principal")
    }

    /// The call's id. Of refusals that are counted together, the last one's.
    pub fn call_id(&self) -> Option<&str> {
        self.text("call_id")
    }

    /// Of an outcome or a refusal: `ok`, or the error's code.
    pub fn outcome(&self) -> Option<&str> {
        self.text("outcome")
    }

    /// Of an outcome: `none`, `applied` or `unknown`.
    pub fn effect(&self) -> Option<&str> {
        self.text("effect")
    }

    /// Of a replay: the call whose answer it is again.
    pub fn replay_of(&self) -> Option<&str> {
        self.text("replay_of")
    }

    /// Of an intent: an argument, as it is kept.
    pub fn argument(&self, name: &str) -> Option<&Value> {
        self.0["arguments"].get(name)
    }

    /// The whole record.
    pub fn json(&self) -> &Value {
        &self.0
    }

    pub(super) fn trace_id(&self) -> Option<&str> {
        self.text("trace")?.split('-').nth(1)
    }

    /// How many calls it stands for.
    pub(super) fn calls(&self) -> u64 {
        self.0["count"].as_u64().unwrap_or(1)
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0[name].as_str()
    }
}

/// A field of the record, null where it has none.
impl Index<&str> for Record {
    type Output = Value;

    fn index(&self, name: &str) -> &Value {
        &self.0[name]
    }
}

/// ``2 outcome ok, effect applied: pay by anna``.
impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.seq(), self.kind())?;
        if let Some(outcome) = self.outcome() {
            write!(f, " {outcome}")?;
        }
        if let Some(effect) = self.effect() {
            write!(f, ", effect {effect}")?;
        }
        if self.calls() > 1 {
            write!(f, ", {} calls", self.calls())?;
        }
        write!(f, ": {}", self.tool().unwrap_or("no tool"))?;
        if let Some(arguments) = self.0.get("arguments") {
            let text = arguments.to_string();
            match text.char_indices().nth(SHOWN) {
                Some((end, _)) => write!(f, " {}…", &text[..end])?,
                None => write!(f, " {text}")?,
            }
        }
        write!(f, " by {}", self.principal().unwrap_or("nobody"))?;
        if let Some(first) = self.replay_of() {
            write!(f, ", replay of {first}")?;
        }
        Ok(())
    }
}
