//! The listener: bounded connections, and an end that lets running calls finish.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::front::Front;
use super::stream::Stream;
use super::{front, refuse_open_network};
use crate::app::App;
use crate::error::Error;
use crate::server::Built;

/// How long no call may have begun before open connections are no longer waited for: a request
/// whose body is on its way becomes a call, an idle stream doesn't.
const SETTLE: Duration = Duration::from_secs(1);
/// How long streams get to notice the end.
const LINGER: Duration = Duration::from_secs(1);
/// How long to leave a listener alone that cannot accept, such as for lack of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until `stop` completes, then lets running calls finish within the grace period.
///
/// `ready` is told the address once the server listens.
pub(crate) async fn serve(
    built: Built,
    stop: impl Future<Output = ()>,
    ready: impl FnOnce(SocketAddr),
) -> Result<(), Error> {
    refuse_open_network(&built.app)?;
    let end = CancellationToken::new();
    let app = built.app.clone();
    let front = Arc::new(front(built, end.clone()));
    let address = app.settings().http_address;
    let listener = TcpListener::bind(address)
        .await
        .map_err(|error| Error::serve(format!("cannot listen on {address}: {error}")))?;
    ready(listener.local_addr().map_err(Error::serve)?);

    let _watching = app.watch_pools();
    let graceful = accept(&app, &listener, &front, stop).await;
    drop(listener);
    // Told first: a connection serves the request that it is at, and no other.
    let mut closing = std::pin::pin!(graceful.shutdown());
    let mut closed = false;
    let finished = async {
        tokio::select! {
            () = &mut closing => closed = true,
            () = settled(&app) => {}
        }
        // Calls of older sessions can outlive their connection.
        app.registry().idle().await;
    };
    app.drain(finished).await;
    // What is left are streams, and calls that were cut off.
    end.cancel();
    if !closed {
        let _ = tokio::time::timeout(LINGER, closing).await;
    }
    app.registry().records().seal().await;
    Ok(())
}

/// Waits until no call runs, and none has begun for a while.
async fn settled(app: &App) {
    loop {
        app.registry().idle().await;
        tokio::time::sleep(SETTLE).await;
        if app.registry().running().is_empty() {
            return;
        }
    }
}

async fn accept(
    app: &App,
    listener: &TcpListener,
    front: &Arc<Front>,
    stop: impl Future<Output = ()>,
) -> GracefulShutdown {
    let graceful = GracefulShutdown::new();
    let connections = Arc::new(Semaphore::new(app.settings().http_max_connections));
    let write_timeout = app.settings().http_write_timeout;
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(app.settings().http_read_timeout);
    let mut stop = std::pin::pin!(stop);
    loop {
        let next = async {
            // The semaphore is never closed.
            let place = Arc::clone(&connections).acquire_owned().await.ok();
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            biased;
            () = &mut stop => return graceful,
            next = next => next,
        };
        match accepted {
            Ok((stream, peer)) => {
                // The address is known here alone.
                let from = (stream, peer.ip());
                connection(&http, from, front, &graceful, place, write_timeout);
            }
            Err(error) => {
                warn!("cannot accept a connection: {error}");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn connection(
    http: &http1::Builder,
    (stream, peer): (TcpStream, IpAddr),
    front: &Arc<Front>,
    graceful: &GracefulShutdown,
    place: Option<OwnedSemaphorePermit>,
    write_timeout: Duration,
) {
    // Small answers in several writes would wait for acknowledgements.
    let _ = stream.set_nodelay(true);
    // A client that doesn't read must not hold its place for ever.
    let stream = TokioIo::new(Stream::new(stream, write_timeout));
    let front = Arc::clone(front);
    let service = service_fn(move |request| Arc::clone(&front).answer(request, peer));
    let connection = graceful.watch(http.serve_connection(stream, service));
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            debug!("a connection ended: {error}");
        }
        drop(place);
    });
}
