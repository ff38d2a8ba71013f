//! What each kind of variant becomes.

use mcp_runtime::{Effect, ToolError};

#[derive(Debug, thiserror::Error, ToolError)]
enum LedgerError {
    #[error("no row for {number} in table invoices_{year}")]
    #[tool_error(
        code = "not_found",
        message = "there is no {number:?} of {year:>width$}",
        effect = "none",
        next = "continue"
    )]
    NotFound { number: String, year: u16, width: usize },

    #[error("paid on {0}")]
    #[tool_error(code = "already_paid")]
    Paid(String),

    #[error("pool: {0}")]
    #[tool_error(
        code = "backend_unavailable",
        message = "the ledger is busy",
        retry_after = "1500ms"
    )]
    Busy(#[source] std::io::Error),

    #[error("{1} before {0}")]
    #[tool_error(code = "conflict", message = "{1} before {0}, {{sic}}", retryable)]
    Order(u8, u8),

    #[error(transparent)]
    #[tool_error(transparent)]
    Tool(#[from] ToolError),

    #[error("secret detail")]
    Io(#[from] std::fmt::Error),
}

fn main() {
    let error = ToolError::from(LedgerError::NotFound { number: "7".into(), year: 26, width: 4 });
    assert_eq!(error.code().as_str(), "not_found");
    assert_eq!(error.message(), "there is no \"7\" of   26");
    assert_eq!(error.stated_effect(), Some(Effect::None));
    assert_eq!(error.developer_message(), Some("no row for 7 in table invoices_26"));
    assert_eq!(error.to_json()["next_action"], "continue");
    assert!(!error.is_retryable());

    let error = ToolError::from(LedgerError::Paid("Monday".into()));
    assert_eq!(error.code().as_str(), "already_paid");
    assert_eq!(error.message(), "paid on Monday");

    let error = ToolError::from(LedgerError::Busy(std::io::Error::other("no socket")));
    assert_eq!(error.message(), "the ledger is busy");
    assert_eq!(error.to_json()["retry_after"], 1.5);
    assert!(error.is_retryable());

    let error = ToolError::from(LedgerError::Order(1, 2));
    assert_eq!(error.message(), "2 before 1, {sic}");
    assert!(error.is_retryable());

    let error = ToolError::from(LedgerError::Tool(ToolError::new("mine", "my own")));
    assert_eq!(error.code().as_str(), "mine");

    let error = ToolError::from(LedgerError::Io(std::fmt::Error));
    assert_eq!(error.code().as_str(), "internal");
    assert!(!error.to_json().to_string().contains("secret"));
    assert_eq!(
        error.developer_message(),
        Some("secret detail: an error occurred when formatting an argument")
    );
}
