//! What a person is asked before a destructive call, and what came of it.

use std::fmt;

/// A question for a person. Its `Debug` form keeps both parts to itself: arguments stand in the
/// one, and the other is as good as an answer.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Question {
    /// What is about to happen, in one sentence.
    pub(crate) message: String,
    /// What the answer has to come back with: signed, and bound to the caller, the tool and the
    /// arguments.
    pub(crate) state: String,
}

impl fmt::Debug for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Question").finish_non_exhaustive()
    }
}

/// What a person said.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Confirmation {
    /// The answer to a [`Question`], with the state that came back. Both are the client's word.
    Answered { state: String, accepted: bool },
    /// The program that calls in process, or the person at its command line, vouches for it.
    Given,
}

impl fmt::Debug for Confirmation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answered { accepted, state: _ } => {
                f.debug_struct("Answered").field("accepted", accepted).finish_non_exhaustive()
            }
            Self::Given => f.write_str("Given"),
        }
    }
}
