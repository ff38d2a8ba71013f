//! What JSON texts are written with, where a server writes its own: strings' plain parts, and
//! whole numbers.

/// How many bytes a text begins with that stand in JSON as they are: up to the first quotation
/// mark, backslash or control character (RFC 8259, section 7).
pub(crate) fn plain(text: &[u8]) -> usize {
    let (words, rest) = text.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let found = escaped_in(u64::from_le_bytes(*word));
        if found != 0 {
            // The first byte of the text is the lowest of its word.
            return 8 * index + (found.trailing_zeros() / 8) as usize;
        }
    }
    if let Some(last) = text.last_chunk() {
        // Those of the last eight that aren't of the rest were looked at before, and are plain.
        let found = escaped_in(u64::from_le_bytes(*last)).trailing_zeros() / 8;
        return text.len() - 8 + found as usize;
    }
    let end = rest.iter().position(|byte| is_escaped(*byte));
    text.len() - rest.len() + end.unwrap_or(rest.len())
}

fn is_escaped(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

/// The high bits of those of eight bytes that are escaped. Above the lowest of them there may be
/// more, by what it borrows.
fn escaped_in(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let below = |word: u64, limit: u64| word.wrapping_sub(ONES * limit) & !word;
    let is = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    (below(word, 0x20) | is(b'"') | is(b'\\')) & HIGH
}

/// The digits of a whole number.
pub(crate) struct Digits {
    /// 20 of them are the most that a `u64` has.
    digits: [u8; 20],
    start: usize,
}

impl Digits {
    pub(crate) fn of(mut number: u64) -> Self {
        let mut this = Self { digits: [b'0'; 20], start: 20 };
        loop {
            this.start -= 1;
            this.digits[this.start] = digit(number % 10);
            number /= 10;
            if number == 0 {
                return this;
            }
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.digits[self.start..]
    }

    pub(crate) fn as_str(&self) -> &str {
        // Digits are always text.
        str::from_utf8(self.bytes()).unwrap_or_default()
    }
}

/// The last two digits of a number.
#[allow(clippy::cast_possible_truncation, reason = "it is below a hundred")]
pub(crate) fn two_digits(number: u64) -> &'static [u8; 2] {
    static PAIRS: [[u8; 2]; 100] = {
        let (mut pairs, mut number) = ([[0; 2]; 100], 0);
        while number < 100 {
            pairs[number as usize] = [digit(number / 10), digit(number % 10)];
            number += 1;
        }
        pairs
    };
    &PAIRS[(number % 100) as usize]
}

#[allow(clippy::cast_possible_truncation, reason = "it is below ten")]
const fn digit(below_ten: u64) -> u8 {
    b'0' + below_ten as u8
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_byte_that_is_escaped_ends_the_plain_part_at_every_place() {
        for byte in u8::MIN..=u8::MAX {
            for place in 0..20 {
                let mut text = [b'a'; 20];
                text[place] = byte;
                let expected = if is_escaped(byte) { place } else { 20 };
                assert_eq!(plain(&text), expected, "{byte:#x}");
                // Whatever follows it.
                text[place + 1..].fill(b'"');
                assert_eq!(plain(&text), if is_escaped(byte) { place } else { place + 1 }.min(20));
            }
        }
        assert_eq!(plain(b""), 0);
    }

    #[test]
    fn the_last_two_digits_are_told() {
        for (number, digits) in [(0, b"00"), (7, b"07"), (42, b"42"), (99, b"99"), (1_230, b"30")] {
            assert_eq!(two_digits(number), digits);
        }
    }

    proptest! {
        #[test]
        fn the_plain_part_ends_before_the_first_escaped_byte(text: Vec<u8>) {
            let first = text.iter().position(|byte| is_escaped(*byte));
            prop_assert_eq!(plain(&text), first.unwrap_or(text.len()));
        }

        #[test]
        fn digits_are_those_of_the_number(number in prop_oneof![any::<u64>(), 0..1_000_u64]) {
            let digits = Digits::of(number);
            prop_assert_eq!(digits.as_str(), number.to_string());
        }
    }
}
