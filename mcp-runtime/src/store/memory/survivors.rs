//! Records in memory that outlive a server, in a test that lets one crash.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use super::{Inner, MemoryJournal};
use crate::audit::view::View;
use crate::audit::{AuditKeys, Draft, Outcome};
use crate::clock::Clock;

/// Records that outlive the servers of one test: the same for all clones.
///
/// A server that finds some closes what the one before it left: its open intents are abandoned, as
/// on disk. Keys are as they were, as in a store whose other machines can't know that one of them
/// is gone: a lease has to end first.
#[derive(Clone, Default)]
pub struct Survivors(Arc<Mutex<Option<Kept>>>);

/// What is there, and what signs it.
struct Kept {
    signs: AuditKeys,
    inner: Arc<Mutex<Inner>>,
}

impl Survivors {
    /// The journal of a server that starts.
    pub(crate) fn journal(&self, clock: Clock, keys: AuditKeys) -> Result<MemoryJournal, String> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Kept { signs, inner }) = &*kept {
            let (signs, inner) = (signs.clone(), Arc::clone(inner));
            let journal = MemoryJournal { clock, signs, inner };
            journal.close_abandoned();
            return Ok(journal);
        }
        let journal = MemoryJournal::new(clock, keys)?;
        *kept = Some(Kept { signs: journal.signs.clone(), inner: Arc::clone(&journal.inner) });
        Ok(journal)
    }
}

impl fmt::Debug for Survivors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Survivors")
    }
}

impl MemoryJournal {
    /// Gives each intent without an outcome one.
    fn close_abandoned(&self) {
        let mut inner = self.lock();
        let mut open = BTreeMap::new();
        for body in inner.log.newest(usize::MAX) {
            let Ok(view) = View::read(&body) else { continue };
            match (view.kind.as_str(), view.intent) {
                ("intent", _) => drop(open.insert(view.seq, view)),
                ("outcome", Some(intent)) => drop(open.remove(&intent)),
                _ => {}
            }
        }
        let now = self.clock.now();
        for (intent, view) in open {
            let draft = Draft::Outcome(Box::new(abandoned(intent, view, now)));
            inner.log.append(&draft, &self.signs, &self.clock);
        }
    }
}

fn abandoned(intent: u64, view: View, now: SystemTime) -> Outcome {
    Outcome {
        time: now,
        intent,
        retention: view.retention().unwrap_or(Duration::MAX),
        call_id: view.call_id.unwrap_or_default().into(),
        principal: view.principal.unwrap_or_default().into(),
        tool: view.tool.unwrap_or_default().into(),
        code: "abandoned".into(),
        effect: "unknown",
        latency: Duration::ZERO,
        digest: None,
        result: None,
        replay_of: None,
        trace: view.trace.map(Into::into),
    }
}
