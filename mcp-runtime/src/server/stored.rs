//! Where a server writes down what its calls do.

use std::iter;

use tracing::warn;

use super::Server;
#[cfg(feature = "cli")]
use crate::app::App;
use crate::audit::AuditPlace;
use crate::config::Settings;
#[cfg(feature = "cli")]
use crate::error::Error;
use crate::records::{Records, Store};
use crate::tool::ToolDef;

impl Server {
    /// Where it is written down what calls do: keys of idempotent calls, and the audit log. Also the
    /// setting `store`.
    ///
    /// Where nobody says, [`run`](Self::run) keeps both in a file in the user's state directory, and
    /// everything else in memory.
    pub fn store(mut self, store: Store) -> Self {
        self.settings.store = Some(store.0);
        self
    }

    /// Checks everything and opens nothing: for those who look at the server and don't call it.
    #[cfg(feature = "cli")]
    pub(crate) fn describe(self) -> Result<App, Error> {
        self.finish_with(|_, _| Ok(Records::unopened())).map(|built| built.app)
    }

    /// Says that what has to outlive the process doesn't, where nobody wanted it so.
    pub(crate) fn warn_of_memory(&self) {
        let mut writing = self.tools.0.iter().filter(|tool| !tool.read_only);
        if let (None, Some(tool)) = (&self.settings.store, writing.next()) {
            warn!(
                tool = tool.name,
                "records are kept in memory and end with this process, and there are tools that \
                 write: give the server a `.store(…)`, or set `store`"
            );
        }
    }
}

/// Opens the records, where some call leaves any.
pub(super) fn records(
    tools: &[&'static ToolDef],
    settings: &Settings,
    open: impl FnOnce(&Settings) -> Result<Records, String>,
) -> Result<Records, String> {
    let keyed = |tool: &&'static ToolDef| {
        let with_fallbacks = iter::successors(Some(*tool), |tool| tool.policies.fallback);
        // A circle of fallbacks is found elsewhere.
        with_fallbacks.take(tools.len() + 8).any(|tool| tool.policies.idempotency.is_some())
    };
    let audited = settings.audit.place != AuditPlace::Off;
    if audited || tools.iter().any(keyed) { open(settings) } else { Ok(Records::default()) }
}
