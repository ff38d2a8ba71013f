use mcp_runtime::ToolError;

#[derive(Debug, thiserror::Error, ToolError)]
#[error("failed")]
enum Failure {
    #[tool_error(code = "not_found", message = "there is no {numbr} in {ledger}")]
    Unknown { number: String, year: u16 },
    #[tool_error(code = "not_found", message = "{0} of {2}")]
    OutOfRange(u8, u8),
    #[tool_error(code = "not_found", message = "no {number}")]
    NoFields,
    #[tool_error(code = "not_found", message = "{} and {:?}")]
    Unnamed(u8, u8),
    #[tool_error(code = "not_found", message = "{0")]
    Unclosed(u8),
    #[tool_error(code = "not_found", message = "0}")]
    Unopened(u8),
}

#[derive(Debug)]
struct Opaque;

#[derive(Debug, thiserror::Error, ToolError)]
#[error("failed")]
enum Unprintable {
    #[tool_error(code = "not_found", message = "no {what}")]
    Field { what: Opaque },
}

fn main() {
    let _ = ToolError::from(Failure::NoFields);
    let _ = Failure::Unknown { number: String::new(), year: 1 };
    let _ = (Failure::OutOfRange(1, 1), Failure::Unnamed(1, 1));
    let _ = (Failure::Unclosed(1), Failure::Unopened(1));
    let _ = ToolError::from(Unprintable::Field { what: Opaque });
}
