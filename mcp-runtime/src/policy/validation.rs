//! Validation: defaults are applied and every rule of the advertised schema is checked before
//! anything is deserialised. What comes out is exactly what the function receives.

use std::future::{Ready, ready};
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::future::Either;
use tower::{Layer, Service};

use super::Outcome;
use crate::call::{Reply, ToolCall};
use crate::error::ToolError;
use crate::validate::Validator;

/// Enforces one tool's input schema.
#[derive(Clone, Debug)]
pub(crate) struct ValidationLayer {
    validator: Arc<Validator>,
}

impl ValidationLayer {
    pub(crate) fn new(validator: Validator) -> Self {
        Self { validator: Arc::new(validator) }
    }
}

impl<S> Layer<S> for ValidationLayer {
    type Service = Validation<S>;

    fn layer(&self, inner: S) -> Validation<S> {
        Validation { inner, validator: Arc::clone(&self.validator) }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Validation<S> {
    inner: S,
    validator: Arc<Validator>,
}

impl<S> Service<ToolCall> for Validation<S>
where
    S: Service<ToolCall, Response = Reply, Error = ToolError>,
{
    type Response = Reply;
    type Error = ToolError;
    type Future = Either<S::Future, Ready<Outcome>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), ToolError>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut call: ToolCall) -> Self::Future {
        match self.validator.check(&mut call.arguments) {
            Ok(()) => Either::Left(self.inner.call(call)),
            Err(error) => Either::Right(ready(Err(error))),
        }
    }
}
