//! How many effects a key had, in two lives of a server.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::life::{Life, World};
use crate::effects::Count;

/// What the first server leaves to be counted.
pub(super) struct Earlier(Option<(Arc<dyn Count>, u64)>);

impl Earlier {
    /// What happens from now on.
    pub(super) fn of(life: &Life) -> Self {
        Self(life.call.effects.clone().map(|count| {
            let before = count.count();
            (count, before)
        }))
    }

    /// The same, and what happens from now on under the next server. Each is counted by its own
    /// counter, so that it doesn't matter whether they count in the same place.
    pub(super) fn and_of(&self, next: &Life, world: &World) -> Effects {
        let had = self.0.as_ref().map(|(count, before)| count.count().saturating_sub(*before));
        let by = match (had, &next.call.effects) {
            (Some(had), Some(count)) => {
                By::Count { had, since: count.count(), count: count.clone() }
            }
            // Where interrupted calls run again by right, nobody knows.
            _ if next.settles => By::Nobody,
            _ => By::Runs(world.clone()),
        };
        Effects(by)
    }
}

/// Counts the effects of a key.
pub(super) struct Effects(By);

enum By {
    Count { had: u64, since: u64, count: Arc<dyn Count> },
    Runs(World),
    Nobody,
}

impl Effects {
    /// By now, where anybody knows.
    pub(super) fn count(&self) -> Option<u64> {
        match &self.0 {
            By::Count { had, since, count } => Some(had + count.count().saturating_sub(*since)),
            By::Runs(world) => Some(world.runs.load(Ordering::SeqCst).into()),
            By::Nobody => None,
        }
    }
}
