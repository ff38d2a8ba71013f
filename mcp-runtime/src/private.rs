//! What expansions call. Not part of the public API: it changes without notice.

pub use schemars::SchemaGenerator;
pub use std::format;

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use serde::Serialize;

pub use crate::access::{
    Binding, ScopeDef, ScopeEntry, Scopes, assert_found, assert_kept, assert_known, assert_unmixed,
};
pub use crate::call::ToolCall;
pub use crate::check::{CheckDef, CheckError, Checking, checking, names, outcome, waits};
use crate::content::{Icon, IntoIcons};
use crate::error::ToolError;
pub use crate::fallback::{
    Answer, Argument, OtherArgument, PlainAnswer, Returns, Takes, Unknown, answer, fallback,
    same_result,
};
use crate::output::Returned;
pub use crate::output::{OutputSchema, PlainOutput, Probe, output};
pub use crate::params::{
    Bound, JsonResult, Param, ParamDef, argument, assert_argument, assert_shareable,
    assert_transaction, compared, extractor, flatten, param,
};
pub use crate::policies::{
    Audit, Breaker, Cache, DependencyDef, Idempotency, Per, RateLimit, Reconciling, Retry,
};
pub use crate::reconcile::{Found, Look, looking, reconciling};
pub use crate::tool::{Invocation, Invoked, ToolDef, assert_unique};
pub use crate::unwise::{Unwise, has_argument, has_no_arguments, is_contract};

/// What the test kit reaches into.
#[cfg(feature = "testing")]
mod testing {
    #[cfg(feature = "http")]
    pub use crate::adapter::in_memory::Ways;
    pub use crate::adapter::in_memory::{InMemory, Known};
    pub use crate::manifest::lock::against as against_lock;
    pub use crate::promised::{Promised, PromisedBreaker, PromisedRate, PromisedScope};
    pub use crate::store::memory::Survivors;
    pub use crate::store::steered::{Edge, Fate, Passing, Steering, Tears, Wait, Write};
    pub use crate::store::suite::outside::{StoreSuite, told};
}

#[cfg(feature = "testing")]
pub use testing::*;

/// What tools find of a crate without a catalogue.
pub mod no_catalogue {
    /// Nothing is said about scopes.
    pub const MCP_SCOPES: super::Scopes = super::Scopes::NONE;
}

/// The keys that stand in attributes. To the compiler they are nothing.
#[cfg(not(rust_analyzer))]
#[doc(hidden)]
#[macro_export]
macro_rules! __words {
    ($($words:tt)*) => {};
}

/// The same in an editor: each key stands where all those of its owner are in scope, so that it is
/// explained by their documentation, and completed to one of them.
#[cfg(rust_analyzer)]
#[doc(hidden)]
#[macro_export]
macro_rules! __words {
    ($($owner:ident($($word:ident)*))*) => {
        const _: () = {
            $({
                use $crate::private::keys::$owner::*;
                $($word;)*
            })*
        };
    };
}

pub use crate::__words as words;

/// Where an editor finds what a key means.
#[cfg(rust_analyzer)]
pub mod keys {
    mcp_macros::__keys!();
}

/// A call's function and the conversion of its result, as one future.
///
/// # Errors
///
/// None: the signature lets an expansion end with it.
pub fn respond<F, R>(
    function: F,
    reply: fn(R) -> Result<Returned, ToolError>,
) -> Result<Invocation, ToolError>
where
    F: Future<Output = R> + Send + 'static,
    R: 'static,
{
    // Pinned once its type is erased: `Box::pin` would be compiled for each tool.
    let responding: Box<dyn Future<Output = _> + Send> = Box::new(Responding { function, reply });
    Ok(Box::into_pin(responding))
}

pin_project! {
    /// Written out, since the compiler makes far more of an `async` block, for each tool.
    struct Responding<F, R> {
        #[pin]
        function: F,
        reply: fn(R) -> Result<Returned, ToolError>,
    }
}

impl<F: Future> Future for Responding<F, F::Output> {
    type Output = Result<Returned, ToolError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        match this.function.poll(cx) {
            Poll::Ready(result) => Poll::Ready((this.reply)(result)),
            Poll::Pending => Poll::Pending,
        }
    }
}

/// The value of an expression in an attribute.
///
/// # Errors
///
/// What serde says against the value; it becomes an error at start.
pub fn json(value: impl Serialize) -> JsonResult {
    serde_json::to_value(value).map_err(|error| error.to_string())
}

/// The value of `icons = …`.
pub fn icons(icons: impl IntoIcons) -> Vec<Icon> {
    icons.into_icons()
}
