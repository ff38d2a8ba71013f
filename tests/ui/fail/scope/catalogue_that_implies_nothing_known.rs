mcp_runtime::scopes! {
    "read:invoices" => "Read invoices",
    "write:invoices" => "Change invoices" implies ["read:invoice"],
}

fn main() {
    let _ = MCP_SCOPES;
}
