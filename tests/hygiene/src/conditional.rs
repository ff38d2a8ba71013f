//! Tools, parameters and list entries that are there or not: nothing here has 16-bit pointers.

use rt::{State, dependency, tool, tools};

/// Always there, in part.
#[tool(
    crate = rt,
    scope = "write:parts.where(second = second)",
    check = [small(second, fourth), small]
)]
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

#[cfg(target_pointer_width = "16")]
fn small(_: &missing::Type) {}

#[cfg(not(target_pointer_width = "16"))]
const fn small(_: &u8, _: &u8) -> Result<(), String> {
    Ok(())
}

/// A dependency that is there, with another of its name that is not.
#[dependency(crate = rt)]
#[cfg(not(target_pointer_width = "16"))]
#[derive(Debug, Clone, Copy)]
pub struct Disk;

/// Not there.
#[dependency(crate = rt)]
#[cfg(target_pointer_width = "16")]
pub struct Disk(missing::Type);

/// With a fallback, and with parameters of which some are there.
#[tool(crate = rt, dependency = Disk, fallback = partly)]
pub async fn partly_or_so(
    #[cfg(target_pointer_width = "16")] first: missing::Type,
    #[cfg(not(target_pointer_width = "16"))] first: u8,
    second: u8,
) -> u8 {
    first + second
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
        partly_or_so,
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
