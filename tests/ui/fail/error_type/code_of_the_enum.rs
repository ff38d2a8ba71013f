use mcp_runtime::ToolError;

#[derive(Debug, thiserror::Error, ToolError)]
#[error("the invoice could not be paid")]
#[tool_error(code = "not_found")]
enum PaymentError {
    Missing,
}

fn main() {
    let _ = ToolError::from(PaymentError::Missing);
}
