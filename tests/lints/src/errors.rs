//! Every key of an error.

use core::{error, fmt};

use sdk::ToolError;

/// What can go wrong.
#[derive(Debug, ToolError)]
#[tool_error(crate = sdk)]
#[non_exhaustive]
pub enum Failure {
    /// Everything that can be said.
    #[tool_error(
        code = "overloaded",
        message = "{number} is busy",
        retryable,
        retry_after = "30s",
        effect = "none",
        next = "retry"
    )]
    #[non_exhaustive]
    Busy {
        /// Which.
        number: u8,
    },
    /// The text is its own.
    #[tool_error(code = "closed", effect = "applied", next = "stop")]
    Closed,
    /// With a field that has no name.
    #[tool_error(code = "conflict", message = "{0:?} is taken")]
    Taken(String),
    /// Passed on.
    #[tool_error(transparent)]
    Other(ToolError),
    /// Hidden.
    Hidden(fmt::Error),
}

/// A struct.
#[derive(Debug, Clone, Copy, ToolError)]
#[tool_error(crate = sdk, code = "already_paid", effect = "unknown")]
#[non_exhaustive]
pub struct Paid;

impl fmt::Display for Failure {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("failed")
    }
}

impl error::Error for Failure {}

impl fmt::Display for Paid {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("paid")
    }
}

impl error::Error for Paid {}
