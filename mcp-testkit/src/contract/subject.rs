//! [`Subject`]: one tool of one server, about to be tested.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use mcp_runtime::private::Promised;
use mcp_runtime::{Caller, Code, ToolError, ToolInfo};
use serde_json::{Map, Value};

use super::outage::Outage;
use super::watch::{Act, Watch};
use super::{Broken, Contract, Promise};
use crate::{Answer, Arguments, Count, TestCaller, TestServer, caller};

/// The seed of generated arguments, unless `MCP_TEST_SEED` says otherwise.
const SEED: u64 = 1;
/// How often a call is made again that was refused for the server's state.
const PATIENCE: usize = 5;
/// Longer than a breaker stays open.
const QUIET: Duration = Duration::from_mins(10);

/// One tool of one server, and one who sees what its function does.
pub(super) struct Subject {
    pub(super) server: TestServer,
    pub(super) watch: Watch,
    pub(super) outage: Outage,
    pub(super) promised: Promised,
    /// By which the tool is called where a call has to succeed.
    pub(super) arguments: Value,
    tool: String,
    claims: Vec<(String, Value)>,
    calls: AtomicU64,
    /// What counts the tool's effects, and how many there were before the test.
    effects: Option<(u64, Arc<dyn Count>)>,
}

impl Subject {
    /// # Errors
    ///
    /// When the server has no such tool, or an option names one that it doesn't have.
    pub(super) fn new(contract: Contract, tool: &str, promise: Promise) -> Result<Self, Broken> {
        let Contract { server, arguments, exceptions, claims, mut effects } = contract;
        let (watch, outage) = (Watch::of(tool), Outage::default());
        let seen = outage.clone();
        #[cfg(test)]
        let seen = if super::tests::is_steady(&server) { Outage::default() } else { seen };
        let mut server =
            server.configure(|server| server.function_layer(watch.clone()).steered(Arc::new(seen)));
        if promise == Promise::SecretsKept {
            server = server.capture_log();
        }
        let named = arguments.keys().chain(effects.keys());
        let named = named.chain(exceptions.keys().map(|(tool, _)| tool));
        for named in named.map(String::as_str).chain([tool]) {
            if !server.list().any(|tool| tool.name() == named) {
                return Err(Broken::of(format!("the server of `setup` has no tool `{named}`")));
            }
        }
        let info = server.find(tool);
        let promised = info.promised();
        let given = arguments.get(tool).cloned();
        let arguments = given.unwrap_or_else(|| example(info));
        let effects = effects.remove(tool).map(|count| (count.count(), count));
        let (tool, calls) = (tool.to_owned(), AtomicU64::new(0));
        Ok(Self { server, watch, outage, promised, arguments, tool, claims, calls, effects })
    }

    pub(super) fn info(&self) -> &ToolInfo {
        self.server.find(&self.tool)
    }

    pub(super) fn seed() -> u64 {
        crate::faults::seed::asked_for().unwrap_or(SEED)
    }

    /// How many effects there were in this test, where something counts them.
    pub(super) fn effects(&self) -> Option<u64> {
        let (before, count) = self.effects.as_ref()?;
        Some(count.count().saturating_sub(*before))
    }

    /// A caller without any scope.
    pub(super) fn stranger(&self, name: &str) -> TestCaller {
        stranger(name, &self.claims)
    }

    /// A caller with every scope of the tool.
    pub(super) fn entitled(&self, name: &str) -> TestCaller {
        entitled(name, &self.claims, &self.promised)
    }

    /// Whether lists show the tool to a caller.
    pub(super) async fn shows(&self, caller: &Caller) -> bool {
        #[cfg(test)]
        let caller = &self
            .server
            .patch
            .as_ref()
            .map_or_else(|| caller.clone(), |p| (p.listed)(caller.clone()));
        let listed = self.server.as_caller(caller).listed().await;
        listed.iter().any(|tool| tool.name() == self.tool)
    }

    /// A call under a key of its own, with a person who confirms.
    pub(super) async fn call(&self, caller: &Caller, arguments: &Value) -> Answer {
        self.send(caller, &self.new_key(), arguments).await
    }

    /// The same, made again while the server turns it away and says when to come back.
    pub(super) async fn patient(&self, caller: &Caller, arguments: &Value) -> Answer {
        self.keyed(caller, &self.new_key(), arguments).await
    }

    /// The same under a key.
    pub(super) async fn keyed(&self, caller: &Caller, key: &str, arguments: &Value) -> Answer {
        for _ in 0..PATIENCE {
            let answer = self.send(caller, key, arguments).await;
            let turned_away = answer.outcome().as_ref().err().filter(|error| {
                matches!(
                    error.code(),
                    Code::RateLimited | Code::Overloaded | Code::CircuitOpen | Code::BudgetExceeded
                )
            });
            let Some(pause) = turned_away.and_then(ToolError::stated_retry_after) else {
                return answer;
            };
            self.server.time().advance(pause + Duration::from_millis(1)).await;
        }
        self.send(caller, key, arguments).await
    }

    async fn send(&self, caller: &Caller, key: &str, arguments: &Value) -> Answer {
        let mut one = self.server.as_caller(caller).confirmed();
        if self.promised.keyed {
            one = one.key(key);
        }
        one.call(&self.tool, arguments).await
    }

    fn new_key(&self) -> String {
        format!("contract-{}", self.calls.fetch_add(1, Ordering::Relaxed))
    }

    /// Makes sure that a call with the subject's arguments gets to the function, so that a refusal
    /// of another one says something.
    ///
    /// # Errors
    ///
    /// When it doesn't.
    pub(super) async fn reaches_function(&self, caller: &Caller) -> Result<Answer, Broken> {
        let before = self.watch.begun();
        let answer = self.patient(caller, &self.arguments).await;
        if self.watch.begun() > before {
            return Ok(answer);
        }
        Err(Broken::by(
            "this call should have run the function, and nothing can be told without one that \
             does; give arguments that work: `Contract::arguments`",
            &answer,
        ))
    }

    /// The same, of a function that answers whatever is sent.
    ///
    /// # Errors
    ///
    /// When it doesn't get there.
    pub(super) async fn reaches_stand_in(&self, caller: &Caller) -> Result<Answer, Broken> {
        self.watch.act(Act::Answer);
        self.reaches_function(caller).await
    }

    /// Lets everything that counts calls or keeps results forget them.
    pub(super) async fn quiet(&self) {
        let rates = self.promised.rates.iter();
        let longest = rates.map(|rate| rate.interval * rate.burst).max().unwrap_or_default();
        let open = self.promised.breakers.iter().map(|one| one.open * 2).max().unwrap_or_default();
        let quiet = QUIET.max(longest).max(open).max(self.promised.results_kept);
        self.server.time().advance(quiet).await;
    }
}

fn stranger(name: &str, claims: &[(String, Value)]) -> TestCaller {
    claims.iter().fold(caller(name), |one, (claim, value)| one.claim(claim, value.clone()))
}

/// A caller with these claims and every scope of a tool.
pub(super) fn entitled(name: &str, claims: &[(String, Value)], promised: &Promised) -> TestCaller {
    let scopes = promised.scopes.iter();
    scopes.fold(stranger(name, claims), |one, scope| one.scope(scope.token))
}

/// Arguments out of the tool's examples, and out of its schema where it has none.
pub(super) fn example(tool: &ToolInfo) -> Value {
    let schema = tool.input_schema();
    let simplest = Arguments::of(tool).boundaries().first().cloned().unwrap_or_default();
    let mut all = match simplest {
        Value::Object(all) => all,
        _ => Map::new(),
    };
    let properties = schema.get("properties").and_then(Value::as_object);
    for (name, property) in properties.into_iter().flatten() {
        if let Some(example) = property["examples"].get(0) {
            all.insert(name.clone(), example.clone());
        }
    }
    Value::Object(all)
}
