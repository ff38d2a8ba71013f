//! Names that are keywords.

use std::{error, fmt};

use rt::{tool, tools};

/// Finds a type.
#[tool(
    crate = rt,
    r#scope = "read:types.where(type = type, in = in)",
    check = [r#fn(r#type, r#in), r#fn(r#type, r#mod)]
)]
pub async fn r#match(
    r#type: String,
    mut r#in: String,
    _unused: u8,
    rt::State(r#mod): rt::State<String>,
) -> String {
    drop(r#mod);
    r#in.push_str(&r#type);
    r#in
}

fn r#fn(r#type: &str, r#in: &str) -> Result<(), String> {
    if r#type == r#in { Err(r#in.to_owned()) } else { Ok(()) }
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
