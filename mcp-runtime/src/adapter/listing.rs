//! What `tools/list` shows to whom.

use rmcp::model::{CacheScope, ListToolsResult, Tool};

use super::convert;
use crate::app::App;
use crate::caller::Caller;

/// How long a client may keep the lists, which change only with the server's build.
pub(super) const LIST_TTL_MS: u64 = 300_000;

/// The tools as the protocol describes them, in the order of their registration. Made once.
pub(super) struct Listing {
    app: App,
    tools: Vec<Tool>,
}

impl Listing {
    pub(super) fn new(app: &App) -> Self {
        Self { app: app.clone(), tools: app.tools().map(convert::tool).collect() }
    }

    pub(super) fn tools(&self) -> &[Tool] {
        &self.tools
    }

    /// The positions of the tools that a caller may call with some arguments: exactly those it is
    /// shown.
    pub(super) fn visible(&self, caller: &Caller) -> impl Iterator<Item = usize> {
        let tools = self.app.tools().enumerate();
        tools.filter(|(_, tool)| tool.gate.admits(caller)).map(|(position, _)| position)
    }

    /// The list that a caller is shown.
    pub(super) fn shown_to(&self, caller: &Caller) -> ListToolsResult {
        let shown = self.visible(caller).map(|position| self.tools[position].clone());
        listed(shown.collect(), self.cache_scope(caller))
    }

    /// Who may keep the list of a caller: unless somebody is refused something, nothing in it
    /// depends on who asks.
    pub(super) fn cache_scope(&self, caller: &Caller) -> CacheScope {
        if caller.is_unrestricted() && !self.app.tells_callers_apart() {
            CacheScope::Public
        } else {
            CacheScope::Private
        }
    }
}

/// A list of these tools.
pub(super) fn listed(tools: Vec<Tool>, scope: CacheScope) -> ListToolsResult {
    ListToolsResult::with_all_items(tools).with_ttl_ms(LIST_TTL_MS).with_cache_scope(scope)
}
