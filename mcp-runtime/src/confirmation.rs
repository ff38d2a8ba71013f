//! What a person is asked before a destructive call, and what came of it.

/// A question for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    /// What is about to happen, in one sentence.
    pub(crate) message: String,
    /// What the answer has to come back with: signed, and bound to the caller, the tool and the
    /// arguments.
    pub(crate) state: String,
}

/// What a person said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Confirmation {
    /// The answer to a [`Question`], with the state that came back. Both are the client's word.
    Answered { state: String, accepted: bool },
    /// The program that calls in process, or the person at its command line, vouches for it.
    Given,
}
