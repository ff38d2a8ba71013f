use mcp_runtime::scopes;

mod tokens {
    mcp_runtime::scopes! {
        "invoices" => "No verb",
        "read:my invoices" => "A space",
        "read:invoices.where(id)" => "A constraint",
    }
}

mod shapes {
    mcp_runtime::scopes! {
        "read:invoices",
        "write:invoices" = "Change invoices",
        "delete:invoices" => 5,
        read => "Read",
        "admin:invoices" => "Everything", implies ["read:invoices"],
        "admin:a" => "Everything" contains ["read:invoices"],
        "admin:b" => "Everything" implies "read:invoices",
        "admin:c" => "Everything" implies [],
        "admin:d" => "Everything" implies ["read"],
        5 => "Five",
    }
}

scopes! {
    "read:invoices" => "Read invoices",
    "write:invoices" => " ",
    "read:invoices" => "Read them",
    "admin:invoices" => "Everything" implies ["read:invoice", "read:payments", "write:invoices", "write:invoices"],
}

mod circle {
    mcp_runtime::scopes! {
        "a:x" => "A" implies ["b:x"],
        "b:x" => "B" implies ["c:x", "d:x"],
        "c:x" => "C" implies ["a:x"],
        "d:x" => "D" implies ["d:x"],
    }
}

fn main() {
    let _ = MCP_SCOPES;
}
