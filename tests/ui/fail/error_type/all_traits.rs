use mcp_runtime::ToolError;

/// No `std::error::Error`.
#[derive(Debug, ToolError)]
enum NotAnError {
    #[tool_error(code = "not_found")]
    NotFound,
    #[tool_error(code = "conflict", message = "no")]
    Conflict,
    Internal,
}

/// A field that can't become a tool error.
#[derive(Debug, thiserror::Error, ToolError)]
#[error("failed")]
enum Wrapper {
    #[tool_error(transparent)]
    Wrapped(String),
}

fn main() {
    let _ = [
        ToolError::from(NotAnError::NotFound),
        ToolError::from(NotAnError::Conflict),
        ToolError::from(NotAnError::Internal),
    ];
    let _ = ToolError::from(Wrapper::Wrapped(String::new()));
}
