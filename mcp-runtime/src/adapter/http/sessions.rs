//! Sessions of older revisions: there are so many at most, and each belongs to the caller that
//! opened it.
//!
//! A session's id is a name and no credential: whoever learned it could otherwise speak in the
//! session of somebody else, and hear what it is told.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::endpoint::Endpoint;

/// Sessions that are being opened, and do not count among the open ones yet.
#[derive(Clone, Default)]
pub(super) struct Opening(Arc<AtomicUsize>);

/// The place of one of them, until it has been opened.
pub(super) struct Place(Opening);

impl Opening {
    /// A place, where with the open ones there are no more than so many. One that has just been
    /// opened counts twice until its answer is on the way.
    pub(super) async fn place(&self, endpoint: &Endpoint, most: usize) -> Option<Place> {
        let opening = self.0.fetch_add(1, Ordering::AcqRel) + 1;
        let place = Place(self.clone());
        (endpoint.sessions().await + opening <= most).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::AcqRel);
    }
}

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
