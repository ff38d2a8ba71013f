//! One client over stdin and stdout, to its end or the server's.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::adapter::Edge;
use crate::app::App;
use crate::error::Error;

pub(super) async fn serve(
    app: &App,
    edge: Arc<dyn Edge>,
    shutdown: impl Future<Output = ()>,
) -> Result<(), Error> {
    let (pause, end) = (CancellationToken::new(), CancellationToken::new());
    let mut serving = edge.stdio(pause.clone(), end.clone());
    tokio::select! {
        served = &mut serving => return served,
        () = shutdown => pause.cancel(),
    }
    tokio::select! {
        served = &mut serving => return served,
        () = app.drain(app.registry().idle()) => end.cancel(),
    }
    serving.await
}
