//! What the door knows of a request, for the handler; and what the handler answered, for the door.

use std::sync::{Arc, OnceLock};

use crate::caller::Caller;
use crate::error::{Code, ToolError};

/// Travels in a request's extensions.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) caller: Caller,
    /// A failure of which the door makes a status or headers, which the call path can't set
    /// itself. Where the answer has begun to stream by then, the tool's error has to say it alone.
    failure: Arc<OnceLock<ToolError>>,
}

impl Entry {
    #[cfg(any(feature = "http", feature = "testing"))]
    pub(super) fn new(caller: Caller) -> Self {
        Self { caller, failure: Arc::default() }
    }

    /// Tells the door, if it is a failure of that kind.
    pub(super) fn report(&self, error: &ToolError) {
        if is_for_the_door(error) {
            let _ = self.failure.set(error.clone());
        }
    }

    #[cfg(feature = "http")]
    pub(super) fn failure(&self) -> Option<&ToolError> {
        self.failure.get()
    }
}

/// Whether a failure is told by a status or by headers too.
pub(super) fn is_for_the_door(error: &ToolError) -> bool {
    error.as_denied().is_some() || *error.code() == Code::RateLimited
}
