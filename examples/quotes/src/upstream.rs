//! The exchanges of this example: three small HTTP servers on loopback, each of which can be made
//! to fail.
//!
//! A fourth one is the switch:
//!
//! | request | what it does |
//! |---|---|
//! | `GET /` | says how each exchange behaves, and how often it was asked |
//! | `POST /north/failing` | makes `north` behave so; `all` stands for every exchange |

use std::fmt::{self, Write};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use jiff::Timestamp;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::listing::{self, Symbol};

/// The exchanges.
pub const NAMES: [&str; 3] = ["north", "south", "west"];

/// How an exchange behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It answers.
    Ok,
    /// It answers after a while.
    Slow(Duration),
    /// It answers 503.
    Failing,
    /// It takes requests, and never answers.
    Dead,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ok => f.write_str("ok"),
            Self::Slow(pause) => write!(f, "slow:{}", pause.as_millis()),
            Self::Failing => f.write_str("failing"),
            Self::Dead => f.write_str("dead"),
        }
    }
}

/// The text is not a mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an exchange is ok, slow:MILLISECONDS, failing or dead")]
pub struct InvalidMode;

impl FromStr for Mode {
    type Err = InvalidMode;

    fn from_str(text: &str) -> Result<Self, InvalidMode> {
        match text {
            "ok" => Ok(Self::Ok),
            "failing" => Ok(Self::Failing),
            "dead" => Ok(Self::Dead),
            _ => {
                let pause = text.strip_prefix("slow:").and_then(|pause| pause.parse().ok());
                pause.map(Duration::from_millis).map(Self::Slow).ok_or(InvalidMode)
            }
        }
    }
}

/// All exchanges, running until this is dropped.
#[derive(Debug)]
pub struct Upstreams {
    exchanges: Exchanges,
    addresses: Vec<SocketAddr>,
    switch: SocketAddr,
    /// Dropped, they stop.
    _serving: JoinSet<io::Result<()>>,
}

type Exchanges = Arc<[Exchange]>;

#[derive(Debug)]
struct Exchange {
    name: &'static str,
    mode: Mutex<Mode>,
    asked: AtomicU64,
}

impl Exchange {
    fn mode(&self) -> Mode {
        *self.mode.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Upstreams {
    /// Starts the exchanges and their switch, at ports that are free.
    ///
    /// # Errors
    ///
    /// When there is no port to listen on.
    pub async fn start() -> io::Result<Self> {
        let exchanges = exchanges();
        let mut serving = JoinSet::new();
        let mut addresses = Vec::new();
        for index in 0..exchanges.len() {
            addresses.push(serve(&mut serving, routes(&exchanges, index)).await?);
        }
        let routes = Router::new()
            .route("/", get(show))
            .route("/{exchange}/{mode}", post(change))
            .with_state(Arc::clone(&exchanges));
        let switch = serve(&mut serving, routes).await?;
        Ok(Self { exchanges, addresses, switch, _serving: serving })
    }

    /// The exchanges by name and address.
    pub fn addresses(&self) -> impl Iterator<Item = (&'static str, SocketAddr)> {
        NAMES.into_iter().zip(self.addresses.iter().copied())
    }

    /// Where the switch listens.
    pub fn switch(&self) -> SocketAddr {
        self.switch
    }

    /// Makes an exchange, or `all` of them, behave so. Whether there is one of this name.
    pub fn set(&self, name: &str, mode: Mode) -> bool {
        set(&self.exchanges, name, mode)
    }

    /// How often an exchange, or `all` of them, was asked.
    pub fn asked(&self, name: &str) -> u64 {
        named(&self.exchanges, name).map(|one| one.asked.load(Ordering::Relaxed)).sum()
    }
}

/// The exchanges without a port and without a switch: what they answer, by name.
pub fn in_process() -> impl Iterator<Item = (&'static str, Router)> {
    let exchanges = exchanges();
    NAMES.into_iter().enumerate().map(move |(index, name)| (name, routes(&exchanges, index)))
}

fn exchanges() -> Exchanges {
    NAMES.map(|name| Exchange { name, mode: Mutex::new(Mode::Ok), asked: 0.into() }).into()
}

fn routes(exchanges: &Exchanges, index: usize) -> Router {
    let this = (Arc::clone(exchanges), index);
    Router::new().route("/quotes/{symbol}", get(quote)).with_state(this)
}

async fn serve(serving: &mut JoinSet<io::Result<()>>, routes: Router) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    serving.spawn(async move { axum::serve(listener, routes).await });
    Ok(address)
}

fn named<'a>(exchanges: &'a Exchanges, name: &'a str) -> impl Iterator<Item = &'a Exchange> {
    exchanges.iter().filter(move |one| name == "all" || one.name == name)
}

fn set(exchanges: &Exchanges, name: &str, mode: Mode) -> bool {
    let changed = named(exchanges, name)
        .map(|one| *one.mode.lock().unwrap_or_else(PoisonError::into_inner) = mode);
    changed.count() > 0
}

/// An exchange's answer.
async fn quote(
    State((exchanges, index)): State<(Exchanges, usize)>,
    Path(symbol): Path<String>,
) -> Response {
    let exchange = &exchanges[index];
    exchange.asked.fetch_add(1, Ordering::Relaxed);
    match exchange.mode() {
        Mode::Ok => {}
        Mode::Slow(pause) => sleep(pause).await,
        Mode::Failing => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Mode::Dead => std::future::pending().await,
    }
    let minute = Timestamp::now().as_second() / 60;
    let at = Timestamp::from_second(minute * 60).unwrap_or_default();
    match symbol.parse().ok().and_then(|symbol| cents(&symbol, minute)) {
        Some(cents) => Json(json!({ "symbol": symbol, "cents": cents, "at": at })).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The price in a minute: up to 2 % above or below what the share is traded around. Every exchange
/// has the same.
fn cents(symbol: &Symbol, minute: i64) -> Option<i64> {
    let listing = listing::find(symbol)?;
    let mut hasher = DefaultHasher::new();
    (symbol, minute).hash(&mut hasher);
    let off = i64::from(hasher.finish().to_le_bytes()[0] % 41) - 20;
    Some(listing.around_cents * (1000 + off) / 1000)
}

async fn show(State(exchanges): State<Exchanges>) -> String {
    let mut text = String::new();
    for one in exchanges.iter() {
        let asked = one.asked.load(Ordering::Relaxed);
        // Writing into a string cannot fail.
        let _ = writeln!(text, "{} is {} and was asked {asked} times", one.name, one.mode());
    }
    text
}

async fn change(
    State(exchanges): State<Exchanges>,
    Path((name, mode)): Path<(String, String)>,
) -> Response {
    let mode = match mode.parse() {
        Ok(mode) => mode,
        Err(error @ InvalidMode) => {
            return (StatusCode::BAD_REQUEST, format!("{error}\n")).into_response();
        }
    };
    if set(&exchanges, &name, mode) {
        return show(State(exchanges)).await.into_response();
    }
    let known = NAMES.join(", ");
    let message = format!("no exchange is called {name}; there are {known}, and all\n");
    (StatusCode::NOT_FOUND, message).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mode_is_read_as_it_is_written() {
        for mode in [Mode::Ok, Mode::Slow(Duration::from_millis(40)), Mode::Failing, Mode::Dead] {
            assert_eq!(mode.to_string().parse(), Ok(mode));
        }
        for text in ["", "OK", "slow", "slow:", "slow:1s", "slow:-1"] {
            assert_eq!(text.parse::<Mode>(), Err(InvalidMode), "{text}");
        }
    }

    #[test]
    fn a_price_is_the_same_for_a_minute_and_then_another() {
        let symbol: Symbol = "AAPL".parse().unwrap();
        assert_eq!(cents(&symbol, 7), cents(&symbol, 7));
        assert!((8..20).any(|minute| cents(&symbol, minute) != cents(&symbol, 7)));
        assert_eq!(cents(&"NOPE".parse().unwrap(), 7), None);
    }
}
