//! How one line is delivered.

use std::future::pending;
use std::io;
use std::time::Duration;

use tokio::io::{AsyncWrite, AsyncWriteExt, WriteHalf};
use tokio::time::sleep;

use super::super::decide::{Blow, Plan};
use super::super::kind::Kind;

/// The pieces of a slow reader, in bytes.
const PIECE: usize = 256;

/// A line on its way, and what has struck it.
pub(super) struct Delivery {
    line: Vec<u8>,
    strikes: Vec<Kind>,
    copies: usize,
    pause: Option<Duration>,
    held: bool,
    breaks: bool,
}

impl Delivery {
    pub(super) fn new(line: Vec<u8>, blow: Blow) -> Self {
        let strikes = blow.before;
        Self { line, strikes, copies: 1, pause: None, held: false, breaks: false }
    }

    /// Suffers what strikes before it is delivered, and keeps what shapes the delivery.
    pub(super) async fn prepare(&mut self, plan: &Plan, requests: bool) {
        for kind in std::mem::take(&mut self.strikes) {
            match kind {
                Kind::Latency(time, _) => sleep(time).await,
                Kind::Hang => pending().await,
                Kind::WallForward(by) => plan.clock().forward(by),
                Kind::WallBack(by) => plan.clock().back(by),
                Kind::DropRequest | Kind::DropReply => self.copies = 0,
                Kind::Duplicate => self.copies *= 2,
                Kind::Reorder => self.held = true,
                Kind::Truncate(bytes) => self.cut(bytes),
                Kind::HalfFrame => {
                    self.line.truncate(self.line.len() / 2);
                    self.breaks = true;
                }
                Kind::SlowReader(pause) => self.pause = Some(pause),
                Kind::Disconnect => {
                    self.breaks = true;
                    if !requests {
                        self.copies = 0;
                    }
                }
                // Kept from a transport as they were added.
                Kind::Error(_) | Kind::Panic(_) | Kind::Block(_) | Kind::Outage | Kind::Torn => {}
            }
        }
    }

    /// Whether the next one is to overtake it.
    pub(super) fn is_held(&self) -> bool {
        self.held
    }

    /// Sends it, and says whether the connection breaks with it.
    pub(super) async fn send<W: AsyncWrite>(self, to: &mut WriteHalf<W>) -> io::Result<bool> {
        for _ in 0..self.copies {
            match self.pause {
                Some(pause) => {
                    for piece in self.line.chunks(PIECE) {
                        sleep(pause).await;
                        to.write_all(piece).await?;
                    }
                }
                None => to.write_all(&self.line).await?,
            }
            to.flush().await?;
        }
        Ok(self.breaks)
    }

    fn cut(&mut self, bytes: usize) {
        if bytes < self.line.len() {
            self.line.truncate(bytes);
            self.line.push(b'\n');
        }
    }
}
