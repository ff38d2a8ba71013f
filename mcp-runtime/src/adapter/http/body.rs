//! A request's body, read whole within its limits.

use std::error::Error;
use std::time::Duration;

use axum::body::{Bytes, HttpBody};
use axum::http::StatusCode;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::refusal::Refusal;

/// The body of a request, whoever listens for it.
pub(super) trait Incoming:
    HttpBody<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>>
{
}

impl<B> Incoming for B where B: HttpBody<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> {}

/// Reads a body of at most so many bytes, for at most so long.
///
/// # Errors
///
/// What the sender is told of a body that is too large, too slow, or ends too early.
pub(super) async fn read(
    body: impl Incoming,
    limit: usize,
    within: Duration,
) -> Result<Bytes, Refusal> {
    let limited = Limited::new(body, limit).collect();
    match tokio::time::timeout(within, limited).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            let message = format!("the body is larger than {limit} bytes");
            Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, message))
        }
        Ok(Err(_)) => Err(Refusal::new(StatusCode::BAD_REQUEST, "the body could not be read")),
        Err(_) => Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, "the body took too long")),
    }
}
