//! What answers the requests of a connection of ours.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, Response};
use hyper::body::Incoming;
use tower::ServiceExt as _;

use super::PATH;
use super::guard::Guard;
use super::peer::Peer;

/// The routes, and the way past them that nearly every request takes.
pub(super) struct Front {
    pub(super) guard: Arc<Guard>,
    pub(super) routes: Router,
}

impl Front {
    /// The answer to a request from an address.
    ///
    /// What is posted to the endpoint goes there at once: a router would have looked for its path
    /// among three, and wrapped request, future and answer on the way.
    pub(super) async fn answer(
        self: Arc<Self>,
        mut request: Request<Incoming>,
        peer: IpAddr,
    ) -> Result<Response<Body>, Infallible> {
        if request.method() == Method::POST && request.uri().path() == PATH {
            return Ok(self.guard.answer(request, Some(peer)).await);
        }
        request.extensions_mut().insert(Peer(peer));
        self.routes.clone().oneshot(request).await
    }
}

#[cfg(test)]
mod tests;
