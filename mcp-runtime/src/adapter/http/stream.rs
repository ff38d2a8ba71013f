//! A connection's stream: a bound on how long a client may not read, and small answers in one piece.

use std::io::{IoSlice, Result};
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_io_timeout::TimeoutStream;

/// An answer of so many bytes at most is put together before it is written, headers and body: the
/// copy costs less than a system call with several buffers costs above one with one.
const PIECE: usize = 2 << 10;

pub(super) struct Stream<S = TcpStream>(Pin<Box<TimeoutStream<S>>>);

impl<S: AsyncRead + AsyncWrite> Stream<S> {
    /// Fails where nothing could be written for so long.
    pub(super) fn new(stream: S, write_timeout: Duration) -> Self {
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(write_timeout));
        Self(Box::pin(stream))
    }
}

impl<S: AsyncRead + AsyncWrite> AsyncRead for Stream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        self.0.as_mut().poll_read(cx, buf)
    }
}

impl<S: AsyncRead + AsyncWrite> AsyncWrite for Stream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<Result<usize>> {
        self.0.as_mut().poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let mut room = [const { MaybeUninit::uninit() }; PIECE];
        let mut piece = ReadBuf::uninit(&mut room);
        for buf in bufs {
            if buf.len() > piece.remaining() {
                return self.0.as_mut().poll_write_vectored(cx, bufs);
            }
            piece.put_slice(buf);
        }
        self.0.as_mut().poll_write(cx, piece.filled())
    }

    fn is_write_vectored(&self) -> bool {
        self.0.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        self.0.as_mut().poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        self.0.as_mut().poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests;
