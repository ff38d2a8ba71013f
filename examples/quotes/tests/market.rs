//! The tools over the exchanges, with real HTTP between them.

use std::time::Duration;

use mcp_runtime::{Caller, Code, Content, Decision, meta};
use mcp_testkit::{Answer, TestServer};
use quotes::listing::LISTINGS;
use quotes::market::{Market, Quote};
use quotes::tools;
use quotes::upstream::{Mode, Upstreams};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

/// More than anything here needs, so that a hang becomes a failure.
const PATIENCE: Duration = Duration::from_secs(20);
const STEP: Duration = Duration::from_millis(25);

struct World {
    upstreams: Upstreams,
    server: TestServer,
}

impl World {
    async fn new() -> Self {
        let upstreams = Upstreams::start().await.unwrap();
        let market = Market::new(upstreams.addresses()).unwrap();
        Self { upstreams, server: TestServer::new(tools::all()).state(market) }
    }

    async fn price(&self, symbol: &str) -> Answer {
        self.server.call("price", json!({ "symbol": symbol })).await
    }

    /// How often `price` decided so.
    fn count(&self, decision: Decision) -> u64 {
        self.server.stats().get("price", decision)
    }

    /// Asks for prices, each time for that of another share, until one will do.
    async fn until(&self, what: &str, mut will_do: impl FnMut(&Answer) -> bool) {
        let found = async {
            let mut symbols = traded().cycle();
            while !will_do(&self.price(symbols.next().unwrap()).await) {
                sleep(STEP).await;
            }
        };
        assert!(timeout(PATIENCE, found).await.is_ok(), "{what}");
    }

    /// All exchanges fail, and nobody asks them any more.
    async fn break_the_circuit(&self) {
        self.upstreams.set("all", Mode::Failing);
        self.until("the circuit opens", |_| self.count(Decision::Tripped) > 0).await;
    }
}

/// Shares that have a closing price.
fn traded() -> impl Iterator<Item = &'static str> + Clone {
    LISTINGS.iter().filter(|listing| listing.has_closed).map(|listing| listing.symbol)
}

fn mark<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    answer.reply().meta().get(name)?.as_str()
}

/// Whether an exchange was asked for this very answer.
fn is_live(answer: &Answer) -> bool {
    let meta = answer.reply().meta();
    !meta.contains_key(meta::FALLBACK) && !meta.contains_key(meta::AGE)
}

/// How often calls were made again while two exchanges don't answer as they should.
async fn retries_beside(mode: Mode) -> u64 {
    let world = World::new().await;
    world.upstreams.set("north", mode);
    world.upstreams.set("south", mode);
    // So that the others are asked first.
    world.upstreams.set("west", Mode::Slow(Duration::from_millis(30)));
    for symbol in traded().take(6) {
        let quote = world.price(symbol).await.data::<Quote>();
        assert_eq!((quote.symbol.to_string().as_str(), quote.source.as_str()), (symbol, "west"));
    }
    assert!(world.upstreams.asked("all") > world.upstreams.asked("west"));
    world.count(Decision::Retried)
}

async fn goes_elsewhere_from(mode: Mode) {
    // On a machine that stands still for a moment, `west` hangs, too.
    for _ in 0..2 {
        if retries_beside(mode).await == 0 {
            return;
        }
    }
    assert_eq!(retries_beside(mode).await, 0, "one call is enough each time");
}

#[tokio::test]
async fn where_an_exchange_fails_another_answers_within_the_call() {
    goes_elsewhere_from(Mode::Failing).await;
}

#[tokio::test]
async fn where_an_exchange_hangs_another_answers_within_the_call() {
    goes_elsewhere_from(Mode::Dead).await;
}

#[tokio::test]
async fn spellings_and_callers_share_one_request() {
    let world = World::new().await;
    let (one, two, three) =
        tokio::join!(world.price("AAPL"), world.price("aapl "), world.price(" Aapl"));
    let quote = one.data::<Quote>();
    assert_eq!(quote.symbol.to_string(), "AAPL");
    assert_eq!((&quote, &quote), (&two.data(), &three.data()));
    assert_eq!(world.upstreams.asked("all"), 1);
}

#[tokio::test]
async fn where_all_fail_the_last_price_is_served_and_marked() {
    let world = World::new().await;
    let last = world.price("AAPL").await.data::<Quote>();
    world.upstreams.set("all", Mode::Failing);
    let stale = async {
        loop {
            let answer = world.price("AAPL").await;
            assert_eq!(answer.data::<Quote>(), last);
            if mark(&answer, meta::STALE).is_some_and(|why| why != "refreshing") {
                return answer;
            }
            sleep(STEP).await;
        }
    };
    let stale = timeout(PATIENCE, stale).await.unwrap();
    let why = mark(&stale, meta::STALE).unwrap();
    assert!(["backend_unavailable", "circuit_open"].contains(&why), "{why}");
    assert!(stale.reply().meta()[meta::AGE].is_u64());
    let Some(Content::Text(words)) = stale.reply().content().last() else { panic!("{stale:?}") };
    assert!(words.starts_with("stale: as of "), "{words}");
    assert_eq!(world.count(Decision::FellBack), 0);
}

#[tokio::test]
async fn where_nothing_is_known_the_closing_price_stands_in() {
    let world = World::new().await;
    world.upstreams.set("all", Mode::Failing);
    let answer = world.price("msft").await;
    assert_eq!(mark(&answer, meta::FALLBACK), Some("closing_price"));
    let closing = world.server.call("closing_price", json!({ "symbol": "MSFT" })).await;
    assert_eq!(answer.data::<Quote>(), closing.data());
    assert_eq!(answer.data::<Quote>().source, "closing");
    assert!(world.count(Decision::Retried) > 0);

    // Without a closing price, the error is the exchange's own.
    let error = world.price("NEWCO").await;
    assert!(matches!(error.error().code(), Code::BackendUnavailable | Code::CircuitOpen));
    assert!(error.error().is_retryable());
}

#[tokio::test]
async fn where_all_hang_the_closing_price_comes_in_time() {
    let world = World::new().await;
    world.upstreams.set("all", Mode::Dead);
    let answer = world.price("AAPL").await;
    assert_eq!(mark(&answer, meta::FALLBACK), Some("closing_price"));
}

#[tokio::test]
async fn an_unknown_share_is_an_answer_and_no_failure() {
    let world = World::new().await;
    assert_eq!(*world.price("NOPE").await.error().code(), Code::NotFound);
    assert_eq!(world.upstreams.asked("all"), 1);
    assert_eq!(world.count(Decision::FellBack), 0);
    let refused = world.price("../x").await;
    assert_eq!(*refused.error().code(), Code::InvalidArguments);
}

#[tokio::test]
async fn exchanges_that_fail_are_left_alone_and_come_back() {
    let world = World::new().await;
    world.break_the_circuit().await;
    let (asked, tripped) = (world.upstreams.asked("all"), world.count(Decision::Tripped));
    let answer = world.price("AAPL").await;
    assert_eq!(mark(&answer, meta::FALLBACK), Some("closing_price"));
    assert_eq!(world.count(Decision::Tripped), tripped + 1);
    assert_eq!(world.upstreams.asked("all"), asked, "nobody was asked");

    world.upstreams.set("all", Mode::Ok);
    let mut live = 0;
    world
        .until("three probes succeed", |answer| {
            live += u32::from(is_live(answer));
            live >= 3
        })
        .await;
    // No probe any more: several calls pass at a time.
    let prices = || world.server.call("prices", json!({ "symbols": ["AAPL", "NEWCO"] }));
    let (one, two, three) = tokio::join!(prices(), prices(), world.price("NEWCO"));
    assert!(is_live(&one) && is_live(&two) && is_live(&three));
}

#[tokio::test]
async fn a_batch_says_what_is_missing() {
    let world = World::new().await;
    let symbols = json!({ "symbols": ["AAPL", "nope", "MSFT"] });
    let answer = world.server.call("prices", symbols).await;
    let batch = answer.data::<Value>();
    assert_eq!(batch["coverage"], "2 of 3; missing: NOPE (not_found)");
    assert_eq!([&batch["data"][0]["symbol"], &batch["data"][1]["symbol"]], ["AAPL", "MSFT"]);
    assert_eq!(batch["missing"][0]["what"], "NOPE");
    assert_eq!(batch["missing"][0]["retryable"], false);

    world.upstreams.set("all", Mode::Failing);
    let answer = world.server.call("prices", json!({ "symbols": ["AAPL", "MSFT"] })).await;
    assert_eq!(*answer.error().code(), Code::BackendUnavailable);
}

#[tokio::test]
async fn the_switch_is_a_request() {
    let world = World::new().await;
    for (request, status, text) in [
        ("POST /north/failing", "200", "north is failing"),
        ("POST /all/slow:1", "200", "west is slow:1"),
        ("POST /all/odd", "400", "slow:MILLISECONDS"),
        ("POST /east/ok", "404", "north, south, west"),
        ("GET /", "200", "south is slow:1 and was asked 0 times"),
    ] {
        let mut stream = TcpStream::connect(world.upstreams.switch()).await.unwrap();
        let head = format!("{request} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = String::new();
        timeout(PATIENCE, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{request}: {answer}");
        assert!(answer.contains(text), "{request}: {answer}");
    }
}

#[tokio::test]
async fn where_callers_are_told_apart_prices_need_a_scope() {
    let world = World::new().await;
    let reader = Caller::new("reader").with_scope("read:quotes").unwrap();
    for (caller, tools) in [(Caller::new("guest"), 1), (reader, 3)] {
        let seen = world.server.as_caller(&caller);
        assert_eq!(seen.list().count(), tools, "{caller:?}");
        let closing = seen.call("closing_price", json!({ "symbol": "AAPL" })).await;
        assert!(closing.outcome().is_ok(), "{caller:?}");
        let price = seen.call("price", json!({ "symbol": "AAPL" })).await;
        assert_eq!(price.outcome().is_ok(), tools == 3, "{caller:?}");
    }
}
