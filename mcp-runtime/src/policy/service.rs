//! A room whose type is erased: what the pipeline is composed of.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tower::{Layer, Service, ServiceExt};

use super::later::Later;
use super::{Room, Running};
use crate::call::{Reply, ToolCall};
use crate::error::ToolError;

/// The rest of the pipeline, as a layer given to [`Server::layer`](crate::Server::layer) sees it.
///
/// Cheap to clone, and always ready.
#[derive(Clone)]
pub struct ToolService(Arc<dyn Room<Future = Running>>);

/// A service from outside. Nothing of it runs before its future does.
pub(crate) struct Outside<S>(S);

impl<S> Room for Outside<S>
where
    S: Service<ToolCall, Response = Reply, Error = ToolError, Future: Send>
        + Clone
        + Send
        + Sync
        + 'static,
{
    type Future = Running;

    fn run(&self, call: ToolCall) -> Running {
        Box::pin(self.0.clone().oneshot(call))
    }
}

/// What is further in, for a layer from outside: nothing of it runs before its future does.
struct Lazy(ToolService);

impl Room for Lazy {
    type Future = Running;

    fn run(&self, call: ToolCall) -> Running {
        Box::pin(Later::new(self.0.clone(), call))
    }
}

/// Rooms whose futures have types of their own, in one box.
struct Boxed<R>(R);

impl<R: Room> Room for Boxed<R> {
    type Future = Running;

    fn run(&self, call: ToolCall) -> Running {
        Box::pin(self.0.run(call))
    }
}

impl ToolService {
    /// Of a service from outside.
    pub(crate) fn outside<S>(service: S) -> Self
    where
        Outside<S>: Room<Future = Running>,
    {
        Self::room(Outside(service))
    }

    /// Of a room that boxes its futures, or hands on what is further in.
    pub(crate) fn room(room: impl Room<Future = Running>) -> Self {
        Self(Arc::new(room))
    }

    /// Of rooms that are composed by their types.
    pub(crate) fn rooms(rooms: impl Room) -> Self {
        Self::room(Boxed(rooms))
    }

    /// The same, with nothing of it running before its future does.
    pub(crate) fn lazy(self) -> Self {
        Self::room(Lazy(self))
    }

    pub(crate) fn run(&self, call: ToolCall) -> Running {
        self.0.run(call)
    }

    /// Puts a room around it, where there is one.
    pub(crate) fn within<L>(self, layer: Option<L>) -> Self
    where
        L: Layer<Self, Service: Room<Future = Running>>,
    {
        match layer {
            Some(layer) => Self::room(layer.layer(self)),
            None => self,
        }
    }
}

impl Room for ToolService {
    type Future = Running;

    fn run(&self, call: ToolCall) -> Running {
        self.0.run(call)
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
