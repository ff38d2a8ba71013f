use mcp_runtime::{tool, tools};

#[tool]
async fn pay_invoice() {}

///
#[tool(read_only)]
async fn blank_comment() {}

/// The key wins over this comment.
#[tool(description = "")]
async fn blank_key() {}

// The mistake is the key; nothing else is said about the description.
#[tool(descripton = "Search invoices.")]
async fn mistyped() {}

fn main() {
    drop((pay_invoice(), blank_comment(), blank_key(), mistyped()));
    let _ = tools![pay_invoice];
}
