//! What broken runtimes know of a key when they shouldn't, or do to what is written.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mcp_runtime::private::{Edge, Fate, Passing, Steering, Write};
use mcp_runtime::{Server, meta};
use serde_json::{Map, Value};

use super::super::Patch;

/// What a broken runtime remembers of keys, beyond its end.
#[derive(Clone, Default)]
pub(super) struct Memory(Arc<Mutex<Remembered>>);

#[derive(Default)]
struct Remembered {
    /// Of the latest call.
    key: String,
    noted: BTreeSet<String>,
}

impl Memory {
    fn all(&self) -> MutexGuard<'_, Remembered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn note(&self) {
        let mut all = self.all();
        let key = all.key.clone();
        all.noted.insert(key);
    }

    pub(super) fn forget(&self) {
        let mut all = self.all();
        let key = all.key.clone();
        all.noted.remove(&key);
    }

    pub(super) fn is_noted(&self) -> bool {
        let all = self.all();
        all.noted.contains(&all.key)
    }

    /// A call with this `_meta` comes in.
    fn hear(&self, meta: &Map<String, Value>) {
        if let Some(key) = meta.get(meta::IDEMPOTENCY_KEY).and_then(Value::as_str) {
            key.clone_into(&mut self.all().key);
        }
    }

    /// Only hears of calls.
    pub(super) fn hears(&self) -> Patch {
        let memory = self.clone();
        let meta = move |meta| {
            memory.hear(&meta);
            meta
        };
        Patch { meta: Arc::new(meta), ..Patch::default() }
    }

    /// Takes a call whose key is noted for one without a key.
    pub(super) fn drops_keys(&self) -> Patch {
        let memory = self.clone();
        let meta = move |mut meta: Map<String, Value>| {
            memory.hear(&meta);
            if memory.is_noted() {
                meta.remove(meta::IDEMPOTENCY_KEY);
            }
            meta
        };
        Patch { meta: Arc::new(meta), ..Patch::default() }
    }
}

/// Notes or forgets a key as something of it is written.
struct Noting<F>(Memory, F);

impl<F: Fn(&Memory, &Passing<'_>) + Send + Sync + 'static> Steering for Noting<F> {
    fn opens(&self, _: Edge, _: bool) -> Result<(), String> {
        Ok(())
    }

    fn steer(&self, passing: &Passing<'_>) -> Fate {
        (self.1)(&self.0, passing);
        Fate::default()
    }
}

/// Fails to renew leases.
pub(super) struct Lifeless;

impl Steering for Lifeless {
    fn opens(&self, _: Edge, _: bool) -> Result<(), String> {
        Ok(())
    }

    fn steer(&self, passing: &Passing<'_>) -> Fate {
        let fails = passing.write == Write::Renew;
        let fail = async { Err("it isn't renewed".to_owned()) };
        Fate { before: fails.then(|| Box::pin(fail) as _), ..Fate::default() }
    }
}

/// A server that notes what is written.
pub(super) fn noting(
    memory: &Memory,
    how: impl Fn(&Memory, &Passing<'_>) + Send + Sync + 'static,
) -> impl FnOnce(Server) -> Server {
    let noting = Arc::new(Noting(memory.clone(), how));
    move |server| server.steered(noting)
}
