//! Every visibility.

use rt::{tool, tools};

/// For this module.
#[tool(crate = rt)]
async fn own() {}

/// For the crate.
#[tool(crate = crate::private::reexport::rt)]
pub(crate) async fn shared() {}

mod inner {
    use rt::tool;

    /// For the module above.
    #[tool(crate = rt)]
    pub(super) async fn above() {}

    /// For somewhere.
    #[tool(crate = rt)]
    pub(in crate::private) async fn somewhere() {}
}

mod reexport {
    pub(super) use rt;
}

/// The tools.
#[must_use]
pub fn tools() -> rt::Tools {
    tools![own, shared, inner::above, inner::somewhere]
}
