//! The words of a failure: its code, its effect, what to do about it.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal,)*) => {
        /// Why a call failed, as a word that programs and models can act on.
        ///
        /// On the wire a code is its snake-case text. Every text that is not listed here is an
        /// application code: `Code::from("already_paid")`.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$doc])* $variant,)*
            /// A code of the application's own.
            App(Cow<'static, str>),
        }

        impl Code {
            /// The text that travels.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::App(text) => text,
                }
            }

            /// Whether the server or something behind it is at fault, rather than the call.
            pub(crate) fn is_fault(&self) -> bool {
                matches!(
                    self,
                    Self::Internal
                        | Self::Timeout
                        | Self::Overloaded
                        | Self::BackendUnavailable
                        | Self::CircuitOpen
                        | Self::Indeterminate
                        | Self::AuditUnavailable
                )
            }

            fn known(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

codes! {
    /// The arguments break the tool's input schema or one of its rules.
    InvalidArguments = "invalid_arguments",
    /// No credential, or none that is valid.
    Unauthenticated = "unauthenticated",
    /// The caller lacks a scope that the tool requires.
    InsufficientScope = "insufficient_scope",
    /// The caller exceeded a rate.
    RateLimited = "rate_limited",
    /// The server has no room for this call now.
    Overloaded = "overloaded",
    /// The call did not finish before its deadline.
    Timeout = "timeout",
    /// The client cancelled the call or went away.
    Cancelled = "cancelled",
    /// Something that the tool depends on does not answer.
    BackendUnavailable = "backend_unavailable",
    /// Something that the tool depends on failed so often that it is being left alone.
    CircuitOpen = "circuit_open",
    /// The call contradicts the present state.
    Conflict = "conflict",
    /// An idempotency key was used again with other arguments.
    IdempotencyMismatch = "idempotency_mismatch",
    /// A call with the same idempotency key is still running.
    InProgress = "in_progress",
    /// Whether an earlier call took effect is unknown.
    Indeterminate = "indeterminate",
    /// A person has to confirm first.
    ConfirmationRequired = "confirmation_required",
    /// A person was asked to confirm the call, and said no.
    Declined = "declined",
    /// The caller's budget is spent.
    BudgetExceeded = "budget_exceeded",
    /// The audit trail cannot be written, so nothing is done.
    AuditUnavailable = "audit_unavailable",
    /// What was asked for does not exist.
    NotFound = "not_found",
    /// A fault of the server. The detail is in its log, under the correlation id.
    Internal = "internal",
}

impl From<&'static str> for Code {
    fn from(text: &'static str) -> Self {
        Self::known(text).unwrap_or(Self::App(Cow::Borrowed(text)))
    }
}

impl From<String> for Code {
    fn from(text: String) -> Self {
        Self::known(&text).unwrap_or(Self::App(Cow::Owned(text)))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// What a failed call left behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Nothing happened: a repeat is safe.
    None,
    /// The effect took place although the call failed: a repeat would be a second one.
    Applied,
    /// Nobody knows.
    Unknown,
}

/// What a model should do about a failed call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NextAction {
    /// Make the same call again, after `retry_after` if that is given.
    Retry,
    /// Use another tool, named by `fallback_tool` where one is known.
    Fallback,
    /// Ask a person.
    Escalate,
    /// Go on: correct the call, or do without its result.
    Continue,
    /// Give up this line of work.
    Stop,
}
