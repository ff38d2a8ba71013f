//! Scripts at random.

use proptest::prelude::*;

use super::act::{Act, Script};

pub(crate) fn scripts(steps: usize) -> impl Strategy<Value = Script> {
    let numbers = prop::collection::vec(any::<u64>(), 1..steps);
    numbers.prop_map(|numbers| numbers.into_iter().map(Act::of).collect())
}
