use mcp_runtime::ToolError;

#[derive(Debug, thiserror::Error, ToolError)]
#[error("the invoice could not be paid")]
enum PaymentError {
    #[tool_error(transparent, code = "not_found")]
    Other(#[from] ToolError),
}

fn main() {
    let _ = ToolError::from(PaymentError::Other(ToolError::new("not_found", "no")));
}
