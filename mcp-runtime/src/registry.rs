//! The tools of a running server, by name, and the calls that are running.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::Extensions;
use tokio::sync::Notify;

use crate::access::Catalogue;
use crate::call::{Arguments, ToolCall};
use crate::compose::{Composer, Tool};
use crate::config::Settings;
use crate::context::{Context, Origin};
use crate::error::ToolError;
use crate::extract::States;
use crate::policy::Outcome;
use crate::policy::budget::Ledger;
use crate::policy::stack::UserLayer;
use crate::stats::{Decision, Stats};
use crate::tool::{ToolDef, ToolInfo};

/// Every tool of a server, ready to be called.
pub(crate) struct Registry {
    entries: Vec<Entry>,
    by_name: HashMap<&'static str, usize>,
    states: Arc<States>,
    stats: Stats,
    ledger: Arc<Ledger>,
    catalogue: Catalogue,
    /// Also those that only answer for others.
    all: Vec<Arc<ToolInfo>>,
    running: Running,
}

struct Entry {
    tool: Tool,
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
        states: &Arc<States>,
        layers: &[UserLayer],
        settings: &Settings,
        counts: Stats,
    ) -> Result<Self, Vec<String>> {
        let mut composer = Composer::new(states, layers, settings, counts.clone())
            .map_err(|problem| vec![problem])?;
        let mut entries = Vec::with_capacity(defs.len());
        let mut by_name = HashMap::with_capacity(defs.len());
        for def in defs {
            composer.learn_scopes(def);
        }
        for def in defs {
            if by_name.insert(def.name, entries.len()).is_some() {
                composer.problem(def.name, "another tool of this server has the same name");
            }
            if let Some(tool) = composer.tool(def) {
                entries.push(Entry { tool, running: AtomicUsize::new(0) });
            }
        }
        let (ledger, catalogue) = (composer.ledger(), composer.catalogue());
        let all = composer.finish()?;
        let limit = settings.max_in_flight;
        let running = Running { total: AtomicUsize::new(0), limit, idle: Notify::new() };
        Ok(Self {
            entries,
            by_name,
            states: Arc::clone(states),
            stats: counts,
            ledger,
            catalogue,
            all,
            running,
        })
    }

    /// The tools, in the order of their registration.
    pub(crate) fn tools(&self) -> impl Iterator<Item = &ToolInfo> {
        self.entries.iter().map(|entry| &*entry.tool.info)
    }

    /// What is known about the scopes of its tools.
    pub(crate) fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// Counts a call that was refused for its scopes before it began.
    #[cfg(feature = "http")]
    pub(crate) fn count_denied(&self, name: &str) {
        if let Some(position) = self.position(name) {
            self.stats.tool(self.tool(position).name).count(Decision::Denied);
        }
    }

    /// Every scope that a listed tool asks for.
    #[cfg(feature = "http")]
    pub(crate) fn scopes(&self) -> std::collections::BTreeSet<&'static str> {
        let gates = self.tools().flat_map(|tool| tool.gate.requirements());
        gates.map(|requirement| requirement.token).collect()
    }

    /// Also those that only answer for others.
    pub(crate) fn all(&self) -> impl Iterator<Item = &ToolInfo> {
        self.all.iter().map(|info| &**info)
    }

    /// What is known about the tool at a position that [`position`](Self::position) gave.
    pub(crate) fn tool(&self, position: usize) -> &ToolInfo {
        &self.entries[position].tool.info
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
        let info = &entry.tool.info;
        let context = Context::new(info.name, info.timeout, origin);
        // Whatever ends the call, also being dropped, ends what the function spawned for it.
        let _ended = context.cancellation().clone().drop_guard();
        let call = ToolCall {
            tool: Arc::clone(info),
            arguments,
            context,
            states: Arc::clone(&self.states),
            extensions: Extensions::new(),
        };
        entry.tool.pipeline.run(call).await
    }

    fn enter<'a>(&'a self, entry: &'a Entry) -> Result<Guard<'a>, ToolError> {
        let total = self.running.total.fetch_add(1, Ordering::AcqRel);
        entry.running.fetch_add(1, Ordering::Relaxed);
        let guard = Guard { running: &self.running, tool: &entry.running };
        if total >= self.running.limit {
            self.stats.tool(entry.tool.info.name).count(Decision::Shed);
            let message = "the server has no room for this call now";
            return Err(ToolError::shed(message, Duration::from_secs(1)));
        }
        Ok(guard)
    }

    /// What each caller's calls have cost, by tool.
    pub(crate) fn usage(&self) -> Vec<(String, &'static str, f64)> {
        self.ledger.usage()
    }

    /// Calls that run now, by tool.
    pub(crate) fn running(&self) -> Vec<(&'static str, usize)> {
        self.entries
            .iter()
            .map(|entry| (entry.tool.info.name, entry.running.load(Ordering::Relaxed)))
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
