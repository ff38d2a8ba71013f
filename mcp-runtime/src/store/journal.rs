//! Where it is written down what calls do: keys of idempotent calls, and the audit log.
//!
//! Both in one place, because some of it has to be durable together: that a call is completed, and
//! what the log says about it.

use super::once::{OnceAnswer, OnceKey, OnceOp};
use super::{Step, StoreError};
use crate::audit::Draft;
#[cfg(any(test, feature = "testing"))]
use crate::audit::verify::Report;

/// One write. All of it is durable once it is answered, or none of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entry {
    pub(crate) once: Option<(OnceKey, OnceOp)>,
    /// Written whatever becomes of the step.
    pub(crate) record: Option<Draft>,
    /// The server stops: what the log says by now is signed.
    pub(crate) seal: bool,
}

/// What was written.
#[derive(Debug, Default)]
pub(crate) struct Written {
    /// The answer to the step.
    pub(crate) once: Option<OnceAnswer>,
    /// The record's place in the log.
    pub(crate) seq: Option<u64>,
}

/// A place to write to.
pub(crate) trait Journal: Send + Sync + 'static {
    /// Where it fails and the journal isn't [`closed`](Self::closed), the write was refused: nothing
    /// of it took place, or what did (see [`Split`](super::split::Split)) changes nothing when it
    /// is made again. The same entry may be taken another time.
    fn write(&self, entry: Entry) -> Step<Written>;

    /// Whether every write is done as it is made, and none is refused: nobody needs to keep what
    /// would be written again.
    fn is_sure(&self) -> bool {
        false
    }

    /// The bodies of the newest records, in order. Reads from where they are kept.
    fn newest(&self, limit: usize) -> Result<Vec<Vec<u8>>, StoreError>;

    /// Its log, read back and verified without a key: the chain alone.
    #[cfg(any(test, feature = "testing"))]
    fn verified(&self) -> Result<Report, String> {
        Err("what was written here can't be read back".to_owned())
    }

    /// Why nothing can be written, from now until the server is started anew. Known before the
    /// write that came upon it is answered.
    fn closed(&self) -> Option<String> {
        None
    }
}
