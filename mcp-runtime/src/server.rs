//! [`Server`]: what `main` puts together; checked, it is an [`App`].

mod stdio;
mod stored;

use std::any::type_name;
use std::error::Error as StdError;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;
use tower::{Layer, Service};
use tracing::warn;

use crate::access::unasked;
use crate::adapter::{self, Delegate, Edge};
use crate::app::{App, Parts};
use crate::audit::{AuditLog, SHORTEST};
use crate::auth::Auth;
use crate::call::{Reply, ToolCall};
use crate::caller::Caller;
use crate::clock::Clock;
use crate::compose;
use crate::config::Settings;
use crate::context::LONGEST;
use crate::error::Error;
use crate::extract::States;
use crate::life::until;
use crate::policies::Dependency;
use crate::policy::service::ToolService;
use crate::policy::stack::{LayerPlace, UserLayer, user_layer};
use crate::pool::{PoolStatus, Pools};
use crate::records::Records;
use crate::registry::Registry;
use crate::stats::Stats;
#[cfg(feature = "cli")]
use crate::tool::ToolDef;
use crate::tool::Tools;

/// A tool server, put together in `main`.
///
/// ```no_run
/// # #[derive(Clone)] struct Ledger;
/// # impl Ledger { async fn open(_: &str) -> Result<Ledger, std::io::Error> { Ok(Ledger) } }
/// use mcp_runtime::{tool, tools, Server, State};
///
/// /// Count the invoices.
/// #[tool(read_only)]
/// async fn count_invoices(State(ledger): State<Ledger>) -> u64 {
///     # let _ = ledger; 0
/// }
///
/// #[tokio::main]
/// async fn main() -> Result<(), mcp_runtime::Error> {
///     Server::new("invoices", env!("CARGO_PKG_VERSION"))
///         .state(Ledger::open("ledger.db").await.map_err(mcp_runtime::Error::start)?)
///         .tools(tools![count_invoices])
///         .run()
///         .await
/// }
/// ```
#[must_use]
pub struct Server {
    name: String,
    version: String,
    title: Option<String>,
    instructions: Option<String>,
    tools: Tools,
    states: Arc<States>,
    layers: Vec<UserLayer>,
    delegate: Delegate,
    settings: Settings,
    pools: Pools,
    stats: Stats,
    conceal: bool,
    problems: Vec<String>,
}

impl Server {
    /// A server with the name and version that clients see.
    pub fn new(name: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            version: version.into(),
            title: None,
            instructions: None,
            tools: Tools::default(),
            states: Arc::default(),
            layers: Vec::new(),
            delegate: adapter::tools_only(),
            settings: Settings::default(),
            pools: Pools::default(),
            stats: Stats::default(),
            conceal: false,
            problems: Vec::new(),
        }
    }

    /// A name for people.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// What a model should know before it uses any of the tools.
    pub fn instructions(mut self, instructions: impl Into<String>) -> Self {
        self.instructions = Some(instructions.into());
        self
    }

    /// Adds tools: `tools![get_invoice, web::search]`. May be repeated.
    pub fn tools(mut self, tools: Tools) -> Self {
        self.tools = self.tools.and(tools);
        self
    }

    /// Adds a state that tools take as [`State<T>`](crate::State). One per type: a second of the
    /// same type is an error at start.
    pub fn state<T: Clone + Send + Sync + 'static>(mut self, state: T) -> Self {
        let added = Arc::get_mut(&mut self.states).is_some_and(|states| states.insert(state));
        if !added {
            self.problems
                .push(format!("`.state(…)` was given two values of `{}`", type_name::<T>()));
        }
        self
    }

    /// The time that a call may take where its tool doesn't say. Without it, 10 s, and 30 s for a
    /// tool that is `open_world`. Zero and more than 365 days are errors at start.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = Some(timeout);
        self
    }

    /// Where the time of day comes from. Without it, the machine's clock.
    ///
    /// For tests of what expires: a token, a confirmation.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.settings.clock = clock;
        self
    }

    /// The time that running calls get to finish when the server stops. Without it, 20 s.
    pub fn grace(mut self, grace: Duration) -> Self {
        self.settings.grace = grace;
        self
    }

    /// Authenticates callers by the API keys in a file, which is also the setting `auth.keys`.
    ///
    /// [`ApiKeys`](crate::ApiKeys) makes such a file, and so does `SERVER key new`. It is looked at
    /// again while the server runs: a key that is taken out stops working within about a second.
    pub fn api_keys(mut self, file: impl Into<PathBuf>) -> Self {
        self.settings.auth.keys = Some(file.into());
        self
    }

    /// Authenticates callers by access tokens of an OAuth 2 authorization server.
    #[cfg(feature = "oauth")]
    pub fn oauth(mut self, oauth: crate::OAuth) -> Self {
        self.settings.auth.oauth = oauth.into_settings();
        self
    }

    /// Where the audit log goes, and how long it is kept. Without it, where the keys of idempotent
    /// calls are; also the settings `audit.log`, `audit.key_file` and `audit.retention`.
    pub fn audit(mut self, log: AuditLog) -> Self {
        self.settings.audit = log.into_settings();
        self
    }

    /// Lets clients use another host name than `localhost`, `127.0.0.1` and `[::1]`, with or
    /// without a port. May be repeated; also the setting `http.allowed_hosts`.
    #[cfg(feature = "http")]
    pub fn allow_host(mut self, host: impl Into<String>) -> Self {
        self.settings.http_allowed_hosts.push(host.into());
        self
    }

    /// Lets web pages of another origin than the server's own call it, such as
    /// `https://app.example.com`. May be repeated; also the setting `http.allowed_origins`.
    #[cfg(feature = "http")]
    pub fn allow_origin(mut self, origin: impl Into<String>) -> Self {
        self.settings.http_allowed_origins.push(origin.into());
        self
    }

    /// Answers a call to a tool for which the caller lacks a scope exactly as one to a tool that
    /// doesn't exist. Without it the answer names the scopes, so that a client can ask for them.
    ///
    /// A refusal that depends on the arguments still names the scope: whoever gets there sees the
    /// tool.
    pub fn conceal(mut self) -> Self {
        self.conceal = true;
        self
    }

    /// The counts of what the policies decide, to look at while the server runs.
    ///
    /// The same counts go to the recorder of the `metrics` crate, where one is installed before
    /// the server is built: `mcp_runtime_decisions_total`, by `tool` and `decision`.
    pub fn stats(&self) -> Stats {
        self.stats.clone()
    }

    /// Lets a connection pool stand for the dependency `D`: at start its size is checked against
    /// the concurrency limits of the tools that use it, and its counts become metrics.
    ///
    /// Waiting for a connection counts against a call's deadline like everything else.
    pub fn pool<D: Dependency>(mut self, pool: impl PoolStatus) -> Self {
        self.pools.insert::<D>(pool);
        self
    }

    /// Serves one client over stdin and stdout, until it closes them or `shutdown` completes;
    /// running calls then get the grace period to finish.
    ///
    /// For programs with a command line of their own; [`run`](Self::run) does this with `--stdio`.
    /// Nothing else may write to stdout. Where stdin is no pipe, the process can be held up at its
    /// end by a read that is under way: leave by [`std::process::exit`].
    ///
    /// # Errors
    ///
    /// What is wrong with the server as it was put together (see [`build`](Self::build)), and
    /// what broke the connection.
    pub async fn serve_stdio(self, shutdown: impl Future<Output = ()>) -> Result<(), Error> {
        self.warn_of_memory();
        let built = self.finish()?;
        until(shutdown, |stop| built.stdio(stop)).await
    }

    /// Adds a tower layer around every call, inside the deadline and outside validation.
    ///
    /// The layer first added is outermost. Its service's error may be any: one that isn't a
    /// [`ToolError`](struct@crate::ToolError) becomes `internal`.
    ///
    /// ```
    /// # use mcp_runtime::Server;
    /// let server = Server::new("busy", "1.0.0")
    ///     .layer(tower::limit::GlobalConcurrencyLimitLayer::new(100));
    /// ```
    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<ToolService> + Send + Sync + 'static,
        L::Service: Service<ToolCall, Response = Reply> + Clone + Send + Sync + 'static,
        <L::Service as Service<ToolCall>>::Error: Into<Box<dyn StdError + Send + Sync>>,
        <L::Service as Service<ToolCall>>::Future: Send,
    {
        self.layers.push(user_layer(LayerPlace::Call, layer));
        self
    }

    #[cfg(feature = "testing")]
    pub(crate) fn with_layer(mut self, layer: UserLayer) -> Self {
        self.layers.push(layer);
        self
    }

    #[cfg(feature = "testing")]
    pub(crate) fn hooks_mut(&mut self) -> &mut crate::hooks::Hooks {
        &mut self.settings.hooks
    }

    pub(crate) fn with_delegate(mut self, delegate: Delegate) -> Self {
        self.delegate = delegate;
        self
    }

    /// Settings that were read from elsewhere.
    #[cfg(feature = "cli")]
    pub(crate) fn with_settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    #[cfg(feature = "http")]
    pub(crate) fn set_http_address(&mut self, address: std::net::SocketAddr) {
        self.settings.http_address = address;
    }

    #[cfg(any(feature = "cli", feature = "testing"))]
    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    #[cfg(test)]
    pub(crate) fn settings_mut(&mut self) -> &mut Settings {
        &mut self.settings
    }

    #[cfg(feature = "cli")]
    pub(crate) fn tool_defs(&self) -> &[&'static ToolDef] {
        &self.tools.0
    }

    #[cfg(feature = "cli")]
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    #[cfg(feature = "cli")]
    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    /// Checks everything and makes the server callable in process, without a transport.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the server as it was put together: a tool whose state is
    /// missing, a rule that doesn't fit its argument, an example that breaks a rule.
    pub fn build(self) -> Result<App, Error> {
        self.finish().map(|built| built.app)
    }

    pub(crate) fn finish(self) -> Result<Built, Error> {
        self.finish_with(Records::open)
    }

    /// Checks everything, and has the records opened in another way.
    pub(crate) fn finish_with(
        mut self,
        open: impl FnOnce(&Settings, &str) -> Result<Records, String>,
    ) -> Result<Built, Error> {
        if let Some(timeout) = self.settings.timeout
            && (timeout.is_zero() || timeout > LONGEST)
        {
            self.problems.push(format!(
                "the server's timeout is {timeout:?}: it must be above zero, at most 365 days"
            ));
        }
        let retention = self.settings.audit.retention;
        if retention < SHORTEST {
            self.problems.push(format!(
                "the audit log keeps its records for {retention:?}: it has to be at least an hour"
            ));
        }
        let Self { name, tools, states, layers, settings, problems, stats, .. } = &mut self;
        let auth = Auth::build(&settings.auth, &settings.clock).unwrap_or_else(|wrong| {
            problems.extend(wrong);
            None
        });
        // Where this fails, the server doesn't start: authentication says why.
        let local = settings.auth.stdio_caller().ok().flatten().unwrap_or_else(Caller::local);
        if settings.auth.tells_callers_apart() {
            problems.extend(compose::unstated(&tools.0));
            let of = |setting: &str, scopes: &[String]| {
                let unasked = unasked(&tools.0, scopes).into_iter();
                unasked.map(|what| format!("`{setting}`: {what}")).collect::<Vec<_>>()
            };
            problems.extend(of("auth.first_scopes", &settings.auth.oauth.first_scopes));
            // These may be meant for several servers.
            for slip in
                of("stdio.scopes", settings.auth.stdio.scopes.as_deref().unwrap_or_default())
            {
                warn!("{slip}");
            }
        }
        let records = stored::records(&tools.0, settings, |settings| open(settings, name));
        let records = records.unwrap_or_else(|problem| {
            problems.push(problem);
            Records::default()
        });
        let registry = Registry::build(&tools.0, states, layers, settings, stats.clone(), records);
        if let Ok(registry) = &registry {
            let tools = registry.all().map(|tool| (tool.name(), tool.policies()));
            self.problems.extend(self.pools.check(tools));
        }
        match registry {
            Ok(registry) if self.problems.is_empty() => {
                let app = App::new(Parts {
                    name: self.name,
                    version: self.version,
                    title: self.title,
                    instructions: self.instructions,
                    registry,
                    settings: self.settings,
                    auth: auth.map(Arc::new),
                    local,
                    pools: self.pools,
                    stats: self.stats,
                    conceal: self.conceal,
                });
                let edge = (self.delegate)(app.clone());
                Ok(Built { app, edge })
            }
            Ok(_) => Err(Error::contract(self.problems)),
            Err(problems) => {
                self.problems.extend(problems);
                Err(Error::contract(self.problems))
            }
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("name", &self.name)
            .field("tools", &self.tools)
            .finish_non_exhaustive()
    }
}

/// A server that has been checked, and its protocol side.
pub(crate) struct Built {
    pub(crate) app: App,
    pub(crate) edge: Arc<dyn Edge>,
}

impl Built {
    /// Serves stdin and stdout until `stop` is cancelled or the client has gone.
    pub(crate) fn stdio(self, stop: CancellationToken) -> BoxFuture<'static, Result<(), Error>> {
        Box::pin(self.serve_stdio(stop))
    }

    async fn serve_stdio(self, stop: CancellationToken) -> Result<(), Error> {
        let Self { app, edge } = self;
        app.stdio_caller().map_err(Error::settings)?;
        let _watching = app.watch_pools();
        let served = stdio::serve(&app, edge, stop.cancelled_owned()).await;
        // The client has gone. Calls with an idempotency key go on without it.
        app.drain(app.registry().idle()).await;
        app.registry().records().seal().await;
        served
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_audit_log_remembers_for_an_hour_at_least() {
        let build = |kept| Server::new("t", "1").audit(AuditLog::memory().retention(kept)).build();
        let hour = Duration::from_hours(1);
        let error = build(hour.saturating_sub(Duration::from_nanos(1))).unwrap_err().to_string();
        assert!(error.contains("at least an hour"), "{error}");
        assert!(build(hour).is_ok());
    }

    #[test]
    fn the_timeout_is_neither_nothing_nor_endless() {
        let build = |timeout| Server::new("t", "1").timeout(timeout).build();
        for bad in [Duration::ZERO, LONGEST + Duration::from_nanos(1), Duration::MAX] {
            let error = build(bad).unwrap_err().to_string();
            assert!(error.contains(&format!("the server's timeout is {bad:?}")), "{error}");
        }
        for good in [Duration::from_nanos(1), LONGEST] {
            assert!(build(good).is_ok(), "{good:?}");
        }
    }
}
