//! A tool that is on its way out is served without a warning, and called with one.
#![deny(deprecated)]

use rt::{tool, tools};

/// The old way.
#[tool(crate = rt)]
#[deprecated = "use the new way"]
pub async fn old() {}

/// The new way.
#[deprecated]
#[tool(crate = rt)]
#[must_use = "it does nothing else"]
#[inline]
pub async fn new() -> u8 {
    1
}

/// The tools.
#[must_use]
pub fn tools() -> rt::Tools {
    tools![old, new]
}
