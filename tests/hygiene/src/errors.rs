//! Error types of every shape.

use std::{error, fmt};

use rt::ToolError;

/// Never happens.
#[derive(Debug, Clone, Copy, ToolError)]
#[tool_error(crate = rt)]
pub enum Never {}

/// Carries something.
#[derive(Debug, Clone, Copy, ToolError)]
#[tool_error(crate = rt)]
pub enum Generic<T, const N: usize = 1>
where
    T: fmt::Debug + fmt::Display,
{
    /// Shown.
    #[tool_error(code = "conflict", message = "{0} and {1:?}, {{braces}}", retryable)]
    Shown(T, [u8; N]),
    /// Passed on.
    #[tool_error(transparent)]
    Passed {
        /// The whole of it.
        error: T,
    },
    /// Hidden.
    Hidden,
}

/// Only that it failed.
#[derive(Debug, Clone, Copy, ToolError)]
#[tool_error(crate = rt, code = "already_paid")]
pub struct Unit;

/// Nothing to say.
#[derive(Debug, Clone, Copy, ToolError)]
#[tool_error(crate = rt)]
pub struct Unmarked {
    /// Not for models.
    pub detail: u8,
}

macro_rules! failed {
    ($($ty:ident)*) => {$(
        impl fmt::Display for $ty {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("failed")
            }
        }

        impl error::Error for $ty {}
    )*};
}

failed!(Never Unit Unmarked);

impl<T: fmt::Debug + fmt::Display, const N: usize> fmt::Display for Generic<T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("failed")
    }
}

impl<T: fmt::Debug + fmt::Display, const N: usize> error::Error for Generic<T, N> {}
