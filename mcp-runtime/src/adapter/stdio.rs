//! stdin and stdout: one JSON-RPC message a line, nothing else on stdout.

mod reader;

use std::borrow::Cow;
use std::io::{self, BufRead as _};
use std::sync::Arc;
use std::time::Duration;

use rmcp::service::{RxJsonRpcMessage, TxJsonRpcMessage};
use rmcp::transport::Transport;
use rmcp::transport::io::{StdioReader, StdioWriter, stdio_pipes};
use rmcp::{RoleServer, ServerHandler};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::debug;

use super::handler::Handler;
use crate::error::Error;
use crate::json::{Limits, Malformed};
use reader::{Reader, Refused};

/// Messages that may be queued for a client that is slow to read, and as many again that wait for
/// the queue: beyond them nothing more is read, so that what is unread is bounded by them and the
/// calls that run already.
const UNSENT: usize = 64;
/// How long a client that no longer reads can hold up the end.
const LAST_WORDS: Duration = Duration::from_secs(2);

pub(super) async fn serve<D: ServerHandler>(
    handler: Arc<Handler<D>>,
    pause: CancellationToken,
    end: CancellationToken,
) -> Result<(), Error> {
    let (input, output): (StdioReader, StdioWriter) = stdio_pipes();
    let limits = handler.app().settings().json_limits();
    serve_lines(handler, Lines::new(input, output, limits, pause, end)).await
}

/// Serves a stream as stdin and stdout, to a client that is `caller`.
#[cfg(feature = "testing")]
pub(super) async fn serve_stream<D: ServerHandler>(
    handler: Arc<Handler<D>>,
    stream: tokio::io::DuplexStream,
    caller: crate::caller::Caller,
    end: CancellationToken,
) -> Result<(), Error> {
    let limits = handler.app().settings().json_limits();
    let (input, output) = tokio::io::split(stream);
    let mut lines = Lines::new(input, output, limits, CancellationToken::new(), end);
    lines.reader.entry = Some(super::entry::Entry::new(caller));
    serve_lines(handler, lines).await
}

async fn serve_lines<D: ServerHandler, R: AsyncRead + Send + Unpin + 'static>(
    handler: Arc<Handler<D>>,
    lines: Lines<R>,
) -> Result<(), Error> {
    match rmcp::serve_server(handler, lines).await {
        Ok(running) => running.waiting().await.map(drop).map_err(Error::serve),
        // A client that closes before it says anything has not failed.
        Err(rmcp::service::ServerInitializeError::ConnectionClosed(_)) => Ok(()),
        Err(error) => Err(Error::serve(error)),
    }
}

/// Messages by line. Bounds what it reads, and answers what it cannot.
struct Lines<R> {
    input: BufReader<R>,
    reader: Reader,
    /// The line being read; kept here so that an interrupted read loses nothing.
    line: Vec<u8>,
    /// The line has been refused as too long, and is skipped to its end.
    skipping: bool,
    /// An answer of the transport's own that has no place in the queue yet.
    refusal: Option<Vec<u8>>,
    output: Option<mpsc::Sender<Vec<u8>>>,
    /// Messages that wait for the queue. The SDK sends each in a task of its own and goes on
    /// receiving meanwhile.
    unsent: watch::Sender<usize>,
    writer: Option<JoinHandle<()>>,
    pause: CancellationToken,
    end: CancellationToken,
}

impl<R: AsyncRead + Send + Unpin> Lines<R> {
    fn new<W: AsyncWrite + Send + Unpin + 'static>(
        input: R,
        output: W,
        limits: Limits,
        pause: CancellationToken,
        end: CancellationToken,
    ) -> Self {
        let (sender, receiver) = mpsc::channel(UNSENT);
        Self {
            input: BufReader::new(input),
            reader: Reader::new(limits),
            line: Vec::new(),
            skipping: false,
            refusal: None,
            output: Some(sender),
            unsent: watch::Sender::new(0),
            writer: Some(tokio::spawn(write(output, receiver))),
            pause,
            end,
        }
    }

    /// The next whole line, without its end; `None` at the end of input. Loses nothing when
    /// dropped while it waits.
    async fn next_line(&mut self) -> io::Result<Option<Result<Vec<u8>, Malformed>>> {
        loop {
            let read = self.input.fill_buf().await?;
            if read.is_empty() {
                let rest = std::mem::take(&mut self.line);
                return Ok((!rest.is_empty()).then_some(Ok(rest)));
            }
            let mut searched = read;
            let used = searched.skip_until(b'\n')?;
            let part = &read[..used];
            let (part, ends) = part.strip_suffix(b"\n").map_or((part, false), |part| (part, true));
            let was_skipping = self.skipping;
            let fits = self.line.len() + part.len() <= self.reader.limits.message;
            if fits && !was_skipping {
                self.line.extend_from_slice(part);
            }
            self.skipping = !ends && (was_skipping || !fits);
            self.input.consume(used);
            if !fits && !was_skipping {
                self.line.clear();
                let limit = self.reader.limits.message;
                let message = format!("the message is larger than {limit} bytes");
                return Ok(Some(Err(Malformed::invalid(message))));
            }
            if ends && !was_skipping {
                return Ok(Some(Ok(std::mem::take(&mut self.line))));
            }
        }
    }

    /// Waits until the client has read enough of what it was sent.
    async fn room(&mut self) {
        // Fails only without a sender, and one is kept here.
        let _ = self.unsent.subscribe().wait_for(|unsent| *unsent <= UNSENT).await;
    }

    /// Sends the transport's own answer, if there is one. Loses nothing when dropped while it
    /// waits.
    async fn flush_refusal(&mut self) {
        if self.refusal.is_none() {
            return;
        }
        if let Some(output) = &self.output
            && let Ok(place) = output.reserve().await
            && let Some(answer) = self.refusal.take()
        {
            place.send(answer);
        }
        self.refusal = None;
    }

    fn read(&mut self, line: &[u8]) -> Option<RxJsonRpcMessage<RoleServer>> {
        if line.trim_ascii().is_empty() {
            return None;
        }
        match self.reader.read(line) {
            Ok(message) => Some(message),
            Err(Refused(malformed, id)) => {
                self.refuse(&malformed, &id);
                None
            }
        }
    }

    fn refuse(&mut self, malformed: &Malformed, id: &Value) {
        debug!(code = malformed.code, "refused a message: {}", malformed.message);
        let mut answer = malformed.answer(id).to_string().into_bytes();
        answer.push(b'\n');
        self.refusal = Some(answer);
    }

    async fn next_message(&mut self) -> Option<RxJsonRpcMessage<RoleServer>> {
        loop {
            self.flush_refusal().await;
            if self.pause.is_cancelled() {
                std::future::pending::<()>().await;
            }
            let pause = self.pause.clone();
            let line = async {
                self.room().await;
                self.next_line().await
            };
            let line = tokio::select! {
                biased;
                () = pause.cancelled() => continue,
                line = line => line,
            };
            match line {
                Ok(Some(Ok(line))) => {
                    if let Some(message) = self.read(&line) {
                        return Some(message);
                    }
                }
                Ok(Some(Err(malformed))) => self.refuse(&malformed, &Value::Null),
                Ok(None) => return None,
                Err(error) => {
                    debug!("stdin: {error}");
                    return None;
                }
            }
        }
    }
}

/// A message that waits for the queue.
struct Unsent(watch::Sender<usize>);

impl Unsent {
    fn new(count: &watch::Sender<usize>) -> Self {
        count.send_modify(|unsent| *unsent += 1);
        Self(count.clone())
    }
}

impl Drop for Unsent {
    fn drop(&mut self) {
        self.0.send_modify(|unsent| *unsent -= 1);
    }
}

async fn write<W: AsyncWrite + Unpin>(mut output: W, mut lines: mpsc::Receiver<Vec<u8>>) {
    while let Some(line) = lines.recv().await {
        let written = async {
            output.write_all(&line).await?;
            output.flush().await
        };
        if let Err(error) = written.await {
            debug!("stdout: {error}");
            return;
        }
    }
}

impl<R: AsyncRead + Send + Unpin> Transport<RoleServer> for Lines<R> {
    type Error = io::Error;

    fn name() -> Cow<'static, str> {
        "stdio".into()
    }

    fn send(
        &mut self,
        message: TxJsonRpcMessage<RoleServer>,
    ) -> impl Future<Output = io::Result<()>> + Send + 'static {
        let output = self.output.clone();
        let unsent = Unsent::new(&self.unsent);
        async move {
            let _unsent = unsent;
            let closed = || io::Error::from(io::ErrorKind::BrokenPipe);
            let output = output.ok_or_else(closed)?;
            // Written out only once it has a place: what waits is held once, not twice.
            let place = output.reserve().await.map_err(|_| closed())?;
            let mut line = serde_json::to_vec(&message)?;
            line.push(b'\n');
            place.send(line);
            Ok(())
        }
    }

    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleServer>> {
        let end = self.end.clone();
        tokio::select! {
            biased;
            () = end.cancelled() => None,
            message = self.next_message() => message,
        }
    }

    async fn close(&mut self) -> io::Result<()> {
        self.output = None;
        let Some(mut writer) = self.writer.take() else { return Ok(()) };
        if tokio::time::timeout(LAST_WORDS, &mut writer).await.is_err() {
            writer.abort();
        }
        Ok(())
    }
}
