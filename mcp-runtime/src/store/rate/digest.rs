//! The names of buckets, made of what may have any length.

use std::hash::{BuildHasherDefault, Hash, Hasher};

/// Ends a name before it is hashed on: no text has this byte.
const END: u8 = 0xff;

/// A bucket's name, or a part of one. Under a random key no caller can find a name that meets
/// another's, and by accident it takes some 2⁶⁴ of them. Its size doesn't depend on what the caller
/// is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Digest([u64; 2]);

impl Digest {
    /// Of what a hasher was given, read twice: the second half is the hash of the same name and one
    /// byte more.
    pub(super) fn of(mut hasher: impl Hasher) -> Self {
        let first = hasher.finish();
        hasher.write_u8(END);
        Self([first, hasher.finish()])
    }

    /// The name that two parts make together. One of them under a random key is enough: nobody can
    /// tell how it differs from another.
    pub(super) fn with(self, other: Self) -> Self {
        let (Self([first, second]), Self([third, fourth])) = (self, other);
        Self([first ^ third, second ^ fourth])
    }
}

impl Hash for Digest {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0[0]);
    }
}

/// A table's own hash of a name, which is one already: nobody who doesn't know the key can choose
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

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::hash::DefaultHasher;

    use super::*;

    fn digest(name: u32) -> Digest {
        let mut hasher = DefaultHasher::new();
        hasher.write_u32(name);
        Digest::of(hasher)
    }

    #[test]
    fn neither_half_repeats_the_other_or_that_of_another_name() {
        let halves: HashSet<u64> = (0..1_000).flat_map(|name| digest(name).0).collect();
        assert_eq!(halves.len(), 2_000);
    }

    #[test]
    fn both_parts_tell_names_apart() {
        let parts = (0..30).flat_map(|one| (100..130).map(move |other| (one, other)));
        let halves: HashSet<u64> =
            parts.flat_map(|(one, other)| digest(one).with(digest(other)).0).collect();
        assert_eq!(halves.len(), 2 * 30 * 30);
    }
}
