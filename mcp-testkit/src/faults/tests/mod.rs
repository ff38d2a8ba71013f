mod conditions;
mod decisions;
mod dependencies;
mod places;
mod records;
mod replay;
mod tools;

use super::passage::Passage;
use super::place::Place;
use super::{Fault, Faults};

/// The ordinals that were struck of so many passages of one edge.
fn struck(faults: &Faults, passages: u64) -> Vec<u64> {
    let place = Place::Function("t".into());
    for _ in 0..passages {
        faults.0.decide(&place, &Passage::default());
    }
    faults.journal().iter().map(super::Strike::ordinal).collect()
}

fn plan(seed: u64, fault: Fault) -> Faults {
    Faults::of(seed).tool("t", fault)
}
