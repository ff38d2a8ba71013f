//! A request's body, read whole within its limits.

use std::error::Error;
use std::pin::{Pin, pin};
use std::time::Duration;

use axum::body::{Bytes, HttpBody};
use axum::http::StatusCode;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::refusal::Refusal;
use crate::until::Until;

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
    match Until::within(within, whole(Limited::new(body, limit))).await {
        Some(Ok(body)) => Ok(body),
        Some(Err(error)) if error.is::<LengthLimitError>() => {
            let message = format!("the body is larger than {limit} bytes");
            Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, message))
        }
        Some(Err(_)) => Err(Refusal::new(StatusCode::BAD_REQUEST, "the body could not be read")),
        None => Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, "the body took too long")),
    }
}

/// All of a body. Most come in one piece, which is taken as it is.
async fn whole<B: HttpBody<Data = Bytes>>(body: B) -> Result<Bytes, B::Error> {
    let mut body = pin!(body);
    let Some(first) = piece(body.as_mut()).await? else { return Ok(Bytes::new()) };
    let Some(second) = piece(body.as_mut()).await? else { return Ok(first) };
    // Not a list of pieces, which would take many times the room of a body that comes by the byte.
    let mut all = [first, second].concat();
    while let Some(next) = piece(body.as_mut()).await? {
        all.extend_from_slice(&next);
    }
    Ok(all.into())
}

/// The next of a body's data. Trailers, which may come after it, are none.
async fn piece<B: HttpBody<Data = Bytes>>(
    mut body: Pin<&mut B>,
) -> Result<Option<Bytes>, B::Error> {
    // A body whose length was told knows its end by itself.
    while !body.is_end_stream()
        && let Some(frame) = body.frame().await
    {
        if let Ok(piece) = frame?.into_data() {
            return Ok(Some(piece));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::task::{Context, Poll};

    use axum::body::Body;
    use axum::http::HeaderMap;
    use futures_util::stream;
    use http_body_util::StreamBody;
    use hyper::body::Frame;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn frames(pieces: &[&'static str]) -> impl Incoming {
        let data = pieces.iter().map(|piece| Frame::data(Bytes::from_static(piece.as_bytes())));
        let frames: Vec<_> = data.chain([Frame::trailers(HeaderMap::new())]).collect();
        StreamBody::new(stream::iter(frames.into_iter().map(Ok::<_, Infallible>)))
    }

    #[tokio::test]
    async fn a_body_is_all_of_its_pieces_in_their_order() {
        for pieces in [&[][..], &["abc"], &["a", "b"], &["", "a", "", "b", "c"]] {
            let read = read(frames(pieces), 3, SECOND).await.ok();
            assert_eq!(read, Some(pieces.concat().into()));
        }
    }

    #[tokio::test]
    async fn a_body_in_one_piece_is_not_copied() {
        let piece = Bytes::from_static(b"abc");
        let read = read(Body::from(piece.clone()), 3, SECOND).await.ok().unwrap();
        assert_eq!(read.as_ptr(), piece.as_ptr());
    }

    /// A body that knows when it has given all of its pieces, the last of which stands first here.
    struct Told(Vec<&'static [u8]>);

    impl HttpBody for Told {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            let piece = self.0.pop().expect("it has told that this is its end");
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(piece)))))
        }

        fn is_end_stream(&self) -> bool {
            self.0.is_empty()
        }
    }

    #[tokio::test]
    async fn a_body_that_tells_its_end_is_not_asked_for_more() {
        for pieces in [&[&b"abc"[..]][..], &[b"c", b"ab"]] {
            let read = read(Told(pieces.to_vec()), 3, SECOND).await.ok();
            assert_eq!(read, Some(Bytes::from_static(b"abc")));
        }
    }

    #[tokio::test]
    async fn a_body_is_no_larger_than_its_limit_in_however_many_pieces() {
        for pieces in [&["abcd"][..], &["ab", "cd"], &["a", "b", "c", "d"]] {
            let refused = read(frames(pieces), 3, SECOND).await.map_err(Refusal::response);
            assert_eq!(refused.unwrap_err().status(), StatusCode::PAYLOAD_TOO_LARGE);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_come_is_not_waited_for_longer_than_its_time() {
        let begun = tokio::time::Instant::now();
        let never = StreamBody::new(stream::pending::<Result<Frame<Bytes>, Infallible>>());
        let refused = read(never, 3, SECOND).await.map_err(Refusal::response);
        assert_eq!(refused.unwrap_err().status(), StatusCode::REQUEST_TIMEOUT);
        assert_eq!(begun.elapsed(), SECOND);
    }
}
