//! Several backends of one dependency.

mod balance;

use std::fmt;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use tracing::{info, warn};

use crate::error::{Code, Effect, Error, ToolError};
use balance::{Balance, Change, Ended, State, Ticket};

/// The most endpoints of one dependency: those that a call has tried are kept as bits of one word.
const MOST: usize = 64;

/// Several backends of one dependency: load goes where it is served best, and a call that one of
/// them fails goes to another before anything is called a failure.
///
/// ```
/// use mcp_runtime::{Context, Endpoints, Server, State, ToolError, tool, tools};
///
/// struct Bank {
///     url: &'static str,
/// }
///
/// impl Bank {
///     async fn balance(&self, account: &str) -> Result<i64, ToolError> {
///         // …
///         # if self.url.contains("two") {
///         #     return Err(ToolError::new("backend_unavailable", "no").retryable());
///         # }
///         # Ok(account.len() as i64)
///     }
/// }
///
/// /// The balance of an account.
/// #[tool(read_only, timeout = "2s")]
/// async fn balance(
///     account: String,
///     banks: State<Endpoints<Bank>>,
///     ctx: Context,
/// ) -> Result<i64, ToolError> {
///     banks.call_until(ctx.deadline(), |bank| bank.balance(&account)).await
/// }
///
/// # fn main() -> Result<(), mcp_runtime::Error> {
/// let banks = Endpoints::for_reads([
///     ("one", Bank { url: "https://one.example" }),
///     ("two", Bank { url: "https://two.example" }),
/// ])?;
/// let server = Server::new("bank", "1.0.0").state(banks).tools(tools![balance]);
/// # let _ = server;
/// # Ok(()) }
/// ```
///
/// # Which one
///
/// Of two endpoints drawn at random the one with the lower load: the calls that run there times
/// the latency that it shows. Latency is a moving average over about 10 s that jumps to a peak at
/// once, and fades where nothing is measured, so that an endpoint that was slow gets a new chance.
/// A call that is dropped while it runs counts with the time that it had taken so far.
///
/// # Failover
///
/// A call whose error says that another endpoint may do better goes to another: each is tried at
/// most once, and the answer is the last error. With [`new`](Self::new) those are the errors that
/// are [retryable](ToolError::is_retryable) and state [`Effect::None`], so that no effect comes
/// about twice. Where calls only read, [`for_reads`](Self::for_reads) also goes on after retryable
/// errors that state no effect; [`with_failover`](Self::with_failover) takes any rule. Every other
/// error is an answer.
///
/// # Health
///
/// 3 such errors in a row, without an answer in between, and the endpoint is left alone for 5 s,
/// then 10 s, and so on up to 60 s, shortened by up to a half at random so that many servers don't
/// come back together. After that one call probes it: an answer brings it back; another failure
/// extends the pause, and so does a probe that is dropped before it has ended. What calls report that had begun before it was left alone is ignored. Where
/// all are left alone, a call tries the one whose pause ends first, and no other: whether to call
/// at all is the dependency's circuit breaker's business.
///
/// Cheap to clone; all clones share load and health.
pub struct Endpoints<T, E = ToolError>(Arc<Inner<T, E>>);

struct Inner<T, E> {
    endpoints: Vec<(String, T)>,
    failover: Box<dyn Fn(&E) -> bool + Send + Sync>,
    balance: Mutex<Balance>,
}

impl<T> Endpoints<T> {
    /// Endpoints and their names, for logs and snapshots. A call goes on only after an error that
    /// is retryable and states [`Effect::None`].
    ///
    /// # Errors
    ///
    /// None at all, or more than 64.
    pub fn new<N: Into<String>>(
        endpoints: impl IntoIterator<Item = (N, T)>,
    ) -> Result<Self, Error> {
        Self::with_failover(endpoints, |error: &ToolError| {
            error.is_retryable() && error.stated_effect() == Some(Effect::None)
        })
    }

    /// [`new`](Self::new) for calls that change nothing: one goes on after any retryable error,
    /// unless that states an effect that took place or may have.
    ///
    /// # Errors
    ///
    /// None at all, or more than 64.
    pub fn for_reads<N: Into<String>>(
        endpoints: impl IntoIterator<Item = (N, T)>,
    ) -> Result<Self, Error> {
        Self::with_failover(endpoints, |error: &ToolError| {
            error.is_retryable() && matches!(error.stated_effect(), None | Some(Effect::None))
        })
    }
}

impl<T, E> Endpoints<T, E> {
    /// [`new`](Endpoints::new) for any error, with a rule that tells after which of them another
    /// endpoint may do better, and is safe to try.
    ///
    /// # Errors
    ///
    /// None at all, or more than 64.
    pub fn with_failover<N: Into<String>>(
        endpoints: impl IntoIterator<Item = (N, T)>,
        failover: impl Fn(&E) -> bool + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        let endpoints: Vec<_> = endpoints
            .into_iter()
            .take(MOST + 1)
            .map(|(name, value)| (name.into(), value))
            .collect();
        if endpoints.is_empty() {
            return Err(Error::start("a dependency with several endpoints has none"));
        }
        if endpoints.len() > MOST {
            return Err(Error::start(format!("a dependency has more than {MOST} endpoints")));
        }
        let balance = Mutex::new(Balance::new(endpoints.len(), fastrand::Rng::new()));
        Ok(Self(Arc::new(Inner { endpoints, failover: Box::new(failover), balance })))
    }

    /// Calls one endpoint, and others where that fails.
    ///
    /// The tool's deadline drops the call with the tool. An endpoint that doesn't answer at all
    /// uses it up: give each attempt its own time within the closure, with an error that leads on.
    ///
    /// # Errors
    ///
    /// The last one that an endpoint gave.
    pub async fn call<'a, R, F>(&'a self, mut call: impl FnMut(&'a T) -> F) -> Result<R, E>
    where
        F: Future<Output = Result<R, E>>,
    {
        let mut attempt = self.first();
        loop {
            let result = call(attempt.endpoint()).await;
            attempt = match attempt.judge(result) {
                ControlFlow::Continue((next, _)) => next,
                ControlFlow::Break(result) => return result,
            };
        }
    }

    /// [`call`](Self::call) that ends at `deadline`, such as
    /// [`ctx.deadline()`](crate::Context::deadline).
    ///
    /// An endpoint that had the whole time to itself and didn't answer has failed.
    ///
    /// # Errors
    ///
    /// The last one that an endpoint gave, or `timeout` where none gave any in time. Whether that
    /// one took effect is not known.
    pub async fn call_until<'a, R, F>(
        &'a self,
        deadline: Instant,
        mut call: impl FnMut(&'a T) -> F,
    ) -> Result<R, E>
    where
        F: Future<Output = Result<R, E>>,
        E: From<ToolError>,
    {
        let mut attempt = self.first();
        let mut had_the_whole_time = true;
        loop {
            let Ok(result) = timeout_at(deadline, call(attempt.endpoint())).await else {
                if had_the_whole_time {
                    attempt.end(Ended::Failed);
                }
                return Err(timed_out().into());
            };
            attempt = match attempt.judge(result) {
                ControlFlow::Continue((next, _)) if Instant::now() < deadline => next,
                ControlFlow::Continue((_, error)) => return Err(error),
                ControlFlow::Break(result) => return result,
            };
            had_the_whole_time = false;
        }
    }

    /// How the endpoints stand, in the order in which they were given.
    pub fn snapshot(&self) -> Vec<EndpointStatus> {
        let states = self.0.balance().states(Instant::now());
        let named = self.0.endpoints.iter().zip(states);
        named
            .map(|((name, _), State { running, latency, failures, left_alone })| EndpointStatus {
                name: name.clone(),
                running,
                latency,
                failures,
                left_alone,
            })
            .collect()
    }

    fn first(&self) -> Attempt<'_, T, E> {
        let ticket = self.0.balance().first(Instant::now());
        Attempt { inner: &self.0, tried: 1 << ticket.index(), ticket }
    }
}

impl<T, E> Clone for Endpoints<T, E> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T, E> fmt::Debug for Endpoints<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.snapshot()).finish()
    }
}

impl<T, E> Inner<T, E> {
    fn balance(&self) -> MutexGuard<'_, Balance> {
        self.balance.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call at one endpoint. Dropped, it has ended without a result.
struct Attempt<'a, T, E> {
    inner: &'a Inner<T, E>,
    ticket: Ticket,
    /// A bit for each endpoint that the call has been to.
    tried: u64,
}

type Judged<'a, T, E, R> = ControlFlow<Result<R, E>, (Attempt<'a, T, E>, E)>;

impl<'a, T, E> Attempt<'a, T, E> {
    fn endpoint(&self) -> &'a T {
        &self.inner.endpoints[self.ticket.index()].1
    }

    /// Goes on at another endpoint, where the result leads there and one is left.
    fn judge<R>(mut self, result: Result<R, E>) -> Judged<'a, T, E, R> {
        let error = match result {
            Err(error) if (self.inner.failover)(&error) => error,
            answer => {
                self.end(Ended::Answered);
                return ControlFlow::Break(answer);
            }
        };
        self.end(Ended::Failed);
        let Some(ticket) = self.inner.balance().another(Instant::now(), self.tried) else {
            return ControlFlow::Break(Err(error));
        };
        let tried = self.tried | 1 << ticket.index();
        ControlFlow::Continue((Self { inner: self.inner, ticket, tried }, error))
    }

    fn end(&mut self, ended: Ended) {
        let change = self.inner.balance().end(Instant::now(), &mut self.ticket, ended);
        let endpoint = || self.inner.endpoints[self.ticket.index()].0.as_str();
        match change {
            None => {}
            Some(Change::LeftAlone(pause)) => {
                warn!(endpoint = endpoint(), ?pause, "an endpoint is left alone");
            }
            Some(Change::Back) => info!(endpoint = endpoint(), "an endpoint is back"),
        }
    }
}

impl<T, E> Drop for Attempt<'_, T, E> {
    fn drop(&mut self) {
        self.end(Ended::Dropped);
    }
}

fn timed_out() -> ToolError {
    ToolError::new(Code::Timeout, "what this tool depends on did not answer in time")
}

/// How one endpoint stands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EndpointStatus {
    /// Its name.
    pub name: String,
    /// Calls that run there.
    pub running: usize,
    /// The latency that it shows.
    pub latency: Duration,
    /// Failures since it last answered.
    pub failures: u32,
    /// For how long it is left alone yet; zero where only its probe is to come.
    pub left_alone: Option<Duration>,
}

#[cfg(test)]
mod tests;
