//! Text and comparisons in constants, for messages at compile time.

/// Text put together in a constant: three names of at most 128 characters, and words between them.
pub(crate) struct Text {
    bytes: [u8; 1024],
    length: usize,
}

impl Text {
    pub(crate) const fn new() -> Self {
        Self { bytes: [0; 1024], length: 0 }
    }

    pub(crate) const fn push(&mut self, text: &str) -> &mut Self {
        let text = text.as_bytes();
        let mut i = 0;
        while i < text.len() && self.length < self.bytes.len() {
            self.bytes[self.length] = text[i];
            self.length += 1;
            i += 1;
        }
        self
    }

    pub(crate) const fn as_str(&self) -> &str {
        match std::str::from_utf8(self.bytes.split_at(self.length).0) {
            Ok(text) => text,
            Err(_) => "the tools on this server don't fit together",
        }
    }
}

/// A hash of a text, in a constant: FNV-1a.
pub(crate) const fn hash(text: &str) -> u64 {
    let text = text.as_bytes();
    let mut hash = 0xcbf2_9ce4_8422_2325;
    let mut i = 0;
    while i < text.len() {
        hash = (hash ^ text[i] as u64).wrapping_mul(0x0100_0000_01b3);
        i += 1;
    }
    hash
}

/// `a == b`, in a constant.
pub(crate) const fn equal(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// The most similar of several words, in a constant.
pub(crate) mod nearest {
    /// Longer words have no similar one: distances are computed in arrays of this length.
    const LONGEST: usize = 128;

    /// A search that words are offered to, one by one.
    pub(crate) struct Search {
        word: &'static str,
        best: Option<&'static str>,
        distance: usize,
    }

    impl Search {
        pub(crate) const fn new(word: &'static str) -> Self {
            // A third of the word may differ, and three characters at most.
            let third = word.len() / 3;
            let allowed = if third < 3 { third } else { 3 };
            Self { word, best: None, distance: allowed + 1 }
        }

        pub(crate) const fn offer(&mut self, candidate: &'static str) {
            let distance = distance(self.word.as_bytes(), candidate.as_bytes());
            if distance < self.distance {
                self.best = Some(candidate);
                self.distance = distance;
            }
        }

        pub(crate) const fn found(&self) -> Option<&'static str> {
            self.best
        }
    }

    /// How many bytes have to be changed, added or left out (Levenshtein).
    const fn distance(a: &[u8], b: &[u8]) -> usize {
        if a.len() > LONGEST || b.len() > LONGEST || a.len().abs_diff(b.len()) > 3 {
            return usize::MAX;
        }
        let mut row = [0; LONGEST + 1];
        let mut j = 0;
        while j <= b.len() {
            row[j] = j;
            j += 1;
        }
        let mut i = 0;
        while i < a.len() {
            let mut diagonal = row[0];
            row[0] = i + 1;
            let mut j = 0;
            while j < b.len() {
                let changed = diagonal + (a[i] != b[j]) as usize;
                diagonal = row[j + 1];
                let shorter = if row[j] < diagonal { row[j] } else { diagonal };
                row[j + 1] = if changed <= shorter { changed } else { shorter + 1 };
                j += 1;
            }
            i += 1;
        }
        row[b.len()]
    }

    #[cfg(test)]
    mod tests {
        use proptest::prelude::*;

        use super::*;

        proptest! {
            #[test]
            fn distances_are_those_of_the_crate(a in "[ab:]{0,9}", b in "[ab:]{0,9}") {
                let expected = strsim::levenshtein(&a, &b);
                let far = a.len().abs_diff(b.len()) > 3;
                let found = distance(a.as_bytes(), b.as_bytes());
                prop_assert_eq!(found, if far { usize::MAX } else { expected });
            }
        }

        #[test]
        fn near_words_are_found_and_far_ones_are_not() {
            let nearest = |word| {
                let mut search = Search::new(word);
                for candidate in ["read:invoices", "write:invoices", "a:b"] {
                    search.offer(candidate);
                }
                search.found()
            };
            assert_eq!(nearest("read:invoice"), Some("read:invoices"));
            assert_eq!(nearest("writ:invoices"), Some("write:invoices"));
            assert_eq!(nearest("delete:invoices"), None);
            assert_eq!(nearest("c:d"), None);
            assert_eq!(nearest("read:payments"), None);
        }

        #[test]
        fn long_words_have_no_similar_one() {
            let long: &'static str = "x".repeat(LONGEST + 1).leak();
            let mut search = Search::new(long);
            search.offer(long);
            assert_eq!(search.found(), None);
        }
    }
}
