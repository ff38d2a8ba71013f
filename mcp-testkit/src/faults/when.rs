//! When a fault strikes: conditions, and the counts that they need.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use mcp_runtime::private::Write;

use super::passage::Passage;
use super::place::Place;
use super::seed::Dice;

type Matches = Arc<dyn Fn(&Passage<'_>) -> bool + Send + Sync>;

/// The conditions of one fault. All of them have to hold.
#[derive(Clone, Default)]
pub(super) struct When {
    pub(super) rate: Option<f64>,
    pub(super) nth: Vec<u64>,
    pub(super) every: Option<u64>,
    pub(super) after: u64,
    pub(super) times: Option<u64>,
    pub(super) window: Option<Range<Duration>>,
    pub(super) matches: Option<Matches>,
    pub(super) all_messages: bool,
    pub(super) write: Option<Write>,
}

/// What one fault has seen at one edge.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    /// What its conditions on content and time let through.
    passed: u64,
    pub(super) struck: u64,
}

impl Seen {
    pub(super) fn has_not_struck(&self) -> bool {
        self.struck == 0
    }
}

impl When {
    /// Counts a passage, and decides whether the fault wants to strike.
    pub(super) fn wants(
        &self,
        passage: &Passage<'_>,
        at: Duration,
        seen: &mut Seen,
        dice: &Dice<'_>,
    ) -> bool {
        if self.write.is_some_and(|write| passage.write() != Some(write))
            || self.window.as_ref().is_some_and(|window| !window.contains(&at))
            || self.matches.as_ref().is_some_and(|matches| !matches(passage))
        {
            return false;
        }
        seen.passed += 1;
        let ordinal = seen.passed;
        ordinal > self.after
            && (self.nth.is_empty() || self.nth.contains(&ordinal))
            && self.every.is_none_or(|every| ordinal.is_multiple_of(every))
            && self.rate.is_none_or(|rate| dice.chance(ordinal) < rate)
            && self.times.is_none_or(|times| seen.struck < times)
    }

    /// What makes the conditions impossible together.
    pub(super) fn contradiction(&self, place: &Place) -> Option<String> {
        if let (Some(write), false) = (self.write, place.is_of_records()) {
            return Some(format!("`on({write:?})` is of the store and the audit log"));
        }
        let last = self.nth.iter().max()?;
        (*last <= self.after)
            .then(|| format!("`after({})` leaves no call number {last}", self.after))
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rate, nth, every, after, times, window, matches, all_messages, write } = self;
        if let Some(rate) = rate {
            write!(f, ", rate {rate}")?;
        }
        for nth in nth {
            write!(f, ", number {nth}")?;
        }
        if let Some(every) = every {
            write!(f, ", every {every}")?;
        }
        if *after > 0 {
            write!(f, ", after {after}")?;
        }
        match times {
            Some(1) => f.write_str(", once")?,
            Some(times) => write!(f, ", {times} times")?,
            None => {}
        }
        if let Some(Range { start, end }) = window {
            write!(f, ", from {start:?} to {end:?}")?;
        }
        if let Some(write) = write {
            write!(f, ", on {write:?}")?;
        }
        if matches.is_some() {
            f.write_str(", where it matches")?;
        }
        if *all_messages {
            f.write_str(", any message")?;
        }
        Ok(())
    }
}
