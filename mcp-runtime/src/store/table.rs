//! A bounded map that forgets what it loses least by.
//!
//! Looking for the least valuable of all entries would cost a scan, and keeping them in order a
//! tree or a list. A sample does: of 16 entries picked at random, the worst lies outside of the
//! worst fifth of a table about once in 35 times, and in its better half once in 65,536.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};

/// How many entries compete for eviction. A table that has no more of them is looked at in full.
const SAMPLE: usize = 16;
/// How many entries an insertion looks at in passing, to drop those that are worth nothing. More
/// than one, so that they go faster than they can come.
const SWEPT: usize = 2;

/// At most so many entries. Each operation is `O(1)` and none of them waits.
pub(crate) struct Table<K, V, S = RandomState> {
    most: usize,
    slots: Vec<(K, V)>,
    places: HashMap<K, usize, S>,
    hand: usize,
}

impl<K: Clone + Eq + Hash, V, S: BuildHasher + Default> Table<K, V, S> {
    pub(crate) fn new(most: usize) -> Self {
        Self { most: most.max(1), slots: Vec::new(), places: HashMap::default(), hand: 0 }
    }

    pub(crate) fn get<Q>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.places.get(key).map(|place| &self.slots[*place].1)
    }

    pub(crate) fn get_mut<Q>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.places.get(key).map(|place| &mut self.slots[*place].1)
    }

    /// Puts an entry in, and makes room for it: entries whose worth is `None` equal absent ones
    /// and go first, then the one of least worth among a few.
    pub(crate) fn insert<W: Ord>(&mut self, key: K, value: V, worth: impl Fn(&V) -> Option<W>) {
        if let Some(present) = self.get_mut(&key) {
            *present = value;
            return;
        }
        self.sweep(&worth);
        if self.slots.len() >= self.most
            && let Some(place) = self.candidates().min_by_key(|place| worth(&self.slots[*place].1))
        {
            self.remove_at(place);
        }
        self.places.insert(key.clone(), self.slots.len());
        self.slots.push((key, value));
    }

    pub(crate) fn remove<Q>(&mut self, key: &Q)
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        if let Some(place) = self.places.get(key) {
            self.remove_at(*place);
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &(K, V)> {
        self.slots.iter()
    }

    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    fn sweep<W>(&mut self, worth: impl Fn(&V) -> Option<W>) {
        for _ in 0..SWEPT {
            if self.hand >= self.slots.len() {
                self.hand = 0;
            }
            match self.slots.get(self.hand) {
                Some((_, value)) if worth(value).is_none() => self.remove_at(self.hand),
                Some(_) => self.hand += 1,
                None => return,
            }
        }
    }

    fn candidates(&self) -> impl Iterator<Item = usize> + use<K, V, S> {
        let length = self.slots.len();
        (0..SAMPLE.min(length))
            .map(move |place| if length <= SAMPLE { place } else { fastrand::usize(..length) })
    }

    fn remove_at(&mut self, place: usize) {
        let (key, _) = self.slots.swap_remove(place);
        self.places.remove(&key);
        if let Some((moved, _)) = self.slots.get(place)
            && let Some(its_place) = self.places.get_mut(moved)
        {
            *its_place = place;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_least_worth_makes_room() {
        let mut table: Table<_, _> = Table::new(3);
        for (key, worth) in [("a", 5), ("b", 1), ("c", 3), ("d", 2)] {
            table.insert(key, worth, |worth| Some(*worth));
        }
        assert_eq!(table.get("b"), None);
        assert_eq!((table.len(), table.get("a"), table.get("d")), (3, Some(&5), Some(&2)));
    }

    #[test]
    fn a_large_table_keeps_its_best() {
        let (rising, falling): (Vec<u32>, Vec<u32>) =
            ((0..1_000).collect(), (0..1_000).rev().collect());
        for order in [rising, falling] {
            let mut table: Table<_, _> = Table::new(1_000);
            for key in order {
                table.insert(key, key, |worth| Some(*worth));
            }
            for key in 1_000..1_500 {
                table.insert(key, u32::MAX, |worth| Some(*worth));
            }
            let kept = (900..1_000).filter(|key| table.get(key).is_some()).count();
            assert!(kept >= 95, "{kept} of the best hundred");
        }
    }

    #[test]
    fn what_is_worth_nothing_is_dropped_in_passing() {
        let mut table: Table<_, _> = Table::new(1_000);
        for key in 0..600 {
            table.insert(key, false, |live| live.then_some(()));
        }
        assert!(table.len() <= SWEPT, "{} dead entries", table.len());
        for key in 0..600 {
            table.insert(key, true, |_| Some(()));
        }
        for key in 1_000..1_300 {
            table.insert(key, true, |_| None::<()>);
        }
        assert!(table.len() <= 302, "{} entries", table.len());
    }

    proptest! {
        #[test]
        fn it_is_a_map_within_its_bound(steps in prop::collection::vec((0..20_u8, 0..3_u8), 0..200)) {
            let mut table: Table<_, _> = Table::new(8);
            let mut model = BTreeMap::new();
            for (at, (key, action)) in steps.into_iter().enumerate() {
                if action == 0 {
                    table.remove(&key);
                    model.remove(&key);
                } else {
                    table.insert(key, at, |at| Some(*at));
                    model.insert(key, at);
                    if model.len() > 8 {
                        let oldest = *model.iter().min_by_key(|(_, at)| **at).unwrap().0;
                        model.remove(&oldest);
                    }
                }
                let mut kept: Vec<_> = table.iter().copied().collect();
                kept.sort_unstable();
                prop_assert_eq!(kept, model.iter().map(|(k, v)| (*k, *v)).collect::<Vec<_>>());
                prop_assert!((0..20).all(|key| table.get(&key) == model.get(&key)));
            }
        }
    }
}
