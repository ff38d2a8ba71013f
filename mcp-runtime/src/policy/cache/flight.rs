//! Who makes a result, and who waits for it: the decisions of single flight, without anything
//! that waits.
//!
//! Each method is one decision under one lock, so that every order in which callers and flights
//! can meet is an order of these methods; the tests go through all of them.

use std::collections::hash_map::Entry;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::store::cache::{ByKey, Key};

/// How often a result is tried for when the one who made it came to grief without an answer: once
/// more. What brings down two in a row is taken to bring down all.
pub(super) const ATTEMPTS: u32 = 2;

/// Whether one who waited for a flight that came to grief may try again. The one who began it
/// never does: what came to grief is its own call.
pub(super) fn tries_again(attempt: u32, tried: u32) -> bool {
    attempt.max(tried) < ATTEMPTS
}

/// The flights of one tool that are under way. `H` is what those who wait hold on to.
pub(super) struct Flights<H> {
    limits: Limits,
    table: Mutex<Table<H>>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) flights: usize,
    pub(super) waiters: usize,
}

struct Table<H> {
    flights: ByKey<Flight<H>>,
    next: u64,
}

struct Flight<H> {
    id: u64,
    attempt: u32,
    waiters: usize,
    /// It goes on without anyone who waits.
    background: bool,
    handle: H,
}

/// What a caller who needs a result is to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Entered<H> {
    /// Start the flight, and wait for it.
    Leads { id: u64, handle: H },
    /// Wait for a flight that is under way.
    Joins { id: u64, attempt: u32, handle: H },
    /// Go alone: there are as many flights as may be.
    Alone,
    /// Go away: as many wait for this flight as may.
    Crowded,
}

impl<H: Clone> Flights<H> {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, table: Mutex::new(Table { flights: ByKey::default(), next: 0 }) }
    }

    /// A caller needs the result, for the `attempt`th time. Who leads or joins has to
    /// [`leave`](Self::leave).
    pub(super) fn enter(&self, key: &Key, attempt: u32, handle: impl FnOnce() -> H) -> Entered<H> {
        let mut table = self.table();
        if let Some(flight) = table.flights.get_mut(key) {
            if flight.waiters >= self.limits.waiters {
                return Entered::Crowded;
            }
            flight.waiters += 1;
            let Flight { id, attempt, .. } = *flight;
            return Entered::Joins { id, attempt, handle: flight.handle.clone() };
        }
        let flight = |id| Flight { id, attempt, waiters: 1, background: false, handle: handle() };
        match table.begin(key, self.limits.flights, flight) {
            Some((id, handle)) => Entered::Leads { id, handle },
            None => Entered::Alone,
        }
    }

    /// Starts a flight that nobody waits for, unless one is under way.
    pub(super) fn refresh(&self, key: &Key, handle: impl FnOnce() -> H) -> Option<(u64, H)> {
        let mut table = self.table();
        let flight = |id| Flight { id, attempt: 1, waiters: 0, background: true, handle: handle() };
        table.begin(key, self.limits.flights, flight)
    }

    /// One who waited no longer does. Gives the flight's handle if it has to stop, because that
    /// was the last; from now on it isn't under way.
    pub(super) fn leave(&self, key: &Key, id: u64) -> Option<H> {
        let mut table = self.table();
        let flight = table.flights.get_mut(key).filter(|flight| flight.id == id)?;
        flight.waiters -= 1;
        if flight.waiters > 0 || flight.background {
            return None;
        }
        table.flights.remove(key).map(|flight| flight.handle)
    }

    /// One who waited has no more time, and still wants the result: the flight goes on to the end
    /// of its own time. It has hardly more, and what it depends on is then judged by how it ends.
    pub(super) fn run_out(&self, key: &Key, id: u64) {
        let mut table = self.table();
        if let Some(flight) = table.flights.get_mut(key).filter(|flight| flight.id == id) {
            flight.waiters -= 1;
            flight.background |= flight.waiters == 0;
        }
    }

    /// A flight is over, whatever came of it: from now on it isn't under way.
    pub(super) fn land(&self, key: &Key, id: u64) {
        let mut table = self.table();
        if table.flights.get(key).is_some_and(|flight| flight.id == id) {
            table.flights.remove(key);
        }
    }

    fn table(&self) -> MutexGuard<'_, Table<H>> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub(super) fn under_way(&self) -> usize {
        self.table().flights.len()
    }

    /// Everything that decides about calls of a key.
    #[cfg(test)]
    pub(super) fn state(&self, key: &Key) -> Option<(u64, u32, usize, bool)> {
        let table = self.table();
        let Flight { id, attempt, waiters, background, .. } = table.flights.get(key)?;
        Some((*id, *attempt, *waiters, *background))
    }
}

impl<H: Clone> Table<H> {
    fn begin(
        &mut self,
        key: &Key,
        limit: usize,
        flight: impl FnOnce(u64) -> Flight<H>,
    ) -> Option<(u64, H)> {
        if self.flights.len() >= limit {
            return None;
        }
        let Entry::Vacant(place) = self.flights.entry(key.clone()) else { return None };
        self.next += 1;
        let flight = place.insert(flight(self.next));
        Some((flight.id, flight.handle.clone()))
    }
}
