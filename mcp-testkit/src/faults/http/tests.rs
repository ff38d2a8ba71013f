use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use mcp_runtime::{Server, State, tool, tools};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout};
use tower::util::BoxCloneService;
use tower::{ServiceBuilder, ServiceExt, service_fn};

use super::super::{Fault, Faults};
use super::{BoxError, ConnectionLost, ReplyBody};

const SECOND: Duration = Duration::from_secs(1);

#[derive(Clone, Default)]
struct Paid(Arc<AtomicU32>);

/// Pay an invoice.
#[tool]
async fn pay(number: String, State(paid): State<Paid>) -> String {
    // Begun; and ended, unless it is dropped before.
    paid.0.fetch_add(1, Ordering::Relaxed);
    sleep(Duration::from_millis(10)).await;
    paid.0.fetch_add(100, Ordering::Relaxed);
    format!("paid {number}")
}

struct Talk {
    service: BoxCloneService<Request<Full<Bytes>>, Response<ReplyBody>, BoxError>,
    paid: Paid,
}

impl Talk {
    fn new(faults: &Faults) -> Self {
        let paid = Paid::default();
        let server = Server::new("t", "1").tools(tools![pay]).state(paid.clone());
        let service = BoxCloneService::new(faults.http(server.router().unwrap()));
        Self { service, paid }
    }

    async fn send(&self, method: &str, params: Value) -> Result<Response<ReplyBody>, BoxError> {
        let mut params = params;
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": { "name": "t", "version": "1" },
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        let name = params["name"].as_str().unwrap_or_default().to_owned();
        let message = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let mut request = Request::post("/mcp")
            .header("host", "localhost")
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", "2026-07-28")
            .header("mcp-method", method);
        if !name.is_empty() {
            request = request.header("mcp-name", name);
        }
        self.service.clone().oneshot(request.body(Full::from(message.to_string())).unwrap()).await
    }

    async fn call(&self) -> Result<Response<ReplyBody>, BoxError> {
        self.send("tools/call", json!({ "name": "pay", "arguments": { "number": "A" } })).await
    }

    /// Calls that were begun, and calls that were ended.
    fn paid(&self) -> (u32, u32) {
        let paid = self.paid.0.load(Ordering::Relaxed);
        (paid % 100, paid / 100)
    }
}

async fn text(response: Response<ReplyBody>) -> String {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn requests(fault: Fault) -> Talk {
    Talk::new(&Faults::of(1).requests(fault))
}

fn replies(fault: Fault) -> Talk {
    Talk::new(&Faults::of(1).replies(fault))
}

fn is_lost(result: &Result<Response<ReplyBody>, BoxError>) -> bool {
    result.as_ref().is_err_and(|error| error.is::<ConnectionLost>())
}

#[tokio::test(start_paused = true)]
async fn what_is_not_struck_is_answered() {
    let talk = requests(Fault::drop_request().nth(9));
    let response = talk.call().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert!(text(response).await.contains("paid A"));
    assert_eq!(talk.paid(), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn what_is_lost_breaks_the_connection() {
    let table = [
        (requests(Fault::drop_request()), (0, 0)),
        (replies(Fault::drop_reply_after_effect()), (1, 1)),
        (replies(Fault::disconnect()), (1, 1)),
        (requests(Fault::half_frame()), (0, 0)),
    ];
    for (talk, paid) in table {
        assert!(is_lost(&talk.call().await), "{paid:?}");
        assert_eq!(talk.paid(), paid);
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_disconnects_in_mid_call() {
    let talk = requests(Fault::disconnect().once());
    let began = Instant::now();
    assert!(is_lost(&talk.call().await));
    assert_eq!(began.elapsed(), Duration::ZERO);
    assert_eq!(talk.paid().0, 1, "the call had begun");
    assert!(talk.call().await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_duplicated_request_is_carried_out_twice() {
    let talk = requests(Fault::duplicate());
    let began = Instant::now();
    assert!(text(talk.call().await.unwrap()).await.contains("paid A"));
    assert_eq!(talk.paid(), (2, 2));
    assert_eq!(began.elapsed(), Duration::from_millis(10), "at the same time");
}

#[tokio::test(start_paused = true)]
async fn bodies_are_cut() {
    let talk = requests(Fault::truncate(20));
    let response = talk.call().await.unwrap();
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    assert_eq!(talk.paid(), (0, 0));

    let talk = replies(Fault::truncate(20));
    assert_eq!(text(talk.call().await.unwrap()).await.len(), 20);

    let talk = replies(Fault::half_frame());
    let mut body = talk.call().await.unwrap().into_body();
    let half = body.frame().await.unwrap().unwrap().into_data().unwrap();
    assert!(!half.is_empty());
    assert!(body.frame().await.unwrap().unwrap_err().is::<ConnectionLost>());
    assert!(body.frame().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn it_takes_longer() {
    let call = Duration::from_millis(10);
    let took = async |talk: Talk| {
        let began = Instant::now();
        let length = text(talk.call().await.unwrap()).await.len();
        let pieces = u32::try_from(length.div_ceil(256)).unwrap();
        (began.elapsed().saturating_sub(call), pieces)
    };
    assert_eq!(took(requests(Fault::latency(SECOND))).await.0, SECOND);
    assert_eq!(took(replies(Fault::latency(SECOND))).await.0, SECOND);
    assert!(took(requests(Fault::slow_reader(SECOND))).await.0 >= SECOND);
    let (time, pieces) = took(replies(Fault::slow_reader(SECOND))).await;
    assert_eq!(time, pieces * SECOND);
    for talk in [requests(Fault::hang()), replies(Fault::hang())] {
        assert!(timeout(3600 * SECOND, talk.call()).await.is_err());
    }
}

#[tokio::test(start_paused = true)]
async fn calls_count_and_nothing_else() {
    let talk = requests(Fault::drop_request());
    assert!(talk.send("tools/list", json!({})).await.is_ok());
    assert!(is_lost(&talk.call().await));
    let talk = requests(Fault::drop_request().any_message());
    assert!(is_lost(&talk.send("tools/list", json!({})).await));
}

#[tokio::test]
#[should_panic(expected = "the fault `reorder` doesn't exist")]
async fn nothing_is_reordered() {
    let _ = requests(Fault::reorder()).call().await;
}

#[tokio::test]
#[should_panic(expected = "the fault `duplicate` doesn't exist")]
async fn no_reply_comes_twice() {
    let _ = replies(Fault::duplicate()).call().await;
}

/// A service that gives back what it is sent.
async fn echo(faults: &Faults, sent: Vec<u8>) -> Result<Response<ReplyBody>, BoxError> {
    let echo = service_fn(async |request: Request<Full<Bytes>>| {
        let length = request.headers()[CONTENT_LENGTH].clone();
        let response = Response::builder().header(CONTENT_LENGTH, length);
        Ok::<_, Infallible>(response.body(request.into_body()).unwrap())
    });
    // It is a layer too.
    let echo = ServiceBuilder::new().layer(faults.http_layer()).service(echo);
    let request = Request::post("/").header(CONTENT_LENGTH, sent.len());
    echo.oneshot(request.body(Full::from(sent)).unwrap()).await
}

/// What is cut looks whole: its stated length is its length.
#[tokio::test]
async fn a_cut_body_states_its_length() {
    let cut = || Fault::truncate(20).any_message();
    for faults in [Faults::of(1).requests(cut()), Faults::of(1).replies(cut())] {
        let response = echo(&faults, vec![b'x'; 99]).await.unwrap();
        assert_eq!(response.headers()[CONTENT_LENGTH], "20");
        assert_eq!(text(response).await.len(), 20);
    }
}

#[tokio::test(start_paused = true)]
async fn each_piece_has_its_pause() {
    let slow = || Fault::slow_reader(SECOND).any_message();
    for faults in [Faults::of(1).requests(slow()), Faults::of(1).replies(slow())] {
        let began = Instant::now();
        let sent: Vec<u8> = (0..1_000_u32).map(|byte| b'a' + (byte % 26) as u8).collect();
        let arrived = text(echo(&faults, sent.clone()).await.unwrap()).await;
        assert_eq!(arrived.as_bytes(), sent);
        assert_eq!(began.elapsed(), 4 * SECOND);
    }
}

/// The effect of a streamed answer may lie in its stream.
#[tokio::test]
async fn a_lost_reply_is_carried_out_to_its_end() {
    let paid = Paid::default();
    let booked = paid.clone();
    let streams = service_fn(move |_: Request<Full<Bytes>>| {
        let booked = booked.clone();
        let body = Full::<Bytes>::from("paid").map_frame(move |frame| {
            booked.0.fetch_add(1, Ordering::Relaxed);
            frame
        });
        async move { Ok::<_, Infallible>(Response::new(body)) }
    });
    let faults = Faults::of(1).replies(Fault::drop_reply_after_effect().any_message());
    let lost = faults.http(streams).oneshot(Request::new(Full::from("pay"))).await;
    assert!(is_lost(&lost));
    assert_eq!(paid.0.load(Ordering::Relaxed), 1);
}
