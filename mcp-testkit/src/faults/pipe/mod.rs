//! Faults of a transport of lines, such as stdio.

mod deliver;
mod lines;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, DuplexStream, WriteHalf, duplex, split};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use self::deliver::Delivery;
use self::lines::Lines;
use super::decide::{Blow, Plan};
use super::passage::{Passage, tool_called};
use super::place::Place;
use super::plan::Faults;

/// What may be under way in each half of a pipe: about one page, so that a sender soon feels a
/// slow reader, as it does on the pipe of an operating system.
const BUFFER: usize = 4096;
/// How long a message waits for the one that is to overtake it.
const OVERTAKE: Duration = Duration::from_secs(1);
/// Calls whose replies are awaited: many more than a test has at once. Beyond them replies aren't
/// known as such.
const AWAITED: usize = 10_000;

impl Faults {
    /// A connection in memory with the plan's faults on its way: the client's end, and the
    /// server's. One JSON-RPC message a line, as on stdio.
    ///
    /// ```
    /// use mcp_testkit::{Fault, Faults};
    /// use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> std::io::Result<()> {
    /// let faults = Faults::seeded(7).requests(Fault::duplicate().once());
    /// let (mut client, server) = faults.pipe();
    ///
    /// let call = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"pay"}}"#;
    /// client.write_all(format!("{call}\n").as_bytes()).await?;
    /// drop(client);
    ///
    /// let mut arrived = BufReader::new(server).lines();
    /// assert_eq!(arrived.next_line().await?.as_deref(), Some(call));
    /// assert_eq!(arrived.next_line().await?.as_deref(), Some(call));
    /// assert_eq!(arrived.next_line().await?, None);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime.
    #[track_caller]
    pub fn pipe(&self) -> (DuplexStream, DuplexStream) {
        let (client, near) = duplex(BUFFER);
        let (far, server) = duplex(BUFFER);
        self.proxy(near, far);
        (client, server)
    }

    /// Joins two connections, with the plan's faults between them: `client` leads to the client,
    /// `server` to the server, such as the stdin and stdout of a process. Both are closed when
    /// both have ended, or a fault disconnects them.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime.
    #[track_caller]
    pub fn proxy<C, S>(&self, client: C, server: S)
    where
        C: AsyncRead + AsyncWrite + Send + 'static,
        S: AsyncRead + AsyncWrite + Send + 'static,
    {
        let (from_client, to_client) = split(client);
        let (from_server, to_server) = split(server);
        let way = Way {
            plan: Arc::clone(&self.0),
            awaited: Arc::default(),
            broken: CancellationToken::new(),
        };
        tokio::spawn(way.clone().carry(Place::Requests, Lines::new(from_client), to_server));
        tokio::spawn(way.carry(Place::Replies, Lines::new(from_server), to_client));
    }
}

/// What both directions share.
#[derive(Clone)]
struct Way {
    plan: Arc<Plan>,
    /// The tools of the calls that are under way, by the text of their ids.
    awaited: Arc<Mutex<HashMap<String, String>>>,
    broken: CancellationToken,
}

impl Way {
    /// Carries one direction to its end.
    async fn carry<R, W>(self, place: Place, mut from: Lines<R>, mut to: WriteHalf<W>)
    where
        R: AsyncRead + Send,
        W: AsyncWrite + Send,
    {
        let broken = self.broken.clone();
        let carried = async {
            // An end that is gone is no fault of the plan: the other direction goes on.
            let _ = self.lines(&place, &mut from, &mut to).await;
            let _ = to.shutdown().await;
        };
        tokio::select! {
            biased;
            () = broken.cancelled() => {}
            () = carried => {}
        }
    }

    async fn lines<R: AsyncRead, W: AsyncWrite>(
        &self,
        place: &Place,
        from: &mut Lines<R>,
        to: &mut WriteHalf<W>,
    ) -> std::io::Result<()> {
        let mut held: Option<(Delivery, Instant)> = None;
        loop {
            let line = match &held {
                Some((_, until)) => tokio::select! {
                    biased;
                    line = from.next() => line?,
                    () = sleep_until(*until) => {
                        self.release(held.take(), to).await?;
                        continue;
                    }
                },
                None => from.next().await?,
            };
            let Some(line) = line else {
                return self.release(held.take(), to).await;
            };
            let blow = self.strike(place, &line);
            let mut delivery = Delivery::new(line, blow);
            delivery.prepare(&self.plan, *place == Place::Requests).await;
            if delivery.is_held() && held.is_none() {
                held = Some((delivery, Instant::now() + OVERTAKE));
                continue;
            }
            self.release(Some((delivery, Instant::now())), to).await?;
            self.release(held.take(), to).await?;
        }
    }

    async fn release<W: AsyncWrite>(
        &self,
        held: Option<(Delivery, Instant)>,
        to: &mut WriteHalf<W>,
    ) -> std::io::Result<()> {
        let Some((delivery, _)) = held else { return Ok(()) };
        if delivery.send(to).await? {
            self.broken.cancel();
        }
        Ok(())
    }

    fn strike(&self, place: &Place, line: &[u8]) -> Blow {
        let message: Value = serde_json::from_slice(line).unwrap_or_default();
        let id = message.get("id").map(Value::to_string);
        let mut awaited = self.awaited.lock().unwrap_or_else(PoisonError::into_inner);
        if *place == Place::Requests {
            if let (Some(id), Some(tool)) = (id, tool_called(&message))
                && awaited.len() < AWAITED
            {
                awaited.insert(id, tool.to_owned());
            }
            drop(awaited);
            return self.plan.decide(place, &Passage::of_request(&message));
        }
        // What has a method is the server's own request or notification.
        let answered = message.get("method").is_none().then_some(id).flatten();
        let tool = answered.and_then(|id| awaited.remove(&id));
        drop(awaited);
        self.plan.decide(place, &Passage::of_reply(&message, tool.as_deref()))
    }
}

#[cfg(test)]
mod tests;
