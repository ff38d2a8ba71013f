//! What a server writes down about its calls: keys of idempotent calls, and the audit log.

mod health;
mod place;
#[cfg(feature = "testing")]
mod steering;
mod unopened;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::time::timeout;
use tracing::{info, warn};

#[cfg(any(test, feature = "testing"))]
use crate::audit::verify::Report;
use crate::audit::{
    AuditKeys, AuditPlace, Recorder, Refused, Tear, load_keys, open_log, open_place, read_keys,
};
use crate::config::{Settings, StorePlace};
use crate::store::journal::{Entry, Journal};
use crate::store::memory::MemoryJournal;
use crate::store::split::Split;
#[cfg(feature = "sqlite")]
use crate::store::sqlite::SqliteJournal;
pub(crate) use health::Health;
pub use place::Store;
#[cfg(feature = "testing")]
pub(crate) use unopened::Unopened;

/// How long a server that stops waits for the last words of its log.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Where a server writes, and what makes the records of its audit log.
#[derive(Clone, Default)]
pub(crate) struct Records {
    /// None where no call leaves anything behind.
    pub(crate) journal: Option<Arc<dyn Journal>>,
    /// None where the audit log is off.
    pub(crate) recorder: Option<Arc<Recorder>>,
    /// Told of calls that can't be put on record.
    pub(crate) health: Arc<Health>,
}

impl Records {
    /// Opens what the settings say, and makes what isn't there.
    ///
    /// # Errors
    ///
    /// What can't be opened, and why.
    pub(crate) fn open(settings: &Settings, name: &str) -> Result<Self, String> {
        if settings.store == Some(StorePlace::State) {
            place::make_state_directory(name)?;
        }
        let settings = placed(settings, name)?;
        let audit = &settings.audit;
        if let (Some(StorePlace::File(store)), AuditPlace::File(log)) =
            (&settings.store, &audit.place)
            && store == log
        {
            return Err(format!("`store` and `audit.log` both name {}", store.display()));
        }
        let keys = keys(&settings)?;
        let journal = journal(&settings, &keys)?;
        let recorder = (audit.place != AuditPlace::Off).then(|| {
            Recorder::new(keys, audit.retention, settings.clock.clone(), Arc::clone(&journal))
        });
        tell(&settings);
        Ok(Self { journal: Some(journal), recorder, ..Self::default() })
    }

    /// Those of a server that is looked at and not called. Nothing is opened; a call would be
    /// refused.
    pub(crate) fn unopened() -> Self {
        Self { journal: Some(Arc::new(unopened::Unopened)), ..Self::default() }
    }

    /// The newest records of the audit log, in their order.
    ///
    /// # Errors
    ///
    /// There is no log, or it can't be read.
    pub(crate) fn newest(&self, limit: usize) -> Result<Vec<Value>, String> {
        let (Some(recorder), Some(journal)) = (&self.recorder, &self.journal) else {
            return Err("the audit log is off".to_owned());
        };
        recorder.flush();
        let bodies = journal.newest(limit).map_err(|error| error.0)?;
        let parsed = bodies.iter().map(|body| serde_json::from_slice(body));
        parsed.collect::<Result<_, _>>().map_err(|error| format!("a record is not JSON: {error}"))
    }

    /// The audit log, read back and verified without a key.
    ///
    /// # Errors
    ///
    /// There is no log, or it can't be read back.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn verified(&self) -> Result<Report, String> {
        let (Some(recorder), Some(journal)) = (&self.recorder, &self.journal) else {
            return Err("the audit log is off".to_owned());
        };
        recorder.flush();
        journal.verified()
    }

    /// Records a call that was refused before it had an intent.
    pub(crate) fn refused(&self, refused: Refused<'_>) {
        if let Some(recorder) = &self.recorder {
            recorder.refused(refused);
        }
    }

    /// Why calls can't be put on record: since the journal is closed, or as of late.
    ///
    /// # Errors
    ///
    /// Why not.
    pub(crate) fn ready(&self) -> Result<(), String> {
        if let Some(why) = self.journal.as_ref().and_then(|journal| journal.closed()) {
            return Err(why);
        }
        if self.health.is_failing() {
            return Err("a call couldn't be put on record within the last ten seconds".to_owned());
        }
        Ok(())
    }

    /// What is left to write as a server stops.
    pub(crate) async fn seal(&self) {
        let (Some(recorder), Some(journal)) = (&self.recorder, &self.journal) else { return };
        recorder.flush();
        let seal = || journal.write(Entry { seal: true, ..Entry::default() });
        // Before the second is answered, what the first one signed has been told to others.
        let sealed = async {
            seal().await?;
            seal().await
        };
        match timeout(LAST_WORDS, sealed).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => warn!(detail = error.0, "the audit log's end was not signed"),
            Err(_) => warn!("the audit log's end was not signed within {LAST_WORDS:?}"),
        }
    }
}

/// The same settings, with the path of the store's file where it has one. Nothing is made.
///
/// # Errors
///
/// Nobody says where the user's directories are.
pub(crate) fn placed(settings: &Settings, name: &str) -> Result<Settings, String> {
    let store = match &settings.store {
        Some(StorePlace::State) => Some(StorePlace::File(place::in_state_directory(name)?)),
        other => other.clone(),
    };
    Ok(Settings { store, ..settings.clone() })
}

/// The key of the audit log: in the file that is named, which has to be there; else in the one
/// beside the log, which is made; else for this process alone.
fn keys(settings: &Settings) -> Result<AuditKeys, String> {
    if let Some(named) = &settings.audit.key_file {
        return read_keys(named);
    }
    if let Some(beside) = settings.audit_key_file() {
        if !beside.exists()
            && let Some(log) = settings.audit_file().filter(|log| is_written(log))
        {
            return Err(format!(
                "the key {} is missing, and the audit log {} has records that were made with it: \
                 put it back, or move the log away with what stands beside it",
                beside.display(),
                log.display()
            ));
        }
        return load_keys(&beside);
    }
    let mut random = [0; 32];
    getrandom::fill(&mut random).map_err(|error| error.to_string())?;
    AuditKeys::new(&random).ok_or_else(|| "a key of no use was made".to_owned())
}

/// Whether a log has records. What can't be read is for those to tell who open it.
fn is_written(log: &Path) -> bool {
    log.exists() && open_log(log).and_then(|log| log.head()).is_ok_and(|head| head.seq > 0)
}

/// Says where records go, once, for whoever looks for them later.
fn tell(settings: &Settings) {
    let store = match &settings.store {
        Some(StorePlace::File(path)) => path.display().to_string(),
        _ => "memory".to_owned(),
    };
    match &settings.audit.place {
        AuditPlace::Off => warn!(store, "the audit log is off: calls run unrecorded"),
        AuditPlace::Memory => {
            warn!(store, "the audit log is in memory, and ends with this process");
        }
        AuditPlace::Store => info!(store, "the audit log is in the store"),
        AuditPlace::File(path) => info!(store, log = %path.display(), "the audit log is in a file"),
        AuditPlace::Custom(_) => info!(store, "the audit log goes to the program's own sink"),
    }
}

/// Where everything is written: keys in the store, the log there too or elsewhere.
fn journal(settings: &Settings, keys: &AuditKeys) -> Result<Arc<dyn Journal>, String> {
    let memory = || in_memory(settings, keys);
    let log = open_place(&settings.audit, keys.clone(), settings.clock.clone(), tear(settings))?;
    let (store, in_memory): (Arc<dyn Journal>, bool) = match &settings.store {
        Some(StorePlace::File(path)) => (in_file(path, settings, keys)?, false),
        _ => (Arc::new(memory()?), true),
    };
    let log = match (log, &settings.audit.place) {
        (None, AuditPlace::Memory) if !in_memory => Some(Arc::new(memory()?) as Arc<dyn Journal>),
        (log, _) => log,
    };
    #[cfg(feature = "testing")]
    let (store, log) = steering::around(settings, store, log)?;
    Ok(match log {
        Some(log) => Arc::new(Split::new(store, log)),
        None => store,
    })
}

/// What tears the file of the log, in a test.
#[cfg(feature = "testing")]
fn tear(settings: &Settings) -> Option<Tear> {
    let hooks = &settings.hooks;
    (!hooks.steered.is_empty()).then(|| hooks.tear.clone())
}

#[cfg(not(feature = "testing"))]
fn tear(_: &Settings) -> Option<Tear> {
    None
}

/// A journal in memory; in a test, perhaps one that was there before the server.
fn in_memory(settings: &Settings, keys: &AuditKeys) -> Result<MemoryJournal, String> {
    #[cfg(feature = "testing")]
    if let Some(survivors) = &settings.hooks.survivors {
        return survivors.journal(settings.clock.clone(), keys.clone());
    }
    MemoryJournal::new(settings.clock.clone(), keys.clone())
}

#[cfg(feature = "sqlite")]
fn in_file(path: &Path, settings: &Settings, keys: &AuditKeys) -> Result<Arc<dyn Journal>, String> {
    let journal = SqliteJournal::open(path, settings.clock.clone(), keys.clone())?;
    Ok(Arc::new(journal))
}

#[cfg(not(feature = "sqlite"))]
fn in_file(path: &Path, _: &Settings, _: &AuditKeys) -> Result<Arc<dyn Journal>, String> {
    Err(format!(
        "this server was built without SQLite: it can't keep records in {}; set \
         `store = \"memory\"`",
        path.display()
    ))
}

#[cfg(test)]
mod tests;
