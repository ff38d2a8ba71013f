//! Faults of dependencies.

use std::fmt;
use std::future::pending;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tower::{Layer, Service};

use super::decide::Plan;
use super::passage::Passage;
use super::place::Place;
use super::plan::Faults;
use super::suffer::{Outcome, Threads};

/// The edge of one dependency.
#[derive(Clone)]
struct Edge {
    plan: Arc<Plan>,
    name: Arc<str>,
}

impl Edge {
    async fn cross<R, E, F>(&self, carry_out: impl FnOnce() -> F) -> Result<R, E>
    where
        E: 'static,
        F: Future<Output = Result<R, E>>,
    {
        let place = Place::Dependency(Arc::clone(&self.name));
        let blow = self.plan.decide(&place, &Passage::default());
        match self.plan.around(blow, Threads::Runtime, carry_out).await {
            Outcome::Went(result) => result,
            Outcome::Failed(raise) => Err(raise.error(&self.name)),
            Outcome::Lost => pending().await,
        }
    }
}

impl Faults {
    /// Wraps anything that a tool depends on: a client, a database, a fake of one.
    ///
    /// ```
    /// use mcp_testkit::{Fault, Faults};
    /// use std::io;
    ///
    /// struct Bank;
    /// impl Bank {
    ///     async fn balance(&self, account: u32) -> Result<u64, io::Error> {
    ///         Ok(u64::from(account))
    ///     }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let refused = || io::Error::from(io::ErrorKind::ConnectionRefused);
    /// let faults = Faults::seeded(7).dependency("bank", Fault::error_with(refused).nth(2));
    /// let bank = faults.wrap("bank", Bank);
    ///
    /// assert_eq!(bank.call(|bank| bank.balance(7)).await.unwrap(), 7);
    /// assert!(bank.call(|bank| bank.balance(7)).await.is_err());
    /// # }
    /// ```
    ///
    /// Where tools know the dependency by a trait, implement it for `Faulty` of the fake: each
    /// method is one line.
    pub fn wrap<T>(&self, name: &str, inner: T) -> Faulty<T> {
        Faulty { inner, edge: self.edge(name) }
    }

    /// A tower layer for a dependency that is a tower service, such as an HTTP client.
    pub fn layer(&self, name: &str) -> FaultLayer {
        FaultLayer(self.edge(name))
    }

    fn edge(&self, name: &str) -> Edge {
        Edge { plan: Arc::clone(&self.0), name: name.into() }
    }
}

/// A dependency with faults, made by [`Faults::wrap`].
#[derive(Clone)]
pub struct Faulty<T> {
    inner: T,
    edge: Edge,
}

impl<T> Faulty<T> {
    /// Carries out an operation, or suffers what the plan says.
    ///
    /// # Errors
    ///
    /// The operation's own, and the faults'.
    ///
    /// # Panics
    ///
    /// When a fault raises an error of another type, and where the fault is a panic.
    pub async fn call<'a, R, E, F>(&'a self, operation: impl FnOnce(&'a T) -> F) -> Result<R, E>
    where
        E: 'static,
        F: Future<Output = Result<R, E>>,
    {
        self.edge.cross(|| operation(&self.inner)).await
    }

    /// What is wrapped, without faults: for what a test looks up afterwards.
    pub fn inner(&self) -> &T {
        &self.inner
    }
}

impl<T: fmt::Debug> fmt::Debug for Faulty<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faulty").field("name", &self.edge.name).field("inner", &self.inner).finish()
    }
}

/// A tower layer with the faults of a dependency, made by [`Faults::layer`].
#[derive(Clone)]
pub struct FaultLayer(Edge);

impl<S> Layer<S> for FaultLayer {
    type Service = FaultService<S>;

    fn layer(&self, inner: S) -> FaultService<S> {
        FaultService { inner, edge: self.0.clone() }
    }
}

impl fmt::Debug for FaultLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FaultLayer").field(&self.0.name).finish()
    }
}

/// A tower service with the faults of a dependency.
#[derive(Clone)]
pub struct FaultService<S> {
    inner: S,
    edge: Edge,
}

impl<S, Q> Service<Q> for FaultService<S>
where
    S: Service<Q> + Clone + Send + 'static,
    S::Future: Send,
    S::Response: Send,
    S::Error: Send + 'static,
    Q: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Q) -> Self::Future {
        // The one that is ready is called; its clone has to become ready itself.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let edge = self.edge.clone();
        Box::pin(async move { edge.cross(|| inner.call(request)).await })
    }
}

impl<S> fmt::Debug for FaultService<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FaultService").field(&self.edge.name).finish()
    }
}
