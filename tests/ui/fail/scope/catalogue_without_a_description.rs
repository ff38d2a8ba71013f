mcp_runtime::scopes! {
    "read:invoices",
    "write:invoices" => "Change invoices",
}

fn main() {
    let _ = MCP_SCOPES;
}
