//! One request and its response.

use std::future::pending;
use std::pin::Pin;
use std::sync::Arc;

use ::http::header::CONTENT_LENGTH;
use ::http::{HeaderMap, Request, Response};
use bytes::Bytes;
use http_body::Body;
use http_body_util::{BodyExt, Collected, Limited};
use serde_json::Value;
use tokio::task::yield_now;
use tokio::time::sleep;
use tower::{Service, ServiceExt};

use super::super::decide::Plan;
use super::super::kind::Kind;
use super::super::passage::{Passage, tool_called};
use super::super::place::Place;
use super::body::{PIECE, Pieces};
use super::{BoxError, ConnectionLost, ReplyBody};

/// The largest body that is kept, in bytes: above what servers take by default.
const LARGEST: usize = 8 << 20;
/// How often a request may be polled before its client disconnects: enough to get past the tasks
/// that hand it on, so that its call is running.
const TURNS: usize = 64;

/// A future whose type is erased: of what doesn't depend on the service's types.
type Erased<T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>;

/// What arrives of a request.
struct Arriving {
    body: Bytes,
    headers: HeaderMap,
    twice: bool,
    breaks: bool,
}

/// Sends a request through the plan's faults.
pub(super) async fn exchange<S, B, R>(
    service: S,
    plan: Arc<Plan>,
    request: Request<B>,
) -> Result<Response<ReplyBody>, BoxError>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: Body<Data = Bytes> + From<Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
    R: Body<Data = Bytes> + Send + 'static,
    R::Error: Into<BoxError>,
{
    let (mut head, body) = request.into_parts();
    let body = gather(body).await?;
    let message: Value = serde_json::from_slice(&body).unwrap_or_default();
    let tool = tool_called(&message).map(ToOwned::to_owned);
    let strikes = plan.decide(&Place::Requests, &Passage::of_request(&message)).before;
    let arriving = Arriving { body, headers: head.headers, twice: false, breaks: false };
    let arriving = suffer_request(Arc::clone(&plan), strikes, arriving).await?;
    head.headers = arriving.headers;

    let make = |head| Request::from_parts(head, B::from(arriving.body.clone()));
    let second = arriving.twice.then(|| (service.clone(), make(head.clone())));
    let first = send(service, make(head));
    if arriving.breaks {
        tokio::select! {
            biased;
            _ = first => {}
            () = turns() => {}
        }
        return Err(ConnectionLost.into());
    }
    let response = if let Some((service, again)) = second {
        let second = async {
            // To the end of its body, so that the second call runs to its own.
            if let Ok(response) = send(service, again).await {
                let _ = gather(response.into_body()).await;
            }
        };
        tokio::join!(first, second).0
    } else {
        first.await
    };
    let response = response?.map(|body| body.map_err(Into::into).boxed_unsync());
    suffer_reply(plan, response, tool).await
}

/// Suffers what strikes a request.
fn suffer_request(plan: Arc<Plan>, strikes: Vec<Kind>, mut arriving: Arriving) -> Erased<Arriving> {
    Box::pin(async move {
        for kind in strikes {
            let Arriving { body, headers, twice, breaks } = &mut arriving;
            match kind {
                Kind::Latency(time, _) => sleep(time).await,
                Kind::Hang => pending().await,
                Kind::WallForward(by) => plan.clock().forward(by),
                Kind::WallBack(by) => plan.clock().back(by),
                Kind::Duplicate => *twice = true,
                Kind::Truncate(bytes) => {
                    body.truncate(bytes);
                    restate_length(headers, body);
                }
                Kind::HalfFrame => {
                    body.truncate(body.len() / 2);
                    *breaks = true;
                }
                Kind::SlowReader(pause) => {
                    for _ in body.chunks(PIECE) {
                        sleep(pause).await;
                    }
                }
                Kind::Disconnect => *breaks = true,
                Kind::Reorder => no_such_thing("reorder"),
                // The others were kept from a transport as they were added.
                Kind::DropRequest
                | Kind::DropReply
                | Kind::Error(_)
                | Kind::Panic(_)
                | Kind::Block(_)
                | Kind::Outage
                | Kind::Torn => return Err(ConnectionLost.into()),
            }
        }
        Ok(arriving)
    })
}

/// Suffers what strikes the response.
fn suffer_reply(
    plan: Arc<Plan>,
    response: Response<ReplyBody>,
    tool: Option<String>,
) -> Erased<Response<ReplyBody>> {
    Box::pin(async move {
        let passage = Passage::of_reply(&Value::Null, tool.as_deref());
        let strikes = plan.decide(&Place::Replies, &passage).before;
        let (mut head, mut body) = response.into_parts();
        for kind in strikes {
            match kind {
                Kind::Latency(time, _) => sleep(time).await,
                Kind::Hang => pending().await,
                Kind::WallForward(by) => plan.clock().forward(by),
                Kind::WallBack(by) => plan.clock().back(by),
                Kind::Truncate(bytes) => {
                    let mut whole = whole(body).await?;
                    whole.truncate(bytes);
                    restate_length(&mut head.headers, &whole);
                    body = Pieces::of(whole).boxed_unsync();
                }
                Kind::HalfFrame => {
                    let mut whole = whole(body).await?;
                    whole.truncate(whole.len() / 2);
                    body = Pieces::broken(whole).boxed_unsync();
                }
                Kind::SlowReader(pause) => {
                    let whole = whole(body).await?;
                    body = Pieces::slow(&whole, pause).boxed_unsync();
                }
                Kind::DropReply => {
                    // The call runs to its end before its reply is lost.
                    let _ = whole(body).await;
                    return Err(ConnectionLost.into());
                }
                Kind::Reorder => no_such_thing("reorder"),
                Kind::Duplicate => no_such_thing("duplicate"),
                // The others were kept from a transport as they were added.
                Kind::Disconnect
                | Kind::DropRequest
                | Kind::Error(_)
                | Kind::Panic(_)
                | Kind::Block(_)
                | Kind::Outage
                | Kind::Torn => return Err(ConnectionLost.into()),
            }
        }
        Ok(Response::from_parts(head, body))
    })
}

async fn send<S, B, R>(service: S, request: Request<B>) -> Result<Response<R>, BoxError>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Error: Into<BoxError>,
{
    service.oneshot(request).await.map_err(Into::into)
}

#[track_caller]
fn no_such_thing(fault: &str) -> ! {
    panic!("the fault `{fault}` doesn't exist for replies over HTTP, or for requests: see `http`")
}

/// Lets everything else have its turn.
async fn turns() {
    for _ in 0..TURNS {
        yield_now().await;
    }
}

/// The whole body.
async fn gather<B>(body: B) -> Result<Bytes, BoxError>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    Limited::new(body, LARGEST).collect().await.map(Collected::to_bytes)
}

/// [`gather`] for a response: its type is erased, or the compiler loses sight of what can be sent.
fn whole(body: ReplyBody) -> Erased<Bytes> {
    Box::pin(gather(body))
}

/// Makes a body that was cut look whole.
fn restate_length(headers: &mut HeaderMap, body: &Bytes) {
    if headers.contains_key(CONTENT_LENGTH) {
        headers.insert(CONTENT_LENGTH, body.len().into());
    }
}
