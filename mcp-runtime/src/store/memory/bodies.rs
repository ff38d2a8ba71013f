//! The newest of many texts, one after the other in one buffer.

use std::collections::VecDeque;

/// What the buffer has room for at first.
const ROOM: usize = 64 << 10;

/// Texts in the order in which they came, bounded. What is added takes the place of the oldest, so
/// that a ring which is full neither asks for memory nor gives any back.
pub(super) struct Bodies {
    most: usize,
    bytes_most: usize,
    /// Of all texts.
    bytes: VecDeque<u8>,
    /// Where each text ends, counted from the first that ever was.
    ends: VecDeque<u64>,
    /// Where the last one ends that is gone.
    gone: u64,
}

impl Bodies {
    /// Keeps so many texts at most, and so many bytes of them.
    pub(super) fn bounded(most: usize, bytes_most: usize) -> Self {
        Self { most, bytes_most, bytes: VecDeque::new(), ends: VecDeque::new(), gone: 0 }
    }

    /// Adds a text. What comes back is how many had to go for it, the oldest first; one that is
    /// longer than all may be together is among them.
    pub(super) fn push(&mut self, text: &[u8]) -> usize {
        let before = self.ends.len();
        while self.ends.len() >= self.most || self.bytes.len() + text.len() > self.bytes_most {
            if !self.pop() {
                return before + 1;
            }
        }
        let gone = before - self.ends.len();
        self.reserve(text.len());
        self.bytes.extend(text);
        self.ends.push_back(self.gone + self.bytes.len() as u64);
        gone
    }

    /// The text at this place, from 0 for the oldest.
    pub(super) fn get(&self, index: usize) -> Option<Vec<u8>> {
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).map_or(self.gone, |before| self.ends[before]);
        Some(self.bytes.range(self.place(start)..self.place(end)).copied().collect())
    }

    /// All texts but so many of the oldest, in order.
    pub(super) fn after(&self, skipped: usize) -> impl Iterator<Item = Vec<u8>> + '_ {
        (skipped..self.ends.len()).filter_map(|index| self.get(index))
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there was one to drop.
    fn pop(&mut self) -> bool {
        let Some(end) = self.ends.pop_front() else { return false };
        self.bytes.drain(..self.place(end));
        self.gone = end;
        true
    }

    /// Doubles the buffer where there is no room for so much more, up to the bound.
    fn reserve(&mut self, more: usize) {
        let (held, room) = (self.bytes.len(), self.bytes.capacity());
        if held + more > room {
            let wanted = (2 * room).max(ROOM).min(self.bytes_most).max(held + more);
            self.bytes.reserve_exact(wanted - held);
        }
    }

    /// Where in the buffer a text ends or begins.
    fn place(&self, end: u64) -> usize {
        // What is held fits into memory.
        usize::try_from(end - self.gone).unwrap_or(usize::MAX)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(bodies: &Bodies) -> Vec<Vec<u8>> {
        bodies.after(0).collect()
    }

    #[test]
    fn the_newest_are_kept_within_both_bounds() {
        let mut bodies = Bodies::bounded(3, 10);
        let gone: Vec<_> = ["a", "b", "c", "d"].map(|text| bodies.push(text.as_bytes())).into();
        assert_eq!(
            (gone, all(&bodies)),
            (vec![0, 0, 0, 1], vec![b"b".into(), b"c".into(), b"d".into()])
        );
        // Ten bytes are not too many, eleven are.
        assert_eq!((bodies.push(b"12345678"), bodies.len()), (1, 3));
        assert_eq!((bodies.push(b"xyz"), all(&bodies)), (3, vec![b"xyz".into()]));
        assert_eq!((bodies.push(&[0; 10]), bodies.len()), (1, 1));
        // Nothing is kept of what has no room at all.
        assert_eq!((bodies.push(&[0; 11]), bodies.len()), (2, 0));
        assert_eq!((bodies.push(b""), all(&bodies)), (0, vec![vec![]]));
    }

    #[test]
    fn the_buffer_never_has_room_for_more_than_is_kept() {
        let most = 5 * ROOM;
        let mut bodies = Bodies::bounded(usize::MAX, most);
        for length in (0..2_000).map(|n| 7 * n % 1_000) {
            bodies.push(&vec![0; length]);
            assert!(bodies.bytes.len() <= most && bodies.bytes.capacity() <= most);
        }
        assert_eq!(bodies.bytes.capacity(), most);
    }

    proptest! {
        #[test]
        fn texts_are_as_they_came(
            texts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..9), 0..60),
        ) {
            let mut bodies = Bodies::bounded(7, 20);
            let mut expected: Vec<Vec<u8>> = Vec::new();
            for text in texts {
                expected.push(text.clone());
                let gone = bodies.push(&text);
                expected.drain(..gone);
                prop_assert_eq!(&all(&bodies), &expected);
                prop_assert_eq!(bodies.get(expected.len()), None);
            }
        }
    }
}
