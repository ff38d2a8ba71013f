use mcp_runtime::ToolError;

#[derive(Debug, thiserror::Error, ToolError)]
#[error("the invoice could not be paid")]
enum PaymentError {
    #[tool_error(code = "conflict", effect = "applied", retryable)]
    Missing,
}

fn main() {
    let _ = ToolError::from(PaymentError::Missing);
}
