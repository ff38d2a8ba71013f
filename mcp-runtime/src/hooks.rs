//! What the test kit reaches into, by the feature `testing`. None of it is in a production build.

use std::error::Error as StdError;
use std::sync::Arc;

use tower::{Layer, Service};

use crate::app::App;
use crate::audit::Tear;
use crate::call::{Reply, ToolCall};
use crate::clock::Clock;
use crate::policy::service::ToolService;
use crate::policy::stack::{LayerPlace, user_layer};
use crate::server::Server;
use crate::store::memory::Survivors;
use crate::store::steered::{Steered, Steering};
use crate::tool::{ToolInfo, Tools};

/// What a test does to a server that no operator can.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hooks {
    /// It lets the records fail.
    pub(crate) steered: Vec<Steered>,
    /// It tears the file of the audit log.
    pub(crate) tear: Tear,
    /// Records in memory outlive the server.
    pub(crate) survivors: Option<Survivors>,
    /// Tools are composed without the states that they take: to be looked at, not called.
    pub(crate) stateless: bool,
}

impl Server {
    /// Adds a tower layer around each attempt of every tool's function: inside the retries, the
    /// breaker and the time of an attempt. For faults.
    #[doc(hidden)]
    pub fn function_layer<L>(self, layer: L) -> Self
    where
        L: Layer<ToolService> + Send + Sync + 'static,
        L::Service: Service<ToolCall, Response = Reply> + Clone + Send + Sync + 'static,
        <L::Service as Service<ToolCall>>::Error: Into<Box<dyn StdError + Send + Sync>>,
        <L::Service as Service<ToolCall>>::Future: Send,
    {
        self.with_layer(user_layer(LayerPlace::Function, layer))
    }

    /// Adds a tower layer around every tool's function, inside of all others. It changes nothing,
    /// so that pipelines don't show it: the test kit counts by it.
    #[doc(hidden)]
    pub fn watch_layer<L>(self, layer: L) -> Self
    where
        L: Layer<ToolService> + Send + Sync + 'static,
        L::Service: Service<ToolCall, Response = Reply> + Clone + Send + Sync + 'static,
        <L::Service as Service<ToolCall>>::Error: Into<Box<dyn StdError + Send + Sync>>,
        <L::Service as Service<ToolCall>>::Future: Send,
    {
        self.with_layer(user_layer(LayerPlace::Watch, layer))
    }

    /// Lets a test decide what becomes of the server's records. What is added later decides first.
    #[doc(hidden)]
    pub fn steered(mut self, steering: Arc<dyn Steering>) -> Self {
        self.hooks_mut().steered.push(Steered(steering));
        self
    }

    /// Lets records in memory outlive the server: another one with the same survivors has them.
    #[doc(hidden)]
    pub fn survived_by(mut self, survivors: &Survivors) -> Self {
        self.hooks_mut().survivors = Some(survivors.clone());
        self
    }

    /// Does without the states that tools take, so that they can be looked at. A call of one that
    /// takes a state answers `internal`.
    #[doc(hidden)]
    pub fn without_states(mut self) -> Self {
        self.hooks_mut().stateless = true;
        self
    }

    /// The clock that [`clock`](Self::clock) set.
    #[doc(hidden)]
    pub fn clock_in_use(&self) -> &Clock {
        &self.settings().clock
    }
}

impl App {
    /// Whether a tool has this name, one that only stands in for others too.
    #[doc(hidden)]
    pub fn knows(&self, tool: &str) -> bool {
        self.registry().all().any(|known| known.name() == tool)
    }

    /// Whether calls are put on record, be it where records can be read back or not.
    #[doc(hidden)]
    pub fn is_recorded(&self) -> bool {
        self.registry().records().recorder.is_some()
    }

    /// What is wrong with the chain of the audit log, as it is kept.
    ///
    /// # Errors
    ///
    /// The log is off, or can't be read back.
    #[doc(hidden)]
    pub fn audit_problems(&self) -> Result<Vec<String>, String> {
        self.registry().records().verified().map(|report| report.problems)
    }
}

impl ToolInfo {
    /// The arguments of which no part may be told.
    #[doc(hidden)]
    pub fn secrets(&self) -> &[&'static str] {
        &self.secrets
    }
}

impl Tools {
    /// The names under which clients call them.
    #[doc(hidden)]
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|tool| tool.name)
    }
}
