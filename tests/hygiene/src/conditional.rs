//! Tools, parameters and list entries that are there or not.

use rt::{State, tool, tools};

/// Always there, in part.
#[tool(crate = rt)]
pub async fn partly(
    first: u8,
    #[cfg(feature = "absent")] second: missing::Type,
    #[cfg(not(feature = "absent"))] second: u8,
    #[cfg(feature = "absent")]
    #[arg(default = missing::VALUE)]
    third: missing::Type,
    #[cfg(not(feature = "absent"))] State(fourth): State<u8>,
) -> u8 {
    first + second + fourth
}

/// Never there.
#[tool(crate = rt)]
#[cfg(feature = "absent")]
pub async fn never(first: missing::Type) {}

/// There once: this one.
#[cfg(not(feature = "absent"))]
#[tool(crate = rt)]
pub async fn either() -> u8 {
    1
}

/// There once: not this one.
#[tool(crate = rt)]
#[cfg(feature = "absent")]
pub async fn either() -> u8 {
    2
}

/// The tools.
#[must_use]
pub fn tools() -> rt::Tools {
    tools![
        partly,
        #[cfg(feature = "absent")]
        never,
        #[cfg(not(feature = "absent"))]
        either,
        #[cfg(feature = "absent")]
        missing::tool,
    ]
}

/// No tools.
#[must_use]
pub fn none() -> rt::Tools {
    tools![
        #[cfg(feature = "absent")]
        never
    ]
}

/// No tools at all.
#[must_use]
pub fn empty() -> rt::Tools {
    tools![]
}
