//! The policies: one room each, around the rest of the pipeline.
//!
//! A room has three parts, as [`budget`] shows: a tower `Layer` that holds the setting of one tool,
//! the [`Room`] that it puts around the rest of the pipeline, and tests that fail when its rule is
//! broken. Rooms know the call and the error, never each other and never the protocol. Which of
//! them a tool uses, and in which order, is [`stack`]'s business alone.

pub(crate) mod admission;
pub(crate) mod blocking;
pub(crate) mod budget;
pub(crate) mod cache;
pub(crate) mod cancel;
pub(crate) mod check;
pub(crate) mod confirm;
pub(crate) mod contain;
pub(crate) mod dependency;
pub(crate) mod fallback;
pub(crate) mod heartbeat;
pub(crate) mod journal;
pub(crate) mod later;
pub(crate) mod loop_guard;
pub(crate) mod rate_limit;
pub(crate) mod redact;
pub(crate) mod result_limit;
pub(crate) mod retry;
pub(crate) mod scope;
pub(crate) mod service;
pub(crate) mod stack;
#[cfg(test)]
pub(crate) mod testing;
pub(crate) mod timeout;
pub(crate) mod trace;
pub(crate) mod validation;

use std::future::ready;
use std::pin::Pin;

use futures_util::future::Either as EitherFuture;
use tower::util::Either;

use crate::call::{Reply, ToolCall};
use crate::error::ToolError;

/// What every room answers.
pub(crate) type Outcome = Result<Reply, ToolError>;

/// A room, around the rest of the pipeline.
///
/// It is what a tower `Service` is, but always ready and run by reference. A service is cloned for
/// each call, with all the handles that it holds, whose counts the threads of a server would take
/// from each other. A layer from outside still sees a service of the rest:
/// [`ToolService`](service::ToolService).
///
/// A room that decides as it is called runs the rest at once, and hands on its future, as it is.
/// One that has something to do as the call ends has a future of a type of its own, as
/// [`timeout`] has, which costs no box, or a boxed one.
pub(crate) trait Room: Send + Sync + 'static {
    type Future: Future<Output = Outcome> + Send + 'static;

    fn run(&self, call: ToolCall) -> Self::Future;
}

/// One of two: a room and what is in it, or that alone.
impl<A: Room, B: Room> Room for Either<A, B> {
    type Future = EitherFuture<A::Future, B::Future>;

    fn run(&self, call: ToolCall) -> Self::Future {
        match self {
            Self::Left(room) => EitherFuture::Left(room.run(call)),
            Self::Right(room) => EitherFuture::Right(room.run(call)),
        }
    }
}

/// A call on its way, where a room has no future of its own to name.
pub(crate) type Running = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// A call that goes no further.
pub(crate) fn refused(error: ToolError) -> Running {
    Box::pin(ready(Err(error)))
}
