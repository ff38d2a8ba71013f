//! What comes after the last checkpoint.
//!
//! A server signs, together with what it writes, whenever a thousand records are unsigned or the
//! last checkpoint is a minute old, and at once where there is none. So a server that is killed
//! leaves a short end unsigned, and the next one signs that before anything else, or with it. More
//! than that is the end of a log whose checkpoints were taken away, or that servers didn't write.

use std::time::{Duration, UNIX_EPOCH};

use super::super::checkpoint::{AGE, RECORDS};
use super::super::view::View;

/// So many unsigned records are nobody's fault: those that make a checkpoint due, and the group that
/// they come with, which a disk that lost its power may hold without its checkpoint; twice that,
/// since accusing wrongly is worse.
const MOST: u64 = 2 * (RECORDS + 512);
/// So much later than the last checkpoint a record may be, in milliseconds: the age that makes one
/// due, and ten times that for clocks that are set.
const LATEST: u64 = 11 * AGE;

/// The times of a log's first record and of its last.
#[derive(Default)]
pub(super) struct Tail {
    first: Option<u64>,
    last: Option<(u64, u64)>,
}

impl Tail {
    pub(super) fn record(&mut self, seq: u64, view: &View) {
        let since = view.written().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let time = since.and_then(|since| u64::try_from(since.as_millis()).ok());
        let Some(time) = time else { return };
        self.first.get_or_insert(time);
        self.last = Some((seq, time));
    }

    /// What is wrong with the records from behind `signed`, where the last checkpoint was made at
    /// `at`, to the log's end.
    pub(super) fn problem(&self, signed: u64, at: Option<u64>, end: u64) -> Option<String> {
        let unsigned = end.saturating_sub(signed);
        let from = signed + 1;
        if unsigned > MOST {
            return Some(format!(
                "records {from} to {end} are unsigned, and a server signs every {RECORDS}: \
                 checkpoints were taken away, or it wrote none of them"
            ));
        }
        let (last, time) = self.last.filter(|(last, _)| *last > signed)?;
        let since = at.or(self.first)?;
        (time.saturating_sub(since) > LATEST).then(|| {
            let after = Duration::from_millis(time - since).as_secs() / 60;
            let what = if at.is_some() { "the last checkpoint" } else { "the first record" };
            format!(
                "record {last} is unsigned, and was written {after} minutes after {what}; a server \
                 signs every minute: checkpoints were taken away, or it wrote none of them"
            )
        })
    }
}
