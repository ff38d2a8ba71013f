//! Sessions of older revisions belong to the caller that opened them.
//!
//! A session's id is a name and no credential: whoever learned it could otherwise speak in the
//! session of somebody else, and hear what it is told.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::endpoint::Endpoint;

/// Who opened which session.
#[derive(Default)]
pub(super) struct Owners(Mutex<HashMap<String, String>>);

impl Owners {
    /// Notes who opened a session, and forgets those that have ended.
    pub(super) async fn opened(&self, session: &str, principal: &str, endpoint: &Endpoint) {
        let open = endpoint.open_sessions().await;
        let mut owners = self.owners();
        owners.retain(|session, _| open.contains(session));
        owners.insert(session.to_owned(), principal.to_owned());
    }

    pub(super) fn is_owner(&self, session: &str, principal: &str) -> bool {
        self.owners().get(session).is_some_and(|owner| owner == principal)
    }

    fn owners(&self) -> MutexGuard<'_, HashMap<String, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
