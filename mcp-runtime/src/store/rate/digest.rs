//! The names of buckets, made of what may have any length.

use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher, RandomState};

use super::{Rate, Whose};
use crate::policies::Per;

/// A bucket's name. Under two random keys no caller can find a name that meets another's, and by
/// accident it takes some 2⁶⁴ of them. Its size doesn't depend on what the caller is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Digest([u64; 2]);

/// Bytes of a name that is hashed in one piece, as nearly all are: each piece that a hasher is given
/// has a price of its own.
const SHORT: usize = 64;

/// The two keys.
pub(super) struct Digests([RandomState; 2]);

impl Digests {
    pub(super) fn new() -> Self {
        Self([RandomState::new(), RandomState::new()])
    }

    pub(super) fn of(&self, whose: Whose<'_>, rate: &Rate) -> Digest {
        let (principal, tool) = match rate.limit.per {
            Per::Caller => (whose.principal, whose.tool),
            Per::Tool => ("", whose.tool),
            Per::Global => ("", ""),
        };
        let mut name = [0; SHORT];
        let length = size_of::<u64>() + principal.len() + 1 + tool.len();
        let Some(name) = name.get_mut(..length) else {
            return Digest(self.0.each_ref().map(|key| key.hash_one((rate.name, principal, tool))));
        };
        let (limit, names) = name.split_at_mut(size_of::<u64>());
        limit.copy_from_slice(&rate.name.to_le_bytes());
        let (first, second) = names.split_at_mut(principal.len());
        first.copy_from_slice(principal.as_bytes());
        // No text has this byte.
        second[0] = 0xff;
        second[1..].copy_from_slice(tool.as_bytes());
        Digest(self.0.each_ref().map(|key| {
            let mut hasher = key.build_hasher();
            hasher.write(name);
            hasher.finish()
        }))
    }
}

impl Hash for Digest {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0[0]);
    }
}

/// A table's own hash of a name, which is one already: nobody who doesn't know the keys can choose
/// where it falls.
pub(crate) type Placed = BuildHasherDefault<AsItIs>;

#[derive(Default)]
pub(crate) struct AsItIs(u64);

impl Hasher for AsItIs {
    fn write(&mut self, bytes: &[u8]) {
        // Names are one number each; whatever else comes is mixed in rather than lost.
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
