//! Results in this process, bounded by bytes.

use std::mem::size_of;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use super::super::Step;
use super::recent::{Recent, Slot};
use super::{CacheStore, Key, Stored};

/// The memory that a server's cache takes: enough for tens of thousands of ordinary results, and
/// little beside what the process takes anyway.
pub(crate) const DEFAULT_BYTES: usize = 64 << 20;
/// One result may take this share of the whole, so that none drives out all the others.
const LARGEST_SHARE: usize = 16;
/// What an entry takes besides its key and its reply: its slot, and its place by key. Charging it
/// bounds the number of small entries too.
const OVERHEAD: usize = 2 * (size_of::<Slot<Kept>>() + size_of::<(Key, usize)>());

/// A cache in this process. The least recently used result goes first.
///
/// Exactly so: the entries know the order of their use. One lock guards them; it is held for a step
/// alone, and replies are copied and dropped outside of it. A cache in shards would spread the
/// lock, and would give each shard a fraction of the bytes to itself.
pub(crate) struct MemoryCache {
    capacity: usize,
    entries: Mutex<Entries>,
}

#[derive(Default)]
struct Entries {
    recent: Recent<Kept>,
    bytes: usize,
}

struct Kept {
    stored: Stored,
    bytes: usize,
}

impl MemoryCache {
    /// A cache of at most so many bytes.
    pub(crate) fn new(capacity: usize) -> Self {
        Self { capacity, entries: Mutex::default() }
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    fn bytes(&self) -> usize {
        let entries = self.entries();
        let kept: usize = entries.recent.values().iter().map(|kept| kept.bytes).sum();
        assert_eq!(entries.bytes, kept);
        entries.bytes
    }
}

impl Default for MemoryCache {
    fn default() -> Self {
        Self::new(DEFAULT_BYTES)
    }
}

impl CacheStore for MemoryCache {
    fn get(&self, key: &Key) -> Step<Option<Stored>> {
        let now = Instant::now();
        let mut entries = self.entries();
        let found = entries.recent.touch(key).map(|kept| kept.stored.clone());
        let useless = found.as_ref().is_some_and(|stored| stored.age(now) >= stored.useful);
        let dropped = useless.then(|| entries.remove(key));
        drop(entries);
        drop(dropped);
        Step::done(found.filter(|_| !useless))
    }

    fn put(&self, key: Key, stored: Stored) -> Step<()> {
        let bytes = OVERHEAD + key.bytes() + stored.reply.bytes();
        let mut dropped = Vec::new();
        let mut entries = self.entries();
        // Also where the new result is too large: what it replaces is out of date.
        dropped.extend(entries.remove(&key));
        if bytes <= self.capacity / LARGEST_SHARE {
            while entries.bytes + bytes > self.capacity
                && let Some(kept) = entries.remove_oldest()
            {
                dropped.push(kept);
            }
            entries.insert(key, stored, bytes);
        }
        drop(entries);
        drop(dropped);
        Step::done(())
    }
}

impl Entries {
    fn insert(&mut self, key: Key, stored: Stored, bytes: usize) {
        self.bytes += bytes;
        let replaced = self.recent.insert(key, Kept { stored, bytes });
        self.gone(replaced);
    }

    fn remove(&mut self, key: &Key) -> Option<Kept> {
        let removed = self.recent.remove(key);
        self.gone(removed)
    }

    fn remove_oldest(&mut self) -> Option<Kept> {
        let removed = self.recent.remove_oldest();
        self.gone(removed)
    }

    fn gone(&mut self, removed: Option<Kept>) -> Option<Kept> {
        self.bytes -= removed.as_ref().map_or(0, |kept| kept.bytes);
        removed
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::time::Duration;

    use futures_util::FutureExt;
    use proptest::prelude::*;

    use super::*;
    use crate::call::{KeptReply, Reply};

    fn key(n: usize) -> Key {
        Key::new("t", "1", Some("anna"), format!("{{\"n\":{n}}}"))
    }

    fn stored(text: &str) -> Stored {
        Stored {
            reply: KeptReply::new(Reply::text(text)).expect("no raw reply"),
            created: Instant::now(),
            cost: Duration::ZERO,
            lifetime: Duration::from_secs(10),
            useful: Duration::from_secs(20),
        }
    }

    fn put(cache: &MemoryCache, n: usize, text: &str) {
        cache.put(key(n), stored(text)).now_or_never().expect("done at once").unwrap();
    }

    fn get(cache: &MemoryCache, n: usize) -> Option<String> {
        let found = cache.get(&key(n)).now_or_never().expect("done at once").unwrap();
        found.map(|stored| match &stored.reply.reply().content()[0] {
            crate::Content::Text(text) => text.to_string(),
            other => panic!("{other:?}"),
        })
    }

    #[tokio::test(start_paused = true)]
    async fn the_latest_result_counts() {
        let cache = MemoryCache::default();
        assert_eq!(get(&cache, 1), None);
        put(&cache, 1, "old");
        put(&cache, 1, "new");
        assert_eq!(get(&cache, 1).as_deref(), Some("new"));
        assert_eq!(get(&cache, 2), None);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_of_no_use_gives_its_bytes_back() {
        let cache = MemoryCache::default();
        put(&cache, 1, "x");
        tokio::time::advance(Duration::from_millis(19_999)).await;
        assert!(get(&cache, 1).is_some());
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!(get(&cache, 1), None);
        assert_eq!(cache.bytes(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_result_beyond_its_share_is_not_kept_and_replaces_the_old_one() {
        let cache = MemoryCache::new(16 << 10);
        put(&cache, 1, "small");
        put(&cache, 1, &"x".repeat(1 << 10));
        assert_eq!(get(&cache, 1), None);
        assert_eq!(cache.bytes(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_large_key_counts_too() {
        let cache = MemoryCache::new(16 << 10);
        let large = Key::new("t", "1", None, "x".repeat(1 << 10));
        cache.put(large, stored("small")).now_or_never();
        assert_eq!(cache.bytes(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn the_least_recently_used_goes_first() {
        let probe = MemoryCache::default();
        put(&probe, 10, "x");
        let cache = MemoryCache::new(probe.bytes() * LARGEST_SHARE);
        let last = 10 + LARGEST_SHARE;
        for n in 10..last {
            put(&cache, n, "x");
        }
        assert_eq!(cache.bytes(), probe.bytes() * LARGEST_SHARE, "it is full");
        assert!(get(&cache, 10).is_some());
        put(&cache, last, "x");
        put(&cache, last + 1, "x");
        let there = (10..last + 2).filter(|n| get(&cache, *n).is_some());
        let expected: Vec<_> = (10..last + 2).filter(|n| ![11, 12].contains(n)).collect();
        assert_eq!(there.collect::<Vec<_>>(), expected);
    }

    proptest! {
        /// Whatever is put and asked for: the bound holds, and what is found is what was put last.
        #[test]
        fn bytes_stay_bounded(
            steps in prop::collection::vec((0_usize..30, 0_usize..900, any::<bool>()), 1..200),
        ) {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_time().start_paused(true).build().unwrap();
            runtime.block_on(async {
                let cache = MemoryCache::new(16 << 10);
                let mut last = HashMap::new();
                for (n, length, reads) in steps {
                    if reads {
                        if let Some(found) = get(&cache, n) {
                            assert_eq!(last.get(&n), Some(&found));
                        }
                    } else {
                        let text = "x".repeat(length);
                        put(&cache, n, &text);
                        let kept = get(&cache, n).is_some();
                        let fits = OVERHEAD + key(n).bytes() + stored(&text).reply.bytes() <= 1024;
                        assert_eq!(kept, fits);
                        last.insert(n, text);
                    }
                    assert!(cache.bytes() <= 16 << 10);
                }
            });
        }
    }
}
