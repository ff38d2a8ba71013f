//! Keys whose calls run in this process, and those who wait for them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::store::once::{Fence, Looked, OnceKey};

/// How many keys are known here: more than a server should run calls. Those who wait for another
/// ask the store.
const MOST: usize = 16_384;

/// Keys whose calls run in this process.
#[derive(Default)]
pub(super) struct Owners(Mutex<HashMap<Looked, Owner>>);

struct Owner {
    fence: Fence,
    /// There from the first who waits. Never told anything: its end is the message.
    end: Option<watch::Sender<()>>,
}

/// A call that runs. Dropped, it wakes those who wait.
pub(super) struct Owning {
    owners: Arc<Owners>,
    key: OnceKey,
    fence: Fence,
}

impl Owners {
    pub(super) fn enter(self: &Arc<Self>, key: OnceKey, fence: Fence) -> Option<Owning> {
        let mut all = self.all();
        if all.len() >= MOST && !all.contains_key(&Looked(key)) {
            return None;
        }
        all.insert(Looked(key), Owner { fence, end: None });
        Some(Owning { owners: Arc::clone(self), key, fence })
    }

    /// Whether a call that runs here has the key.
    pub(super) fn has(&self, key: &OnceKey) -> bool {
        self.all().contains_key(&Looked(*key))
    }

    /// Waits until the owner of the key has settled it. `None` where no owner is known here.
    pub(super) fn settled(&self, key: &OnceKey) -> Option<impl Future<Output = ()> + use<>> {
        let mut all = self.all();
        let end = all.get_mut(&Looked(*key))?.end.get_or_insert_with(|| watch::Sender::new(()));
        let mut end = end.subscribe();
        Some(async move {
            // Fails once the sender is gone, which is what is waited for.
            let _ = end.changed().await;
        })
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Looked, Owner>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Owning {
    fn drop(&mut self) {
        // A later owner's entry stays.
        if let Entry::Occupied(entry) = self.owners.all().entry(Looked(self.key))
            && entry.get().fence == self.fence
        {
            entry.remove();
        }
    }
}
