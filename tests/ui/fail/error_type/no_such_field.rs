use mcp_runtime::ToolError;

#[derive(Debug, thiserror::Error, ToolError)]
#[error("the invoice could not be paid")]
enum PaymentError {
    #[tool_error(code = "not_found", message = "there is no invoice {numbr}")]
    Missing { number: String },
}

fn main() {
    let _ = ToolError::from(PaymentError::Missing { number: String::new() });
}
