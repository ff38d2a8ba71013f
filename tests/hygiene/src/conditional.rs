//! Tools, parameters and list entries that are there or not: nothing here has 16-bit pointers.

use rt::{State, tool, tools};

/// Always there, in part.
#[tool(crate = rt)]
pub async fn partly(
    first: u8,
    #[cfg(target_pointer_width = "16")] second: missing::Type,
    #[cfg(not(target_pointer_width = "16"))] second: u8,
    #[cfg(target_pointer_width = "16")]
    #[arg(default = missing::VALUE)]
    third: missing::Type,
    #[cfg(not(target_pointer_width = "16"))] State(fourth): State<u8>,
) -> u8 {
    first + second + fourth
}

/// Never there.
#[tool(crate = rt)]
#[cfg(target_pointer_width = "16")]
pub async fn never(first: missing::Type) {}

/// There once: this one.
#[cfg(not(target_pointer_width = "16"))]
#[tool(crate = rt)]
pub async fn either() -> u8 {
    1
}

/// There once: not this one.
#[tool(crate = rt)]
#[cfg(target_pointer_width = "16")]
pub async fn either() -> u8 {
    2
}

/// The tools.
#[must_use]
pub fn tools() -> rt::Tools {
    tools![
        partly,
        #[cfg(target_pointer_width = "16")]
        never,
        #[cfg(not(target_pointer_width = "16"))]
        either,
        #[cfg(target_pointer_width = "16")]
        missing::tool,
    ]
}

/// No tools.
#[must_use]
pub fn none() -> rt::Tools {
    tools![
        #[cfg(target_pointer_width = "16")]
        never
    ]
}

/// No tools at all.
#[must_use]
pub fn empty() -> rt::Tools {
    tools![]
}
