use mcp_runtime::ToolError;

#[derive(Debug, ToolError)]
enum PaymentError {
    #[tool_error(code = "not_found")]
    Missing,
}

fn main() {
    let _ = ToolError::from(PaymentError::Missing);
}
