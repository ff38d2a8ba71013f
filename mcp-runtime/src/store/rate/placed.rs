//! Where names fall in a table.

use std::hash::{BuildHasherDefault, Hasher};

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
