//! Chance that can be repeated.

use std::collections::hash_map::RandomState;
use std::env;
use std::hash::BuildHasher;

/// The variable that replays a seed.
pub(super) const VARIABLE: &str = "MCP_TEST_SEED";

/// The seed that the environment asks for.
///
/// # Panics
///
/// When it asks for something that isn't a number.
#[track_caller]
pub(crate) fn asked_for() -> Option<u64> {
    let asked = env::var_os(VARIABLE)?;
    let seed = asked.to_str().and_then(|text| text.trim().parse().ok());
    Some(seed.unwrap_or_else(|| {
        panic!("{VARIABLE} is {}: it must be a number as a failed test prints it", asked.display())
    }))
}

/// A seed that nobody chose. Short, since people copy it.
pub(super) fn fresh() -> u64 {
    RandomState::new().hash_one(()) >> 32
}

/// What chance decides about one fault at one edge: a function of the seed, the edge's name, the
/// fault's position there and the ordinal of what passes, and of nothing else.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dice<'a> {
    pub(super) seed: u64,
    pub(super) edge: &'a str,
    pub(super) position: u64,
}

impl Dice<'_> {
    /// Whether to strike: from 0 up to, never reaching, 1.
    pub(super) fn chance(&self, ordinal: u64) -> f64 {
        unit(self.roll(ordinal, 0))
    }

    /// How much of a range: the same.
    pub(super) fn share(&self, ordinal: u64) -> f64 {
        unit(self.roll(ordinal, 1))
    }

    fn roll(&self, ordinal: u64, purpose: u64) -> u64 {
        let start = mix(self.seed ^ name(self.edge));
        [self.position, ordinal, purpose].into_iter().fold(start, |sum, part| mix(sum ^ part))
    }
}

/// The upper 53 bits, which an `f64` holds exactly.
#[allow(clippy::cast_precision_loss, reason = "53 bits fit")]
fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

/// `SplitMix64` (Steele, Lea, Flood 2014): one step. Written out, since a seed has to mean the same
/// with every version of any crate.
fn mix(state: u64) -> u64 {
    let z = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// FNV-1a, 64 bits.
fn name(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}
