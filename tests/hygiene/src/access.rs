//! The catalogue, written by another macro in a module, and the tools that find it.

use rt::{State, tool, tools};

/// Writes a catalogue out of literals.
macro_rules! catalogue {
    ($($token:literal = $text:literal $(> $implied:literal)*),*) => {
        rt::scopes! { $($token => $text $(implies [$implied])*),* }
    };
}

catalogue! {
    "admin:rules" = "Everything" > "write:rules",
    "write:rules" = "Change rules",
    "read:numbers" = "Read numbers",
    "read:sums" = "Read sums",
    "read:texts" = "Read texts",
    "read:types" = "Read types",
    "read:values" = "Read values",
    "write:parts" = "Change parts"
}

mod inner {
    /// Reads, as its scope says.
    #[rt::tool(crate = rt, scope = "read:sums", cache_ttl = "30s", timeout = "10s", idempotent)]
    pub(super) async fn sums() {}
}

/// Everyone may call it.
#[tool(crate = rt, public, check = odd(inner, count))]
pub async fn anyone(count: u8, State(mut inner): State<u8>) -> u8 {
    inner += count;
    inner
}

async fn odd(state: &u8, count: &u8) -> Result<(), &'static str> {
    if (state ^ count) & 1 == 1 { Ok(()) } else { Err("is even") }
}

/// The tools.
#[must_use]
pub fn tools() -> rt::Tools {
    tools![inner::sums, anyone]
}
