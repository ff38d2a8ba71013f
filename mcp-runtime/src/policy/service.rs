//! A service of the pipeline whose type is erased: what rooms are composed of.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tower::{Layer, Service, ServiceExt};

use super::{Next, Running};
use crate::call::{Reply, ToolCall};
use crate::error::ToolError;

/// The rest of the pipeline, as a layer given to [`Server::layer`](crate::Server::layer) sees it.
///
/// Cheap to clone, and always ready.
#[derive(Clone)]
pub struct ToolService(Arc<dyn Link>);

/// A service whose type is erased.
trait Link: Send + Sync {
    fn run(&self, call: ToolCall) -> Running;
}

impl<S: Next> Link for S {
    fn run(&self, call: ToolCall) -> Running {
        Box::pin(self.clone().oneshot(call))
    }
}

impl ToolService {
    pub(crate) fn new(service: impl Next) -> Self {
        Self(Arc::new(service))
    }

    pub(crate) fn run(&self, call: ToolCall) -> Running {
        self.0.run(call)
    }

    /// Puts a layer around it, where there is one.
    pub(crate) fn within<L>(self, layer: Option<L>) -> Self
    where
        L: Layer<Self>,
        L::Service: Next,
    {
        match layer {
            Some(layer) => Self::new(layer.layer(self)),
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
