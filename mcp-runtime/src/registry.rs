//! The tools of a running server, by name, and the calls that are running.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::Extensions;
use serde_json::Value;

use crate::access::Catalogue;
use crate::audit::Refused;
use crate::call::{Arguments, ToolCall};
use crate::compose::{Composer, Tool};
use crate::config::Settings;
use crate::context::{Context, Origin};
#[cfg(feature = "http")]
use crate::error::Code;
use crate::error::ToolError;
use crate::extract::States;
use crate::meta;
use crate::place::{Place, Places};
use crate::policy::Outcome;
use crate::policy::budget::Ledger;
use crate::policy::stack::UserLayer;
use crate::records::Records;
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
    running: Arc<Places>,
    records: Records,
}

struct Entry {
    tool: Tool,
    running: Arc<AtomicUsize>,
}

/// Ends a call as it is dropped, for what still has its context.
struct Ended(Context);

impl Drop for Ended {
    fn drop(&mut self) {
        if self.0.is_shared() {
            self.0.end();
        }
    }
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
        records: Records,
    ) -> Result<Self, Vec<String>> {
        let mut composer = Composer::new(states, layers, settings, counts.clone(), records.clone())
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
                entries.push(Entry { tool, running: Arc::default() });
            }
        }
        let (ledger, catalogue) = (composer.ledger(), composer.catalogue());
        let all = composer.finish()?;
        let running = Places::new(settings.max_in_flight);
        Ok(Self {
            entries,
            by_name,
            states: Arc::clone(states),
            stats: counts,
            ledger,
            catalogue,
            all,
            running,
            records,
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

    /// Counts and records a call that was refused for its scopes before it began.
    #[cfg(feature = "http")]
    pub(crate) fn count_denied(&self, name: &str, principal: &str, code: &Code) {
        if let Some(position) = self.position(name) {
            let tool = self.tool(position);
            self.stats.tool(tool.name).count(Decision::Denied);
            self.records.refused(Refused {
                call_id: None,
                principal: Some(principal),
                peer: None,
                tool: Some(tool),
                code,
                trace: None,
            });
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
        let place = self.enter(entry).inspect_err(|error| self.shed(entry, &origin, error))?;
        let info = &entry.tool.info;
        let context = Context::new(info.name, info.timeout, origin);
        // Whatever ends the call, also being dropped, ends what the function spawned for it.
        let _ended = Ended(context.clone());
        let call = ToolCall {
            tool: Arc::clone(info),
            arguments: arguments.into(),
            context,
            states: Arc::clone(&self.states),
            extensions: Extensions::new(),
            place: Some(Arc::clone(&place)),
            claim: None,
        };
        entry.tool.pipeline.run(call).await
    }

    fn enter(&self, entry: &Entry) -> Result<Arc<Place>, ToolError> {
        self.running.enter(&entry.running).ok_or_else(|| {
            self.stats.tool(entry.tool.info.name).count(Decision::Shed);
            let message = "the server has no room for this call now";
            ToolError::shed(message, Duration::from_secs(1))
        })
    }

    fn shed(&self, entry: &Entry, origin: &Origin, error: &ToolError) {
        self.records.refused(Refused {
            call_id: None,
            principal: Some(origin.caller.principal()),
            peer: None,
            tool: Some(&entry.tool.info),
            code: error.code(),
            trace: origin.request.entry(meta::TRACEPARENT).and_then(Value::as_str),
        });
    }

    /// What its calls leave behind.
    pub(crate) fn records(&self) -> &Records {
        &self.records
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

    /// Waits until no call runs, those whose caller has gone included.
    pub(crate) async fn idle(&self) {
        self.running.idle().await;
    }
}
