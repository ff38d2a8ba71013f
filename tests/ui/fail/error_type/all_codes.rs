use mcp_runtime::ToolError;

#[derive(Debug, thiserror::Error, ToolError)]
#[error("failed")]
enum Failure {
    #[tool_error(code = "rate_limted")]
    Near,
    #[tool_error(code = "notfound")]
    Glued,
    #[tool_error(code = "AlreadyPaid")]
    Capital,
    #[tool_error(code = "already paid")]
    Space,
    #[tool_error(code = "")]
    Empty,
    #[tool_error(code = "a_code_that_is_much_too_long_for_anybody_to_remember_or_to_match_on")]
    Long,
}

fn main() {
    for failure in [
        Failure::Near,
        Failure::Glued,
        Failure::Capital,
        Failure::Space,
        Failure::Empty,
        Failure::Long,
    ] {
        let _ = ToolError::from(failure);
    }
}
