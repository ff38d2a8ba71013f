//! The order of the pipeline: the only file that knows it.
//!
//! A tool's stack is composed once, at start, into one value; a call clones its handles and runs.

use std::error::Error as StdError;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tower::util::BoxCloneSyncService;
use tower::{Layer, Service, ServiceBuilder, ServiceExt};

use super::cancel::CancelLayer;
use super::contain::ContainLayer;
use super::timeout::TimeoutLayer;
use super::trace::TraceLayer;
use super::validation::ValidationLayer;
use super::{Outcome, Running};
use crate::call::{Reply, ToolCall};
use crate::error::ToolError;
use crate::output::Shape;
use crate::tool::{Invocation, ToolDef};
use crate::validate::Validator;

/// A tool's whole pipeline.
pub(crate) type Stack = Box<dyn Fn(ToolCall) -> Running + Send + Sync>;

/// The rest of the pipeline, as a layer given to [`Server::layer`](crate::Server::layer) sees it.
pub type ToolService = BoxCloneSyncService<ToolCall, Reply, ToolError>;

/// A user's layer, its types erased.
pub(crate) type UserLayer = Arc<dyn Fn(ToolService) -> ToolService + Send + Sync>;

/// Composes one tool's pipeline, outermost first.
pub(crate) fn compose(
    def: &'static ToolDef,
    validator: Validator,
    shape: Shape,
    users: &[UserLayer],
) -> Stack {
    let function = ValidationLayer::new(validator).layer(Function { def, shape });
    let outer = ServiceBuilder::new()
        .layer(TraceLayer)
        .layer(ContainLayer)
        .layer(CancelLayer)
        .layer(TimeoutLayer);
    if users.is_empty() {
        return erase(outer.service(function));
    }
    let users = users.iter().rev().fold(ToolService::new(function), |inner, layer| layer(inner));
    erase(outer.service(users))
}

fn erase<S>(service: S) -> Stack
where
    S: Service<ToolCall, Response = Reply, Error = ToolError> + Clone + Send + Sync + 'static,
    S::Future: Send,
{
    Box::new(move |call| Box::pin(service.clone().oneshot(call)))
}

/// Erases a user's layer. An error that isn't a [`ToolError`] is an internal one.
pub(crate) fn user_layer<L>(layer: L) -> UserLayer
where
    L: Layer<ToolService> + Send + Sync + 'static,
    L::Service: Service<ToolCall, Response = Reply> + Clone + Send + Sync + 'static,
    <L::Service as Service<ToolCall>>::Error: Into<Box<dyn StdError + Send + Sync>>,
    <L::Service as Service<ToolCall>>::Future: Send,
{
    Arc::new(move |inner| {
        ToolService::new(layer.layer(inner).map_err(|error| {
            match error.into().downcast::<ToolError>() {
                Ok(error) => *error,
                Err(other) => ToolError::internal(other),
            }
        }))
    })
}

/// The innermost service: the annotated function.
#[derive(Clone, Copy, Debug)]
struct Function {
    def: &'static ToolDef,
    shape: Shape,
}

impl Service<ToolCall> for Function {
    type Response = Reply;
    type Error = ToolError;
    type Future = Invoked;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ToolError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut call: ToolCall) -> Invoked {
        let state = match (self.def.invoke)(&mut call) {
            Ok(invocation) => State::Runs(invocation),
            Err(error) => State::Refused(Some(error)),
        };
        Invoked { state, shape: self.shape }
    }
}

struct Invoked {
    state: State,
    shape: Shape,
}

enum State {
    Runs(Invocation),
    /// An extractor refused the call.
    Refused(Option<ToolError>),
}

impl Future for Invoked {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        let shape = self.shape;
        match &mut self.state {
            State::Runs(invocation) => {
                let returned = ready!(invocation.as_mut().poll(cx));
                Poll::Ready(returned.map(|returned| shape.apply(returned)))
            }
            State::Refused(error) => match error.take() {
                Some(error) => Poll::Ready(Err(error)),
                None => Poll::Pending,
            },
        }
    }
}
