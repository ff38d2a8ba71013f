//! The keys in force, and the look at their file that keeps them so.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};
use tracing::{error, info};

use super::file::{Keys, load};
use crate::auth::Refused;
use crate::caller::Caller;
use crate::clock::Clock;
use crate::exposure::warn_if_readable;

/// How often the file is looked at, at most: a revoked key works on for so long.
const EVERY: Duration = Duration::from_secs(1);
/// How long a caller waits for a look. A file system that hangs leaves the keys as they are.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often an operator is told that a file is wrong.
const REMIND: Duration = Duration::from_mins(1);

/// A file of keys, which may change while the server runs.
pub(crate) struct KeyFile {
    clock: Clock,
    watched: Arc<Watched>,
}

struct Watched {
    path: PathBuf,
    keys: RwLock<Arc<Keys>>,
    look: Mutex<Look>,
}

struct Look {
    next: Instant,
    /// A look that hangs is not followed by another.
    under_way: bool,
    /// The state of the file that the keys are from.
    loaded: Option<Stamp>,
    complaint: Option<Complaint>,
}

/// The last state of the file that gave no keys.
struct Complaint {
    stamp: Option<Stamp>,
    /// When it is looked at, and complained of, once more.
    again: Instant,
}

impl Look {
    /// Whether a state of the file has nothing new to say.
    fn knows(&self, stamp: Option<&Stamp>) -> bool {
        let known = |one: &Complaint| one.stamp.as_ref() == stamp && Instant::now() < one.again;
        stamp.is_some() && stamp == self.loaded.as_ref()
            || self.complaint.as_ref().is_some_and(known)
    }
}

/// A file that was replaced within the clock's resolution by one of the same length is still
/// another one: hence more than the time and the length, where there is more.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
    #[cfg(unix)]
    node: (u64, u64, i64, i64),
}

impl KeyFile {
    /// # Errors
    ///
    /// Everything that is wrong with the file.
    pub(crate) fn open(path: &Path, clock: &Clock) -> Result<Self, Vec<String>> {
        let loaded = stamp(path);
        let keys = RwLock::new(Arc::new(load(path)?));
        warn_if_readable(path, "names callers");
        let next = Instant::now() + EVERY;
        let look = Look { next, under_way: false, loaded, complaint: None };
        let watched = Watched { path: path.to_owned(), keys, look: Mutex::new(look) };
        Ok(Self { clock: clock.clone(), watched: Arc::new(watched) })
    }

    /// Whose key this is.
    ///
    /// # Errors
    ///
    /// A key that isn't in the file, or that has expired.
    pub(crate) async fn authenticate(&self, credential: &str) -> Result<Caller, Refused> {
        if let Some(look) = self.look() {
            // One that took too long, or failed, has left the keys as they were.
            let _ = timeout(PATIENCE, look).await;
        }
        self.check(credential)
    }

    /// The same at once: a change of the file counts from the next time.
    pub(crate) fn check_now(&self, credential: &str) -> Result<Caller, Refused> {
        self.look();
        self.check(credential)
    }

    fn check(&self, credential: &str) -> Result<Caller, Refused> {
        let keys = self.watched.keys();
        keys.check(credential, self.clock.unix_seconds())
    }

    /// Begins to look at the file, where it is time.
    fn look(&self) -> Option<JoinHandle<()>> {
        let runtime = Handle::try_current().ok()?;
        let mut look = self.watched.state();
        let now = Instant::now();
        if look.under_way || now < look.next {
            return None;
        }
        (look.under_way, look.next) = (true, now + EVERY);
        let ending = Ending(Arc::clone(&self.watched));
        Some(runtime.spawn_blocking(move || ending.0.look_again()))
    }
}

/// Ends a look, also one that panicked or never began.
struct Ending(Arc<Watched>);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.state().under_way = false;
    }
}

impl Watched {
    fn keys(&self) -> Arc<Keys> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn state(&self) -> MutexGuard<'_, Look> {
        self.look.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Blocks, as files do.
    fn look_again(&self) {
        // Before the file is read: what changes meanwhile is seen the next time.
        let stamp = stamp(&self.path);
        if self.state().knows(stamp.as_ref()) {
            return;
        }
        match load(&self.path) {
            Ok(keys) => {
                info!("read {} API keys from {}", keys.len(), self.path.display());
                *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
                let mut state = self.state();
                (state.loaded, state.complaint) = (stamp, None);
            }
            Err(problems) => {
                // Said again and again: a key that was to be taken out may still be good.
                let again = Instant::now() + REMIND;
                self.state().complaint = Some(Complaint { stamp, again });
                let problems = problems.join("; ");
                error!("the API keys stay as they were, since their file is wrong: {problems}");
            }
        }
    }
}

/// `None` of a file that isn't there.
fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = std::fs::metadata(path).ok()?;
    Some(Stamp {
        modified: metadata.modified().ok(),
        length: metadata.len(),
        #[cfg(unix)]
        node: {
            use std::os::unix::fs::MetadataExt;
            (metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec())
        },
    })
}
