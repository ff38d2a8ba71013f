//! Parameters that are not arguments: [`State`], [`Context`](crate::Context),
//! [`Caller`](crate::Caller), and users' own.

use std::any::{Any, TypeId, type_name};
use std::collections::HashMap;
use std::fmt;
use std::ops::Deref;

use crate::call::ToolCall;
use crate::error::ToolError;

/// A parameter that is taken from the call or the server, not from the arguments.
///
/// ```
/// use mcp_runtime::{FromCall, ToolCall, ToolError};
///
/// /// The tenant that the client names in `_meta`.
/// struct Tenant(String);
///
/// impl FromCall for Tenant {
///     fn from_call(call: &ToolCall) -> Result<Self, ToolError> {
///         match call.context().meta().get("example.com/tenant").and_then(|v| v.as_str()) {
///             Some(name) => Ok(Tenant(name.to_owned())),
///             None => Err(ToolError::new("tenant_required", "set `example.com/tenant` in `_meta`")),
///         }
///     }
/// }
///
/// /// Say who asks.
/// #[mcp_runtime::tool]
/// async fn whoami(Tenant(name): Tenant) -> String {
///     name
/// }
/// ```
///
/// A type that is both this and `DeserializeOwned + JsonSchema` is ambiguous and doesn't compile
/// as a plain parameter.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an extractor",
    label = "patterns are for extractors such as `State(db): State<Db>`",
    note = "tool arguments need a plain name; it becomes the JSON property"
)]
pub trait FromCall: Sized {
    /// Whether the value can differ between callers. `cache(shared)` gives all callers one result
    /// and doesn't compile on a tool that takes such a value. True unless stated.
    const DEPENDS_ON_CALLER: bool = true;

    /// Takes the value from the call.
    ///
    /// # Errors
    ///
    /// An error ends the call before the function runs and is its answer.
    fn from_call(call: &ToolCall) -> Result<Self, ToolError>;

    /// Whether the value is the caller's alone, and never differs between two requests of one
    /// caller. A cached tool can take such a value, and one that doesn't depend on the caller; what
    /// is read from the request is an error at start there. False unless stated.
    const IS_THE_CALLERS: bool = false;

    /// Whether the function can keep the constraints of a grant by it. [`Granted`](crate::Granted)
    /// alone says so.
    #[doc(hidden)]
    const KEEPS_GRANTS: bool = false;

    /// Whether the function can reach [`Context::transaction`](crate::Context) by it. What other
    /// crates take from the call may hold anything, so only what certainly can't says otherwise.
    #[doc(hidden)]
    const GIVES_CONTEXT: bool = true;

    /// Whether the value may be taken from [`RawContext`](crate::raw::RawContext). This crate's
    /// own know that it isn't; of others it can't be known.
    #[doc(hidden)]
    const MAY_BE_RAW: bool = true;

    /// Says what the server must have, so that a lack of it is found at start.
    fn requires(_requirements: &mut Requirements) {}
}

/// What a tool's extractors need from the server.
#[derive(Debug, Default)]
pub struct Requirements {
    states: Vec<(TypeId, &'static str)>,
}

impl Requirements {
    /// The server must have a state of type `T`.
    pub fn state<T: 'static>(&mut self) -> &mut Self {
        self.states.push((TypeId::of::<T>(), type_name::<T>()));
        self
    }

    /// The type names of required states that `states` lacks.
    pub(crate) fn missing(&self, states: &States) -> impl Iterator<Item = &'static str> {
        self.states.iter().filter(|(id, _)| !states.0.contains_key(id)).map(|(_, name)| *name)
    }
}

/// The server's states, one per type.
#[derive(Default)]
pub(crate) struct States(HashMap<TypeId, Box<dyn Any + Send + Sync>>);

impl States {
    /// False where a state of this type is there already.
    pub(crate) fn insert<T: Send + Sync + 'static>(&mut self, state: T) -> bool {
        self.0.insert(TypeId::of::<T>(), Box::new(state)).is_none()
    }

    pub(crate) fn get<T: Send + Sync + 'static>(&self) -> Option<&T> {
        self.0.get(&TypeId::of::<T>())?.downcast_ref()
    }
}

impl fmt::Debug for States {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} states", self.0.len())
    }
}

/// The server's state of type `T`, given by [`Server::state`](crate::Server::state), as a
/// parameter of the tool.
///
/// Cloned for each call, so hold an `Arc` or a pool. A tool whose state the server lacks is an
/// error at start that names both.
///
/// ```
/// # use mcp_runtime::{tool, State};
/// #[derive(Clone)]
/// struct Greeting(&'static str);
///
/// /// Greet someone.
/// #[tool]
/// async fn greet(name: String, State(greeting): State<Greeting>) -> String {
///     format!("{}, {name}", greeting.0)
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct State<T>(pub T);

/// What [`State`] can hold.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a state: each call takes a clone of it, on any thread",
    label = "a state is `Clone + Send + Sync + 'static`",
    note = "share it in an `Arc`, behind a lock where it changes: `State<std::sync::Arc<{Self}>>`, given to the server as `.state(std::sync::Arc::new(…))`",
    note = "add `#[derive(Clone)]` to `{Self}` only where a clone is cheap, as of a pool or a client"
)]
pub trait Shared: Clone + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Clone + Send + Sync + 'static> Shared for T {}

impl<T: Shared> FromCall for State<T> {
    const DEPENDS_ON_CALLER: bool = false;
    const GIVES_CONTEXT: bool = false;
    const MAY_BE_RAW: bool = false;

    fn from_call(call: &ToolCall) -> Result<Self, ToolError> {
        call.state::<T>()
            .cloned()
            .map(Self)
            .ok_or_else(|| ToolError::fault(format!("no state of type `{}`", type_name::<T>())))
    }

    fn requires(requirements: &mut Requirements) {
        requirements.state::<T>();
    }
}

impl<T> Deref for State<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
