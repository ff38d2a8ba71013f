//! A strict reader of the lines that logs consist of: one text for each meaning, so that no byte
//! can be changed without being noticed.

/// What is left of a line.
pub(super) struct Text<'a>(pub(super) &'a [u8]);

impl<'a> Text<'a> {
    /// Goes past what has to stand here.
    pub(super) fn after(&mut self, expected: &str) -> Option<&mut Self> {
        self.0 = self.0.strip_prefix(expected.as_bytes())?;
        Some(self)
    }

    /// A whole number below 2⁶³, without leading zeros: there is always one more.
    pub(super) fn number(&mut self) -> Option<u64> {
        let length = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at(length);
        if digits.len() > 1 && digits[0] == b'0' {
            return None;
        }
        self.0 = rest;
        let number: i64 = std::str::from_utf8(digits).ok()?.parse().ok()?;
        number.try_into().ok()
    }

    /// So many bytes in lowercase hexadecimal digits.
    pub(super) fn hex<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (digits, rest) = self.0.split_at_checked(2 * N)?;
        self.0 = rest;
        unhex(digits)
    }

    pub(super) fn end(&self) -> bool {
        self.0.is_empty()
    }

    /// All but what has to stand at the end.
    pub(super) fn before(&self, end: &str) -> Option<&'a [u8]> {
        self.0.strip_suffix(end.as_bytes())
    }
}

/// Bytes from exactly so many lowercase hexadecimal digits.
pub(super) fn unhex<const N: usize>(digits: &[u8]) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if digits.len() != 2 * N {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = 16 * digit(pair[0])? + digit(pair[1])?;
    }
    Some(bytes)
}

fn digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}
