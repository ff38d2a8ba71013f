//! What comes out of `tools![…]`.

use mcp_hygiene as tools;

fn names(tools: &rt::Tools) -> String {
    format!("{tools:?}")
}
