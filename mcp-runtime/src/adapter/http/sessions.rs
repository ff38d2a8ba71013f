//! Sessions of older revisions belong to the caller that opened them.
//!
//! A session's id is a name and no credential: whoever learned it could otherwise speak in the
//! session of somebody else, and hear what it is told.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::endpoint::Endpoint;

/// Who opened which session.
#[derive(Default)]
pub(super) struct Owners(Mutex<HashMap<String, String>>);

impl Owners {
    /// Notes who opened a session, and forgets those that have ended.
    pub(super) async fn opened(&self, session: &str, principal: &str, endpoint: &Endpoint) {
        // Before it is asked which are open: one that opens meanwhile is not among them.
        let known = self.note(session, principal);
        let open = endpoint.open_sessions().await;
        self.owners().retain(|session, _| open.contains(session) || !known.contains(session));
    }

    /// Notes who opened a session. Gives all that are known.
    fn note(&self, session: &str, principal: &str) -> HashSet<String> {
        let mut owners = self.owners();
        owners.insert(session.to_owned(), principal.to_owned());
        owners.keys().cloned().collect()
    }

    pub(super) fn is_owner(&self, session: &str, principal: &str) -> bool {
        self.owners().get(session).is_some_and(|owner| owner == principal)
    }

    fn owners(&self) -> MutexGuard<'_, HashMap<String, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
