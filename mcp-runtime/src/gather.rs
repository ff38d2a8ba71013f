//! [`Gathering`]: a hash of many small pieces.

use std::hash::Hasher;

/// Pieces are handed on together once so many bytes of them are there.
const BLOCK: usize = 64;

/// Hashes what another hasher would, with fewer calls of it: JSON comes in pieces of one to eight
/// bytes and short names, and a keyed hash takes longer to begin with a piece than to read it.
pub(crate) struct Gathering<H> {
    hasher: H,
    block: [u8; BLOCK],
    /// How many bytes of the block wait.
    len: usize,
}

impl<H: Hasher> Gathering<H> {
    pub(crate) fn new(hasher: H) -> Self {
        Self { hasher, block: [0; BLOCK], len: 0 }
    }

    fn hand_on(&mut self) {
        self.hasher.write(&self.block[..self.len]);
        self.len = 0;
    }
}

impl<H: Hasher + Clone> Hasher for Gathering<H> {
    #[inline]
    fn write(&mut self, piece: &[u8]) {
        if piece.len() > BLOCK - self.len {
            self.hand_on();
        }
        match self.block.get_mut(self.len..self.len + piece.len()) {
            Some(place) => {
                place.copy_from_slice(piece);
                self.len += piece.len();
            }
            // What is larger than a block has waited for what came before it, and for nothing more.
            None => self.hasher.write(piece),
        }
    }

    fn finish(&self) -> u64 {
        let mut hasher = self.hasher.clone();
        hasher.write(&self.block[..self.len]);
        hasher.finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    /// Notes what it is given.
    #[derive(Clone, Default)]
    struct Noting(Vec<u8>);

    impl Hasher for Noting {
        fn write(&mut self, piece: &[u8]) {
            self.0.extend_from_slice(piece);
        }

        fn finish(&self) -> u64 {
            self.0.len() as u64
        }
    }

    proptest! {
        #[test]
        fn all_pieces_are_hashed_in_their_order(pieces in vec(vec(any::<u8>(), 0..150), 0..12)) {
            let mut gathering = Gathering::new(Noting::default());
            for piece in &pieces {
                gathering.write(piece);
            }
            let all = pieces.concat();
            prop_assert_eq!(gathering.finish(), all.len() as u64);
            gathering.hand_on();
            prop_assert_eq!(gathering.hasher.0, all);
        }
    }
}
