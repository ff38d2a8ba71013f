//! The market: one question, several exchanges that can answer it.

use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use http_body_util::{BodyExt, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use jiff::Timestamp;
use mcp_runtime::Endpoints;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use tower::ServiceExt;
use tower::util::BoxCloneSyncService;

use crate::listing::{self, CLOSED_AT, Symbol};

/// How long one exchange may take. All three, one after the other, fit into one attempt of a tool.
const PATIENCE: Duration = Duration::from_millis(250);
/// An answer that is longer is none.
const LONGEST_ANSWER: usize = 4096;

/// What a share costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Quote {
    /// The share.
    pub symbol: Symbol,
    /// Its price in US cents.
    pub cents: i64,
    /// When it had this price.
    pub at: Timestamp,
    /// Who says so: an exchange, or `closing` for the price as the market last closed.
    pub source: String,
}

/// Why there is no quote.
#[derive(Debug, thiserror::Error, mcp_runtime::ToolError)]
pub enum MarketError {
    /// Nobody trades it.
    #[error("no share has the symbol {0}")]
    #[tool_error(code = "not_found", effect = "none", next = "continue")]
    UnknownSymbol(Symbol),

    /// It is traded since today.
    #[error("{0} was not traded before today and has no closing price")]
    #[tool_error(code = "not_found", effect = "none", next = "continue")]
    NeverClosed(Symbol),

    /// An exchange gave no answer, or none that makes sense.
    #[error("the exchange {exchange} gave no answer")]
    #[tool_error(
        code = "backend_unavailable",
        message = "no exchange gives a price at present",
        retryable,
        effect = "none"
    )]
    Unavailable {
        /// Which one.
        exchange: &'static str,
        /// What happened instead.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
}

/// All exchanges. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Market(Endpoints<Exchange, MarketError>);

impl Market {
    /// The market at these exchanges, by name and address.
    ///
    /// # Errors
    ///
    /// When there are none.
    pub fn new(
        exchanges: impl IntoIterator<Item = (&'static str, SocketAddr)>,
    ) -> Result<Self, mcp_runtime::Error> {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(PATIENCE));
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(30))
            .pool_max_idle_per_host(64)
            .build(connector);
        let http = client.map_response(|response| response.map(Body::new)).map_err(Box::from);
        let http = Http::new(http);
        Self::of(exchanges.into_iter().map(|(name, address)| {
            let host = address.to_string();
            Exchange { name, host, http: http.clone() }
        }))
    }

    /// The market at exchanges in this process, by name and routes: without a socket, so that a
    /// test can stop the clock.
    ///
    /// # Errors
    ///
    /// When there are none.
    pub fn in_process(
        exchanges: impl IntoIterator<Item = (&'static str, Router)>,
    ) -> Result<Self, mcp_runtime::Error> {
        Self::of(exchanges.into_iter().map(|(name, routes)| {
            let routes = routes.into_service::<Body>();
            let http = Http::new(routes.map_err(|never| match never {}));
            Exchange { name, host: name.to_owned(), http }
        }))
    }

    fn of(exchanges: impl Iterator<Item = Exchange>) -> Result<Self, mcp_runtime::Error> {
        let exchanges = exchanges.map(|exchange| (exchange.name, exchange));
        let another_may_know = |error: &_| matches!(error, MarketError::Unavailable { .. });
        Endpoints::with_failover(exchanges, another_may_know).map(Self)
    }

    /// The present price of a share, from whichever exchange answers.
    ///
    /// # Errors
    ///
    /// When nobody trades the share, or no exchange answers.
    pub async fn quote(&self, symbol: &Symbol) -> Result<Quote, MarketError> {
        self.0.call(|exchange| exchange.quote(symbol)).await
    }
}

/// The price of a share as the market last closed, which needs no exchange.
///
/// # Errors
///
/// When nobody trades the share, or nobody did before today.
pub fn closing_price(symbol: Symbol) -> Result<Quote, MarketError> {
    let Some(listing) = listing::find(&symbol) else {
        return Err(MarketError::UnknownSymbol(symbol));
    };
    if !listing.has_closed {
        return Err(MarketError::NeverClosed(symbol));
    }
    Ok(Quote { symbol, cents: listing.around_cents, at: CLOSED_AT, source: "closing".to_owned() })
}

type Http = BoxCloneSyncService<Request<Body>, Response<Body>, Box<dyn Error + Send + Sync>>;

/// One exchange, over HTTP.
#[derive(Debug)]
struct Exchange {
    name: &'static str,
    host: String,
    http: Http,
}

/// What an exchange answers.
#[derive(Deserialize)]
struct Tick {
    cents: i64,
    at: Timestamp,
}

impl Exchange {
    async fn quote(&self, symbol: &Symbol) -> Result<Quote, MarketError> {
        let unavailable = |source| MarketError::Unavailable { exchange: self.name, source };
        let answer = timeout(PATIENCE, self.ask(symbol)).await;
        let tick = answer.map_err(|late| unavailable(late.into()))?.map_err(unavailable)?;
        let Some(Tick { cents, at }) = tick else {
            return Err(MarketError::UnknownSymbol(symbol.clone()));
        };
        Ok(Quote { symbol: symbol.clone(), cents, at, source: self.name.to_owned() })
    }

    async fn ask(&self, symbol: &Symbol) -> Result<Option<Tick>, Box<dyn Error + Send + Sync>> {
        let request =
            Request::get(format!("http://{}/quotes/{symbol}", self.host)).body(Body::empty())?;
        let (head, body) = self.http.clone().oneshot(request).await?.into_parts();
        let body = Limited::new(body, LONGEST_ANSWER).collect().await?.to_bytes();
        match head.status.as_u16() {
            200 => Ok(Some(serde_json::from_slice(&body)?)),
            404 => Ok(None),
            _ => Err(format!("it answered {}", head.status).into()),
        }
    }
}
