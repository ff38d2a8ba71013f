//! A body that arrives in pieces, or in part.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame};
use tokio::time::{Sleep, sleep};

use super::{BoxError, ConnectionLost};

/// The pieces of a slow reader, in bytes.
pub(super) const PIECE: usize = 256;

/// A body in pieces, after a pause each; the connection may break at its end.
pub(super) struct Pieces {
    left: VecDeque<Bytes>,
    pause: Option<Duration>,
    waits: Option<Pin<Box<Sleep>>>,
    breaks: bool,
}

impl Pieces {
    /// All of it at once.
    pub(super) fn of(body: Bytes) -> Self {
        Self { left: VecDeque::from([body]), pause: None, waits: None, breaks: false }
    }

    /// All of it, and then the connection breaks.
    pub(super) fn broken(body: Bytes) -> Self {
        Self { breaks: true, ..Self::of(body) }
    }

    /// In pieces.
    pub(super) fn slow(body: &Bytes, pause: Duration) -> Self {
        let left = body.chunks(PIECE).map(|piece| body.slice_ref(piece)).collect();
        Self { left, pause: Some(pause), waits: None, breaks: false }
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Some(pause) = self.pause.filter(|_| !self.left.is_empty()) {
            let waits = self.waits.get_or_insert_with(|| Box::pin(sleep(pause)));
            ready!(waits.as_mut().poll(cx));
            self.waits = None;
        }
        let next = self.left.pop_front().map(|piece| Ok(Frame::data(piece)));
        let broken = std::mem::take(&mut self.breaks).then(|| Err(ConnectionLost.into()));
        match next {
            Some(next) => {
                self.breaks = broken.is_some();
                Poll::Ready(Some(next))
            }
            None => Poll::Ready(broken),
        }
    }
}
