//! [`CrashPoint`]: where a server is killed.

use std::fmt;

use mcp_runtime::private::Write;

/// An instant in a call at which a server is killed.
///
/// They are the boundaries between which something durable or visible happens. On one store, and
/// for a call that succeeds at its first attempt, a crash anywhere else leaves what a crash at one
/// of these leaves. Not so between the two writes of keys and a log that are in places of their
/// own, nor between two attempts of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CrashPoint {
    /// The call has come in, and nothing of it is on record.
    BeforeIntent,
    /// Its intent is on record, and its key is claimed. Nobody was told that.
    AfterIntent,
    /// It is on record that the function of a call with a key may run. It didn't. Calls without a
    /// key don't get here.
    AfterStart,
    /// The function is about to run.
    BeforeEffect,
    /// The function has returned: its effect is there, and nothing says so.
    AfterEffect,
    /// The outcome is on record, and the answer is in the key. The reply hasn't left.
    AfterOutcome,
    /// The client has the reply.
    AfterReply,
}

impl CrashPoint {
    /// All of them, in the order of a call.
    pub const ALL: &[Self] = &[
        Self::BeforeIntent,
        Self::AfterIntent,
        Self::AfterStart,
        Self::BeforeEffect,
        Self::AfterEffect,
        Self::AfterOutcome,
        Self::AfterReply,
    ];

    /// As in messages: `after_effect`.
    pub fn name(self) -> &'static str {
        match self {
            Self::BeforeIntent => "before_intent",
            Self::AfterIntent => "after_intent",
            Self::AfterStart => "after_start",
            Self::BeforeEffect => "before_effect",
            Self::AfterEffect => "after_effect",
            Self::AfterOutcome => "after_outcome",
            Self::AfterReply => "after_reply",
        }
    }

    /// The write after which it is.
    pub(super) fn follows(self) -> Option<Write> {
        match self {
            Self::AfterIntent => Some(Write::Begin),
            Self::AfterStart => Some(Write::Start),
            Self::AfterOutcome => Some(Write::End),
            _ => None,
        }
    }

    /// Whether a call gets there: one that is on record, one with a key.
    pub(super) fn is_passed(self, recorded: bool, keyed: bool) -> bool {
        match self {
            Self::BeforeIntent | Self::AfterIntent | Self::AfterOutcome => recorded || keyed,
            Self::AfterStart => keyed,
            Self::BeforeEffect | Self::AfterEffect | Self::AfterReply => true,
        }
    }

    /// Whether the store knows for sure that the function didn't run.
    pub(super) fn is_harmless(self) -> bool {
        self <= Self::AfterIntent
    }

    /// Whether the answer is on record.
    pub(super) fn is_settled(self) -> bool {
        self >= Self::AfterOutcome
    }
}

impl fmt::Display for CrashPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
