//! Names that are keywords.

use std::{error, fmt};

use rt::{tool, tools};

/// Finds a type.
#[tool(crate = rt, r#read_only)]
pub async fn r#match(r#type: String, mut r#in: String, _unused: u8) -> String {
    r#in.push_str(&r#type);
    r#in
}

/// Fails.
#[derive(Debug, Clone, Copy, rt::ToolError)]
#[tool_error(crate = rt)]
pub enum Failure {
    /// With keywords.
    #[tool_error(code = "not_found", message = "no {type} in {in}")]
    NotFound {
        /// One.
        r#type: u8,
        /// Two.
        r#in: u8,
    },
    /// As a keyword.
    #[tool_error(code = "conflict")]
    r#Type,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("failed")
    }
}

impl error::Error for Failure {}

/// The tools.
#[must_use]
pub fn tools() -> rt::Tools {
    tools![r#match]
}
