//! [`CrashCall`]: the call during which a server is killed.

use std::fmt;
use std::sync::Arc;

use mcp_runtime::Caller;
use serde::Serialize;
use serde_json::{Value, json};

use crate::effects::Count;

/// The call during which a server is killed, made by [`call`].
#[derive(Clone)]
#[must_use = "a call does nothing until `crash_points` makes it"]
pub struct CrashCall {
    pub(super) tool: String,
    pub(super) arguments: Value,
    pub(super) caller: Caller,
    pub(super) key: Option<String>,
    pub(super) effects: Option<Arc<dyn Count>>,
}

/// A call of a tool, by the local user and with a person who confirms.
pub fn call(tool: &str, arguments: impl Serialize) -> CrashCall {
    let (tool, arguments) = (tool.to_owned(), json!(arguments));
    CrashCall { tool, arguments, caller: Caller::local(), key: None, effects: None }
}

impl CrashCall {
    /// The idempotency key of the call, and of its repeat after the crash. Each point has a key of
    /// its own: this one and the point's name.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Who makes it.
    pub fn caller(mut self, caller: impl Into<Caller>) -> Self {
        self.caller = caller.into();
        self
    }

    /// How many effects there are, for a server whose outside world outlives it: rows, payments,
    /// mails; a function that counts them, or [`Effects`](crate::Effects). Without it, an effect is
    /// a run of the function; of a tool that finds out what became of an interrupted call
    /// (`reconcile`, `transaction`), runs say nothing, and aren't counted.
    pub fn effects(self, count: impl Count) -> Self {
        Self { effects: Some(Arc::new(count)), ..self }
    }

    /// The same, where there is something that counts.
    pub(crate) fn counted(self, effects: Option<Arc<dyn Count>>) -> Self {
        Self { effects, ..self }
    }
}

impl fmt::Debug for CrashCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut call = f.debug_struct("CrashCall");
        // Of the arguments, nobody here knows which are secret.
        call.field("tool", &self.tool).field("caller", &self.caller).field("key", &self.key);
        call.finish_non_exhaustive()
    }
}
