//! The digest of a value, as records have it.

use std::fmt;

use super::digits;

/// How many bytes of a keyed hash make a digest: enough to know a value again, and half the room.
const BYTES: usize = 16;

/// The digest of a value: 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Digest([u8; 2 * BYTES]);

impl Digest {
    /// The first bytes of a hash.
    pub(crate) fn of(hash: &[u8; 32]) -> Self {
        let mut text = [0; 2 * BYTES];
        for (place, byte) in text.as_chunks_mut().0.iter_mut().zip(hash) {
            *place = *digits(*byte);
        }
        Self(text)
    }

    /// Its digits.
    pub(super) fn text(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Digits are always text.
        f.write_str(str::from_utf8(&self.0).unwrap_or_default())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_the_digits_of_the_first_half_of_a_hash() {
        let mut hash = [0xff; 32];
        hash[..4].copy_from_slice(&[0x00, 0x0a, 0xa0, 0x9f]);
        hash[16] = 0;
        assert_eq!(Digest::of(&hash).to_string(), format!("000aa09f{}", "ff".repeat(12)));
    }
}
