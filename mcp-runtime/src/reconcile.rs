//! What `reconcile = path` may name, and what becomes of its answer.

use std::future::Future;

use futures_util::future::BoxFuture;

use crate::error::{IntoToolError, ToolError};
use crate::output::Returned;
use crate::policies::Reconciling;

/// A look at what a call left behind: what a function named by `reconcile = …` returns.
#[diagnostic::on_unimplemented(
    message = "`reconcile` takes an `async fn`; this function returns `{Self}`",
    label = "this function cannot reconcile",
    note = "it returns `Result<Option<T>, E>`, where `T` is what the tool returns: `None` where nothing happened"
)]
pub trait Look {
    /// What it finds.
    type Left;
    /// The look on its way.
    type Future: Future<Output = Self::Left>;

    #[doc(hidden)]
    fn begin(self) -> Self::Future;
}

#[diagnostic::do_not_recommend]
impl<F: Future> Look for F {
    type Left = F::Output;
    type Future = F;

    fn begin(self) -> F {
        self
    }
}

/// What a look finds: `Some` of the tool's own result, or that nothing happened.
#[diagnostic::on_unimplemented(
    message = "`reconcile` needs `Result<Option<{T}>, E>`, not `{Self}`",
    label = "this function cannot reconcile",
    note = "`Some` is what the call would have returned, a `{T}`; `None` is that nothing happened",
    note = "`E` is anything that turns into a `ToolError`"
)]
pub trait Found<T> {
    #[doc(hidden)]
    fn found(self) -> Result<Option<T>, ToolError>;
}

#[diagnostic::do_not_recommend]
impl<T, E: IntoToolError> Found<T> for Result<Option<T>, E> {
    fn found(self) -> Result<Option<T>, ToolError> {
        self.map_err(E::into_tool_error)
    }
}

/// A look whose find is converted as the tool's own result is.
///
/// Boxed, so that its type doesn't ask for the bounds again where it is awaited: an error about
/// them would be told twice.
pub fn looking<'a, T: 'a, L>(
    reply: fn(T) -> Result<Returned, ToolError>,
    look: L,
) -> BoxFuture<'a, Result<Option<Returned>, ToolError>>
where
    L: Look<Left: Found<T>, Future: Send + 'a>,
{
    let look = look.begin();
    Box::pin(async move { look.await.found()?.map(reply).transpose() })
}

/// A look with what it is given, as one future.
///
/// # Errors
///
/// None: the signature lets an expansion end with it.
pub fn reconciling(
    look: impl Future<Output = Result<Option<Returned>, ToolError>> + Send + 'static,
) -> Result<Reconciling, ToolError> {
    Ok(Box::pin(look))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::{Shape, output};

    async fn of<T: 'static>(
        reply: fn(T) -> Result<Returned, ToolError>,
        found: impl Found<T> + Send + 'static,
    ) -> Result<Option<String>, ToolError> {
        let returned = reconciling(looking(reply, async move { found }))?.await?;
        Ok(returned.map(|returned| format!("{:?}", Shape::Untyped.apply(returned).content())))
    }

    #[tokio::test]
    async fn what_is_found_is_the_tools_own_result() {
        let reply = output::<Result<u8, ToolError>>().codec().found();
        assert_eq!(of(reply, Ok::<_, ToolError>(None)).await.unwrap(), None);
        assert_eq!(of(reply, Ok::<_, ToolError>(Some(7))).await.unwrap().unwrap(), "[Text(\"7\")]");
        let error = of(reply, Err(ToolError::new("no_ledger", ""))).await.unwrap_err();
        assert_eq!(error.code().as_str(), "no_ledger");
    }

    #[tokio::test]
    async fn a_result_without_errors_and_none_at_all_are_converted_too() {
        use crate::output::PlainOutput as _;
        let text = output::<String>().codec().found();
        let found = of(text, Ok::<_, ToolError>(Some("x".to_owned()))).await.unwrap();
        assert_eq!(found.unwrap(), "[Text(\"x\")]");
        let nothing = output::<()>().codec().found();
        let found = of(nothing, Ok::<_, ToolError>(Some(()))).await.unwrap();
        assert_eq!(found.unwrap(), "[Text(\"null\")]");
    }
}
