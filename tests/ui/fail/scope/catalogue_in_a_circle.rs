mcp_runtime::scopes! {
    "read:invoices" => "Read invoices" implies ["write:invoices"],
    "write:invoices" => "Change invoices" implies ["read:invoices"],
}

fn main() {
    let _ = MCP_SCOPES;
}
