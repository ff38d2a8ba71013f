//! Tools inside of functions.

/// The tools of a function's own.
#[must_use]
pub fn tools() -> rt::Tools {
    use rt::tool;

    #[derive(serde::Serialize, schemars::JsonSchema)]
    struct Local {
        value: u8,
    }

    /// Only visible here.
    #[tool(crate = rt)]
    async fn local(value: u8) -> Local {
        Local { value }
    }

    rt::tools![local]
}
