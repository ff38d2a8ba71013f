//! [`Principal`]: a caller's name, and its [`Digest`], which tables go by.

use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::sync::{Arc, LazyLock, OnceLock};

/// The key under which callers' names are hashed: nobody outside of this process knows it.
static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// Ends a name before it is hashed on: no text has this byte.
const END: u8 = 0xff;

/// The name that everything about a caller is kept under.
#[derive(Clone)]
pub(crate) struct Principal {
    name: Arc<str>,
    /// Made when it is first asked for: callers without rates have none, and one whose credential
    /// is known here has it made once.
    digest: OnceLock<Digest>,
}

impl Principal {
    pub(crate) fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// Of the name, under a random key. It means nothing outside of this process.
    pub(crate) fn digest(&self) -> Digest {
        *self.digest.get_or_init(|| {
            let mut hasher = KEY.build_hasher();
            hasher.write(self.name.as_bytes());
            Digest::of(hasher)
        })
    }
}

impl<T: Into<Arc<str>>> From<T> for Principal {
    fn from(name: T) -> Self {
        Self { name: name.into(), digest: OnceLock::new() }
    }
}

impl PartialEq for Principal {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// What stands for a name of any length in a table. Under a random key no caller can find a name
/// whose digest is another's, and by accident it takes some 2⁶⁴ of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Digest([u64; 2]);

impl Digest {
    /// Of what a hasher was given, read twice: the second half is the hash of the same name and one
    /// byte more.
    pub(crate) fn of(mut hasher: impl Hasher) -> Self {
        let first = hasher.finish();
        hasher.write_u8(END);
        Self([first, hasher.finish()])
    }

    /// Of the name that two parts make together. One of them under a random key is enough: nobody can
    /// tell how it differs from another.
    pub(crate) fn with(self, other: Self) -> Self {
        let (Self([first, second]), Self([third, fourth])) = (self, other);
        Self([first ^ third, second ^ fourth])
    }
}

impl Hash for Digest {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0[0]);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::hash::DefaultHasher;

    use super::*;

    #[test]
    fn the_same_name_has_the_same_digest_and_is_equal_before_it_is_made() {
        let (anna, again, bert) =
            (Principal::from("anna"), Principal::from("anna"), Principal::from("bert"));
        let digest = anna.digest();
        assert!(anna == again && anna != bert);
        assert_eq!((anna.digest(), again.digest()), (digest, digest));
        assert_ne!(bert.digest(), digest);
    }

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
