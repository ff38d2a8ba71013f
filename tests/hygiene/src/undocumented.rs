//! Descriptions from elsewhere, and attributes between the lines.

use rt::{tool, tools};

const DESCRIPTION: &str = "A constant.";

/// Not what models read.
#[tool(crate = rt, description = DESCRIPTION)]
pub async fn constant(#[arg(description = DESCRIPTION)] value: u8) -> u8 {
    value
}

/// The first line,
#[allow(clippy::all)]
/// the second line
#[doc(alias = "three")]
/// and the third.
#[tool(crate = rt)]
#[allow(clippy::missing_const_for_fn)]
/// The fourth comes after the attribute.
pub async fn lines() {}

/** A block.
 *
 * With a margin.
 */
#[tool(crate = rt)]
pub async fn block() {}

/// The tools.
#[must_use]
pub fn tools() -> rt::Tools {
    tools![constant, lines, block]
}
