//! Why a transaction of a call did not do what it was to do.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use rusqlite::ErrorCode;

use crate::error::{Code, Effect, NextAction, ToolError};

/// Why [`Context::transaction`](crate::Context::transaction) failed by itself, and not by the
/// function's own error.
///
/// It turns into a [`ToolError`](struct@ToolError) that states the effect. An error type of your
/// own takes it by a conversion:
///
/// ```
/// use mcp_runtime::{TransactionError, rusqlite};
///
/// #[derive(Debug, thiserror::Error, mcp_runtime::ToolError)]
/// enum LedgerError {
///     #[error("the ledger's storage failed")]
///     Storage(#[from] rusqlite::Error),
///
///     #[error(transparent)]
///     #[tool_error(transparent)]
///     Transaction(#[from] TransactionError),
/// }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum TransactionError {
    /// The database failed, or was busy for longer than the connection waits. Nothing was changed.
    Sqlite(rusqlite::Error),
    /// The call was over before its effect began: cancelled, timed out or answered. Nothing was
    /// changed.
    Over,
    /// The connection was in a transaction already, so that effect and record could not be one
    /// commit. Nothing was changed.
    Nested,
    /// The result doesn't serialise, so that it could not be given back to a repeat. Nothing was
    /// changed.
    Unserializable(serde_json::Error),
    /// The result has more bytes than are kept for a repeat. Nothing was changed.
    TooLarge {
        /// Of its JSON.
        bytes: usize,
    },
    /// The call has had its one transaction.
    Second,
    /// The commit failed in a way that leaves open what the disk has. The same call under the same
    /// key finds out.
    Commit(rusqlite::Error),
    /// The function ended the transaction by itself, or `SQLite` did after an error that the
    /// function ignored. What was changed stands without a record, or not at all.
    Ended,
    /// An earlier call under the same key had the effect. What is kept of its result is not of this
    /// type: the program has changed since.
    Changed(serde_json::Error),
}

impl TransactionError {
    /// What it leaves behind.
    pub fn effect(&self) -> Effect {
        match self {
            Self::Sqlite(_)
            | Self::Over
            | Self::Nested
            | Self::Unserializable(_)
            | Self::TooLarge { .. } => Effect::None,
            Self::Commit(_) | Self::Ended => Effect::Unknown,
            Self::Second | Self::Changed(_) => Effect::Applied,
        }
    }

    fn is_busy(&self) -> bool {
        let Self::Sqlite(error) = self else { return false };
        let code = error.sqlite_error_code();
        matches!(code, Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
    }
}

impl fmt::Display for TransactionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(_) => f.write_str("the transaction failed and changed nothing"),
            Self::Over => f.write_str("the call was over before its effect began"),
            Self::Nested => f.write_str(
                "the connection was in a transaction already: give `Context::transaction` one \
                 that is in none",
            ),
            Self::Unserializable(_) => f.write_str("the result of the effect doesn't serialise"),
            Self::TooLarge { bytes } => write!(
                f,
                "the result of the effect has {bytes} bytes, and at most {} are kept for a repeat",
                super::MAX_RESULT
            ),
            Self::Second => f.write_str("a call that has a key has one transaction, not two"),
            Self::Commit(_) => f.write_str("the commit failed, and may have taken place"),
            Self::Ended => f.write_str("the transaction was ended within the effect"),
            Self::Changed(_) => f.write_str(
                "an earlier call with the same key had the effect, and returned another type",
            ),
        }
    }
}

impl StdError for TransactionError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Sqlite(error) | Self::Commit(error) => Some(error),
            Self::Unserializable(error) | Self::Changed(error) => Some(error),
            Self::Over | Self::Nested | Self::TooLarge { .. } | Self::Second | Self::Ended => None,
        }
    }
}

impl From<TransactionError> for ToolError {
    fn from(error: TransactionError) -> Self {
        let public = match &error {
            busy if busy.is_busy() => Self::new(
                Code::Overloaded,
                "the database is busy and nothing was changed; try again in a moment",
            )
            .retry_after(Duration::from_secs(1)),
            TransactionError::Over => {
                Self::new(Code::Cancelled, "the call was over before it took effect")
            }
            TransactionError::Changed(_) => Self::new(
                Code::Conflict,
                "an earlier call with the same key took effect, and its result can't be shown any \
                 more; look up what it did, and don't make this call again",
            )
            .next_action(NextAction::Continue),
            _ => Self::internal_from(&error),
        };
        let effect = error.effect();
        public.caused_by(&error).effect(effect)
    }
}
