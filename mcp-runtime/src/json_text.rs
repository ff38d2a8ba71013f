//! What JSON texts are written with, where a server writes its own: strings, their plain parts, and
//! whole numbers.

/// How many bytes a text begins with that stand in JSON as they are: up to the first quotation
/// mark, backslash or control character (RFC 8259, section 7).
pub(crate) fn plain(text: &[u8]) -> usize {
    let (words, rest) = text.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let place = first_escaped(*word);
        if place < word.len() {
            return 8 * index + place;
        }
    }
    if let Some(last) = text.last_chunk() {
        // Those of the last eight that aren't of the rest were looked at before, and are plain.
        return text.len() - last.len() + first_escaped(*last);
    }
    let end = rest.iter().position(|byte| is_escaped(*byte));
    text.len() - rest.len() + end.unwrap_or(rest.len())
}

/// Writes a string with its quotes, as `serde_json` does. Whether a canonical text has it the same:
/// there no control character is written in short.
pub(crate) fn write_string(text: &[u8], into: &mut Vec<u8>) -> bool {
    into.push(b'"');
    let is_canonical = write_escaped(text, into);
    into.push(b'"');
    is_canonical
}

/// Writes what stands between a string's quotes; see [`write_string`].
pub(crate) fn write_escaped(text: &[u8], into: &mut Vec<u8>) -> bool {
    // Most strings are plain as a whole, and then one copy.
    let (these, others) = text.split_at(plain(text));
    into.extend_from_slice(these);
    others.is_empty() || write_closely(others, into)
}

/// The same, for where escapes stand close together, as in JSON within a string: eight bytes are
/// written in one go, and what isn't plain of them is taken back.
// By itself: within its caller, each plain string would pay for the registers that it takes.
#[inline(never)]
fn write_closely(mut rest: &[u8], into: &mut Vec<u8>) -> bool {
    let mut is_canonical = true;
    while let Some((word, others)) = rest.split_first_chunk::<8>() {
        let plain = first_escaped(*word);
        into.extend_from_slice(word);
        let Some(escaped) = word.get(plain) else {
            rest = others;
            continue;
        };
        into.truncate(into.len() - (word.len() - plain));
        is_canonical &= write_escape(*escaped, into);
        rest = &rest[plain + 1..];
    }
    for byte in rest {
        if is_escaped(*byte) {
            is_canonical &= write_escape(*byte, into);
        } else {
            into.push(*byte);
        }
    }
    is_canonical
}

/// Writes a byte that is escaped. Whether a canonical text has it the same.
fn write_escape(byte: u8, into: &mut Vec<u8>) -> bool {
    let escape = ESCAPES[usize::from(byte)];
    into.extend_from_slice(&[b'\\', escape]);
    if escape == UNICODE {
        let digit = |half: u8| b"0123456789abcdef"[usize::from(half)];
        into.extend_from_slice(&[b'0', b'0', digit(byte >> 4), digit(byte & 0xf)]);
    }
    escape == byte || escape == UNICODE
}

/// What follows the backslash where a control character has no short form.
const UNICODE: u8 = b'u';

/// What follows the backslash, by the byte that is escaped; 0 for a byte that stands as it is.
static ESCAPES: [u8; 256] = {
    let mut escapes = [0; 256];
    let mut byte = 0;
    while byte < 0x20 {
        escapes[byte] = UNICODE;
        byte += 1;
    }
    escapes[0x08] = b'b';
    escapes[b'\t' as usize] = b't';
    escapes[b'\n' as usize] = b'n';
    escapes[0x0c] = b'f';
    escapes[b'\r' as usize] = b'r';
    escapes[b'"' as usize] = b'"';
    escapes[b'\\' as usize] = b'\\';
    escapes
};

fn is_escaped(byte: u8) -> bool {
    ESCAPES[usize::from(byte)] != 0
}

/// The place of the first of eight bytes that is escaped; eight where none is.
fn first_escaped(word: [u8; 8]) -> usize {
    // The first byte of a text is the lowest of its word.
    (escaped_in(u64::from_le_bytes(word)).trailing_zeros() / 8) as usize
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
        while number >= 10 {
            this.start -= 2;
            this.digits[this.start..this.start + 2].copy_from_slice(two_digits(number));
            number /= 100;
        }
        // An odd one, or the one that zero has.
        if number > 0 || this.start == this.digits.len() {
            this.start -= 1;
            this.digits[this.start] = digit(number);
        }
        this
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
    use serde_json::Value;

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

    fn string(text: &str) -> (String, bool) {
        let mut written = Vec::new();
        let is_canonical = write_string(text.as_bytes(), &mut written);
        (String::from_utf8(written).unwrap(), is_canonical)
    }

    #[test]
    fn every_character_of_one_byte_is_written_as_by_serde_json_at_every_place() {
        for character in '\0'..='\u{80}' {
            for place in 0..20 {
                let text = format!("{}{character}\"{}", "a".repeat(place), "b".repeat(20));
                let (written, is_canonical) = string(&text);
                assert_eq!(written, Value::from(text).to_string());
                let in_short = matches!(character, '\u{8}'..='\n' | '\u{c}' | '\r');
                assert_eq!(is_canonical, !in_short, "{character:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn strings_are_written_as_by_serde_json(text in "(\\PC|[\\x00-\\x7f]|[\"\\\\]){0,60}") {
            prop_assert_eq!(string(&text).0, Value::from(text).to_string());
        }

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
