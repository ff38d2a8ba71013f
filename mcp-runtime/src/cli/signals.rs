//! SIGTERM and SIGINT.

use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::error::Error;

/// The exit code of a process that a second signal ended.
const CUT_SHORT: i32 = 130;

/// Cancels `stop` at the first signal; ends the process at the second.
pub(super) fn cancel_on_signal(stop: CancellationToken) -> Result<(), Error> {
    let mut signals = Signals::new().map_err(Error::serve)?;
    tokio::spawn(async move {
        info!("{}: stopping", signals.next().await);
        stop.cancel();
        warn!("{} again: ending at once", signals.next().await);
        std::process::exit(CUT_SHORT);
    });
    Ok(())
}

#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> &'static str {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        "Ctrl-C"
    }
}
