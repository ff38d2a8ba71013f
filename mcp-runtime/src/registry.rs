//! The tools of a running server, by name, and the calls that are running.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::Extensions;
use tokio::sync::Notify;

use crate::call::{Arguments, ToolCall};
use crate::context::{Context, Origin};
use crate::error::{Code, Effect, ToolError};
use crate::extract::{Requirements, States};
use crate::params::Kind;
use crate::policy::stack::{Stack, UserLayer, compose};
use crate::policy::{Outcome, timeout};
use crate::schema::Contract;
use crate::tool::{ToolDef, ToolInfo};

/// Every tool of a server, ready to be called.
pub(crate) struct Registry {
    entries: Vec<Entry>,
    by_name: HashMap<&'static str, usize>,
    states: Arc<States>,
    running: Running,
}

struct Entry {
    info: Arc<ToolInfo>,
    stack: Stack,
    running: AtomicUsize,
}

/// How many calls run, and a signal for when none does.
struct Running {
    total: AtomicUsize,
    limit: usize,
    idle: Notify,
}

impl Registry {
    /// # Errors
    ///
    /// Everything that is wrong with any tool.
    pub(crate) fn build(
        defs: &[&'static ToolDef],
        states: States,
        layers: &[UserLayer],
        default_timeout: Option<Duration>,
        limit: usize,
    ) -> Result<Self, Vec<String>> {
        let mut problems = Vec::new();
        let mut entries = Vec::with_capacity(defs.len());
        let mut by_name = HashMap::with_capacity(defs.len());
        for def in defs {
            let mut about =
                |problem: String| problems.push(format!("tool `{}`: {problem}", def.name));
            for param in def.params {
                let Kind::Extractor(requires) = param.kind else { continue };
                let mut requirements = Requirements::default();
                requires(&mut requirements);
                for missing in requirements.missing(&states) {
                    about(format!(
                        "it takes `State<{missing}>`, and the server has no such state; \
                         add `.state(…)` with a `{missing}`"
                    ));
                }
            }
            if by_name.insert(def.name, entries.len()).is_some() {
                about("another tool of this server has the same name".into());
            }
            match entry(def, layers, default_timeout) {
                Ok(entry) => entries.push(entry),
                Err(all) => all.into_iter().for_each(about),
            }
        }
        if problems.is_empty() {
            let running = Running { total: AtomicUsize::new(0), limit, idle: Notify::new() };
            Ok(Self { entries, by_name, states: Arc::new(states), running })
        } else {
            Err(problems)
        }
    }

    /// The tools, in the order of their registration.
    pub(crate) fn tools(&self) -> impl Iterator<Item = &ToolInfo> {
        self.entries.iter().map(|entry| &*entry.info)
    }

    /// What is known about the tool at a position that [`position`](Self::position) gave.
    pub(crate) fn tool(&self, position: usize) -> &ToolInfo {
        &self.entries[position].info
    }

    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// Runs one call through its tool's pipeline. `position` is one that
    /// [`position`](Self::position) gave.
    pub(crate) async fn call(
        &self,
        position: usize,
        arguments: Arguments,
        origin: Origin,
    ) -> Outcome {
        let entry = &self.entries[position];
        let _running = self.enter(entry)?;
        let context = Context::new(entry.info.name, entry.info.timeout, origin);
        // Whatever ends the call, also being dropped, ends what the function spawned for it.
        let _ended = context.cancellation().clone().drop_guard();
        let call = ToolCall {
            tool: Arc::clone(&entry.info),
            arguments,
            context,
            states: Arc::clone(&self.states),
            extensions: Extensions::new(),
        };
        (entry.stack)(call).await
    }

    fn enter<'a>(&'a self, entry: &'a Entry) -> Result<Guard<'a>, ToolError> {
        let total = self.running.total.fetch_add(1, Ordering::AcqRel);
        entry.running.fetch_add(1, Ordering::Relaxed);
        let guard = Guard { running: &self.running, tool: &entry.running };
        if total >= self.running.limit {
            return Err(ToolError::new(
                Code::Overloaded,
                "the server has no room for this call now",
            )
            .retry_after(Duration::from_secs(1))
            .effect(Effect::None));
        }
        Ok(guard)
    }

    /// Calls that run now, by tool.
    pub(crate) fn running(&self) -> Vec<(&'static str, usize)> {
        self.entries
            .iter()
            .map(|entry| (entry.info.name, entry.running.load(Ordering::Relaxed)))
            .filter(|(_, running)| *running > 0)
            .collect()
    }

    /// Waits until no call runs.
    pub(crate) async fn idle(&self) {
        loop {
            let idle = self.running.idle.notified();
            if self.running.total.load(Ordering::Acquire) == 0 {
                return;
            }
            idle.await;
        }
    }
}

struct Guard<'a> {
    running: &'a Running,
    tool: &'a AtomicUsize,
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        self.tool.fetch_sub(1, Ordering::Relaxed);
        if self.running.total.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.running.idle.notify_waiters();
        }
    }
}

fn entry(
    def: &'static ToolDef,
    layers: &[UserLayer],
    default_timeout: Option<Duration>,
) -> Result<Entry, Vec<String>> {
    let contract = Contract::of(def)?;
    let meta = match def.meta.map(|meta| meta()).transpose() {
        Ok(None) => serde_json::Map::new(),
        Ok(Some(serde_json::Value::Object(meta))) => meta,
        Ok(Some(_)) => return Err(vec!["`meta` is not a JSON object".into()]),
        Err(problem) => return Err(vec![format!("`meta`: {problem}")]),
    };
    let unstated = if def.open_world { timeout::DEFAULT_OPEN_WORLD } else { timeout::DEFAULT };
    let info = ToolInfo {
        name: def.name,
        title: def.title,
        description: def.description,
        version: def.version,
        read_only: def.read_only,
        destructive: def.destructive,
        idempotent: def.idempotent,
        open_world: def.open_world,
        timeout: def.timeout.or(default_timeout).unwrap_or(unstated),
        input_schema: contract.input,
        output_schema: contract.output,
        shape: contract.shape,
        icons: def.icons.map(|icons| icons()).unwrap_or_default(),
        meta,
    };
    let stack = compose(def, contract.validator, contract.shape, layers);
    Ok(Entry { info: Arc::new(info), stack, running: AtomicUsize::new(0) })
}
