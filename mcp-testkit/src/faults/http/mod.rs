//! Faults of HTTP: around a service of requests and responses, without a socket.

mod body;
mod exchange;

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use ::http::{Request, Response};
use bytes::Bytes;
use http_body::Body;
use http_body_util::combinators::UnsyncBoxBody;
use tower::{Layer, Service};

use self::exchange::exchange;
use super::decide::Plan;
use super::plan::Faults;

/// Any error.
type BoxError = Box<dyn Error + Send + Sync>;
/// The body of a response that came through [`HttpFaults`].
pub type ReplyBody = UnsyncBoxBody<Bytes, BoxError>;

/// What a client of [`Faults::http`] sees in place of a response, or at the end of half of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionLost;

impl fmt::Display for ConnectionLost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a fault of the test: the connection was lost")
    }
}

impl Error for ConnectionLost {}

impl Faults {
    /// Puts the plan's faults of [requests](Self::requests) and [replies](Self::replies) around an
    /// HTTP service in memory, such as an axum router.
    ///
    /// Where the connection breaks, its error is [`ConnectionLost`]. Requests that call no tool
    /// pass untouched, unless a fault is for [any message](super::Fault::any_message).
    ///
    /// A condition on a reply sees its tool, not its message, which may be a stream.
    ///
    /// `reorder`, and `duplicate` of a reply, don't exist over HTTP.
    ///
    /// # Panics
    ///
    /// Its service, where such a fault strikes.
    pub fn http<S>(&self, service: S) -> HttpFaults<S> {
        HttpFaults { inner: service, plan: Arc::clone(&self.0) }
    }

    /// [`http`](Self::http) as a tower layer.
    pub fn http_layer(&self) -> HttpFaultLayer {
        HttpFaultLayer(Arc::clone(&self.0))
    }
}

/// A tower layer with the faults of HTTP, made by [`Faults::http_layer`].
#[derive(Clone)]
pub struct HttpFaultLayer(Arc<Plan>);

impl<S> Layer<S> for HttpFaultLayer {
    type Service = HttpFaults<S>;

    fn layer(&self, inner: S) -> HttpFaults<S> {
        HttpFaults { inner, plan: Arc::clone(&self.0) }
    }
}

impl fmt::Debug for HttpFaultLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HttpFaultLayer")
    }
}

/// An HTTP service with faults, made by [`Faults::http`].
#[derive(Clone)]
pub struct HttpFaults<S> {
    inner: S,
    plan: Arc<Plan>,
}

impl<S> fmt::Debug for HttpFaults<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HttpFaults")
    }
}

impl<S, B, R> Service<Request<B>> for HttpFaults<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: Body<Data = Bytes> + From<Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
    R: Body<Data = Bytes> + Send + 'static,
    R::Error: Into<BoxError>,
{
    type Response = Response<ReplyBody>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<ReplyBody>, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The one that is ready is called; its clone has to become ready itself.
        let clone = self.inner.clone();
        let inner = std::mem::replace(&mut self.inner, clone);
        Box::pin(exchange(inner, Arc::clone(&self.plan), request))
    }
}

#[cfg(test)]
mod tests;
