use mcp_runtime::ToolError;

#[derive(Debug, thiserror::Error, ToolError)]
#[error("the invoice could not be paid")]
enum PaymentError {
    #[tool_error(cod = "not_found")]
    Missing,
}

fn main() {
    let _ = ToolError::from(PaymentError::Missing);
}
