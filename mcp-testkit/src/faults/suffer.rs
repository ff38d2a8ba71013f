//! Faults around something that is carried out.

use std::future::pending;
use std::thread;
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::sleep;

use super::decide::{Blow, Plan};
use super::kind::{Kind, Raise};

/// What became of it.
pub(super) enum Outcome<T> {
    Went(T),
    Failed(Raise),
    /// The request or the reply got lost.
    Lost,
}

/// The end that a fault puts to it.
pub(super) enum End {
    Failed(Raise),
    Lost,
}

impl<T> From<End> for Outcome<T> {
    fn from(end: End) -> Self {
        match end {
            End::Failed(raise) => Self::Failed(raise),
            End::Lost => Self::Lost,
        }
    }
}

/// Where the thread that carries it out comes from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Threads {
    /// The runtime's own: what blocks, blocks other calls too.
    Runtime,
    /// Those for work that blocks.
    Blocking,
}

impl Plan {
    /// Carries something out, unless what strikes before it keeps it from that.
    pub(super) async fn around<F: Future>(
        &self,
        blow: Blow,
        threads: Threads,
        carry_out: impl FnOnce() -> F,
    ) -> Outcome<F::Output> {
        if let Some(end) = self.suffer(blow.before, threads).await {
            return end.into();
        }
        let went = carry_out().await;
        self.suffer(blow.after, threads).await.map_or(Outcome::Went(went), Into::into)
    }

    pub(super) async fn suffer(&self, strikes: Vec<Kind>, threads: Threads) -> Option<End> {
        for kind in strikes {
            match kind {
                Kind::Latency(time, _) => sleep(time).await,
                Kind::Error(raise) => return Some(End::Failed(raise)),
                Kind::Panic(message) => panic!("{message}"),
                Kind::Hang => pending().await,
                Kind::Block(time) => block(time, threads).await,
                Kind::WallForward(by) => self.clock().forward(by),
                Kind::WallBack(by) => self.clock().back(by),
                Kind::DropRequest | Kind::DropReply | Kind::Outage => return Some(End::Lost),
                // Kept from these edges as they were added.
                Kind::Duplicate
                | Kind::Reorder
                | Kind::Truncate(_)
                | Kind::HalfFrame
                | Kind::SlowReader(_)
                | Kind::Disconnect
                // Half of it is written: there is nothing to wait for.
                | Kind::Torn => {}
            }
        }
        None
    }
}

async fn block(time: Duration, threads: Threads) {
    match threads {
        Threads::Runtime => thread::sleep(time),
        // It can't be taken back, and doesn't panic.
        Threads::Blocking => drop(spawn_blocking(move || thread::sleep(time)).await),
    }
}
