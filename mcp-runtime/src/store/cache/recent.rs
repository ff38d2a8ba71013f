//! A map that knows in which order its entries were used.

use super::{ByKey, Key};

/// Entries by key, each of which knows its neighbours in the order of use. Every operation is
/// `O(1)`, and entries take the room of those that are gone.
pub(super) struct Recent<V> {
    places: ByKey<usize>,
    slots: Vec<Slot<V>>,
    newest: Option<usize>,
    oldest: Option<usize>,
}

/// An entry, and the places of those used just after and just before it.
pub(super) struct Slot<V> {
    key: Key,
    value: V,
    newer: Option<usize>,
    older: Option<usize>,
}

impl<V> Default for Recent<V> {
    fn default() -> Self {
        Self { places: ByKey::default(), slots: Vec::new(), newest: None, oldest: None }
    }
}

impl<V> Recent<V> {
    /// The entry under a key, which becomes the one used last.
    pub(super) fn touch(&mut self, key: &Key) -> Option<&V> {
        let place = *self.places.get(key)?;
        if self.newest != Some(place) {
            self.unlink(place);
            self.link(place);
        }
        Some(&self.slots[place].value)
    }

    /// Puts an entry in as the one used last. What comes back is the one that it replaces.
    pub(super) fn insert(&mut self, key: Key, value: V) -> Option<V> {
        let before = self.remove(&key);
        let place = self.slots.len();
        self.places.insert(key.clone(), place);
        self.slots.push(Slot { key, value, newer: None, older: None });
        self.link(place);
        before
    }

    pub(super) fn remove(&mut self, key: &Key) -> Option<V> {
        let place = self.places.remove(key)?;
        self.unlink(place);
        let removed = self.slots.swap_remove(place);
        // The entry that stood last stands here now.
        if let Some(moved) = self.slots.get(place) {
            let (newer, older) = (moved.newer, moved.older);
            if let Some(its_place) = self.places.get_mut(&moved.key) {
                *its_place = place;
            }
            *self.older_of(newer) = Some(place);
            *self.newer_of(older) = Some(place);
        }
        Some(removed.value)
    }

    pub(super) fn remove_oldest(&mut self) -> Option<V> {
        let key = self.slots[self.oldest?].key.clone();
        self.remove(&key)
    }

    /// Makes the entry at a place, which has no neighbours, the one used last.
    fn link(&mut self, place: usize) {
        let before = self.newest;
        (self.slots[place].newer, self.slots[place].older) = (None, before);
        *self.newer_of(before) = Some(place);
        self.newest = Some(place);
    }

    /// Makes the neighbours of the entry at a place each other's.
    fn unlink(&mut self, place: usize) {
        let Slot { newer, older, .. } = self.slots[place];
        *self.older_of(newer) = older;
        *self.newer_of(older) = newer;
    }

    /// Who stands before the entry at a place; before the end of the list, its newest entry.
    fn older_of(&mut self, place: Option<usize>) -> &mut Option<usize> {
        match place {
            Some(place) => &mut self.slots[place].older,
            None => &mut self.newest,
        }
    }

    /// Who stands after the entry at a place; after the start of the list, its oldest entry.
    fn newer_of(&mut self, place: Option<usize>) -> &mut Option<usize> {
        match place {
            Some(place) => &mut self.slots[place].newer,
            None => &mut self.oldest,
        }
    }

    /// All values, the one used last first.
    #[cfg(test)]
    pub(super) fn values(&self) -> Vec<&V> {
        let slot = |place: usize| &self.slots[place];
        let forth = std::iter::successors(self.newest.map(slot), |of| of.older.map(slot));
        let values: Vec<_> = forth.map(|of| &of.value).collect();
        let back = std::iter::successors(self.oldest.map(slot), |of| of.newer.map(slot));
        assert_eq!((values.len(), back.count()), (self.slots.len(), self.places.len()));
        values
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(n: u8) -> Key {
        Key::new("t", "1", None, n.to_string())
    }

    proptest! {
        #[test]
        fn it_is_a_map_in_the_order_of_use(
            steps in prop::collection::vec((0..8_u8, 0..4_u8), 0..100),
        ) {
            let mut recent = Recent::default();
            // The one used last first.
            let mut model: Vec<(u8, usize)> = Vec::new();
            for (at, (n, action)) in steps.into_iter().enumerate() {
                let place = model.iter().position(|(key, _)| *key == n);
                match action {
                    0 => {
                        let before = place.map(|place| model.remove(place).1);
                        prop_assert_eq!(recent.insert(key(n), at), before);
                        model.insert(0, (n, at));
                    }
                    1 => {
                        let found = place.map(|place| model.remove(place));
                        prop_assert_eq!(recent.touch(&key(n)).copied(), found.map(|of| of.1));
                        model.splice(0..0, found);
                    }
                    2 => {
                        let removed = place.map(|place| model.remove(place).1);
                        prop_assert_eq!(recent.remove(&key(n)), removed);
                    }
                    _ => prop_assert_eq!(recent.remove_oldest(), model.pop().map(|of| of.1)),
                }
                let expected: Vec<_> = model.iter().map(|(_, value)| value).collect();
                prop_assert_eq!(recent.values(), expected);
            }
        }
    }
}
