use std::future::poll_fn;
use std::io::ErrorKind;

use tokio::io::AsyncWriteExt;
use tokio::time::Instant;

use super::*;

/// Notes what is written to it, by the buffers of each write, and takes no more than so much at
/// once.
struct Noting {
    writes: Vec<Vec<Vec<u8>>>,
    takes: usize,
}

impl AsyncRead for Noting {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Noting {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<Result<usize>> {
        if self.takes == 0 {
            return Poll::Pending;
        }
        let taken = buf.len().min(self.takes);
        self.writes.push(vec![buf[..taken].to_vec()]);
        Poll::Ready(Ok(taken))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        self.writes.push(bufs.iter().map(|buf| buf.to_vec()).collect());
        Poll::Ready(Ok(bufs.iter().map(|buf| buf.len()).sum()))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }
}

const SECOND: Duration = Duration::from_secs(1);

/// What these buffers are written as, and how much of them was taken.
async fn written(bufs: &[&[u8]], takes: usize) -> (Vec<Vec<Vec<u8>>>, usize) {
    let mut stream = Stream::new(Noting { writes: Vec::new(), takes }, SECOND);
    assert!(stream.is_write_vectored());
    let bufs: Vec<_> = bufs.iter().map(|buf| IoSlice::new(buf)).collect();
    let done = poll_fn(|cx| Pin::new(&mut stream).poll_write_vectored(cx, &bufs)).await.unwrap();
    let mut noting = stream.0;
    (std::mem::take(&mut noting.as_mut().get_pin_mut().writes), done)
}

#[tokio::test]
async fn what_is_small_is_written_in_one_piece() {
    let whole = vec![vec![b"headbody".to_vec()]];
    assert_eq!(written(&[b"head", b"", b"body"], 100).await, (whole, 8));
    let most = [&[b'h'; PIECE - 1][..], b"b"];
    assert_eq!(written(&most, PIECE).await, (vec![vec![most.concat()]], PIECE));
}

#[tokio::test]
async fn what_is_larger_is_not_copied() {
    let bufs = [&[b'h'; PIECE][..], b"b"];
    assert_eq!(written(&bufs, 1).await, (vec![bufs.map(<[u8]>::to_vec).to_vec()], PIECE + 1));
}

#[tokio::test]
async fn of_what_is_not_taken_whole_the_rest_is_still_to_write() {
    assert_eq!(written(&[b"head", b"body"], 5).await, (vec![vec![b"headb".to_vec()]], 5));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_read_is_not_waited_for_longer_than_its_time() {
    let mut stream = Stream::new(Noting { writes: Vec::new(), takes: 0 }, SECOND);
    let begun = Instant::now();
    let error = stream.write_vectored(&[IoSlice::new(b"head"), IoSlice::new(b"body")]).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::TimedOut);
    assert_eq!(begun.elapsed(), SECOND);
}
