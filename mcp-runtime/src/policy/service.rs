//! A service of the pipeline whose type is erased: what rooms are composed of.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tower::{Layer, Service, ServiceExt};

use super::{Next, Room, Running};
use crate::call::{Reply, ToolCall};
use crate::error::ToolError;

/// The rest of the pipeline, as a layer given to [`Server::layer`](crate::Server::layer) sees it.
///
/// Cheap to clone, and always ready.
#[derive(Clone)]
pub struct ToolService(Arc<dyn Room>);

/// Any service. Nothing of it runs before its future does.
struct Lazy<S>(S);

impl<S: Next> Room for Lazy<S> {
    fn run(&self, call: ToolCall) -> Running {
        Box::pin(self.0.clone().oneshot(call))
    }
}

/// A service that is always ready, and whose futures have a type of their own.
struct Boxed<S>(S);

impl<S: Next> Room for Boxed<S> {
    fn run(&self, call: ToolCall) -> Running {
        Box::pin(self.0.clone().call(call))
    }
}

impl ToolService {
    pub(crate) fn new(service: impl Next) -> Self {
        Self(Arc::new(Lazy(service)))
    }

    /// The same without a box of its own, for a room, which is always ready and may hand on what is
    /// further in.
    pub(crate) fn room(room: impl Room) -> Self {
        Self(Arc::new(room))
    }

    /// Of rooms that are composed by their types, and always ready.
    pub(crate) fn rooms(service: impl Next) -> Self {
        Self(Arc::new(Boxed(service)))
    }

    pub(crate) fn run(&self, call: ToolCall) -> Running {
        self.0.run(call)
    }

    /// Puts a room around it, where there is one.
    pub(crate) fn within<L>(self, layer: Option<L>) -> Self
    where
        L: Layer<Self>,
        L::Service: Room,
    {
        match layer {
            Some(layer) => Self::room(layer.layer(self)),
            None => self,
        }
    }
}

impl Service<ToolCall> for ToolService {
    type Response = Reply;
    type Error = ToolError;
    type Future = Pin<Box<dyn Future<Output = Result<Reply, ToolError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ToolError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, call: ToolCall) -> Self::Future {
        self.run(call)
    }
}

impl fmt::Debug for ToolService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ToolService")
    }
}
