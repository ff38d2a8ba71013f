//! Texts as they read without escapes.

/// A text without escapes, and where in the text each part of it came from.
pub(super) struct Unescaped {
    pub(super) text: String,
    /// For each byte.
    from: Vec<usize>,
}

impl Unescaped {
    /// Takes escapes as JSON and Rust write them, however often they were escaped themselves:
    /// that only makes more of their backslashes. Backslashes that escape nothing go as well.
    pub(super) fn of(source: &str) -> Self {
        let mut plain = Self { text: String::with_capacity(source.len()), from: Vec::new() };
        let mut rest = source;
        while !rest.is_empty() {
            let at = source.len() - rest.len();
            let (c, after) = next(rest);
            rest = after;
            if let Some(c) = c {
                plain.text.push(c);
                plain.from.resize(plain.text.len(), at);
            }
        }
        plain.from.push(source.len());
        plain
    }

    /// Where in the source a byte of the text began, or the end of both.
    pub(super) fn source(&self, at: usize) -> usize {
        self.from.get(at).copied().unwrap_or_default()
    }
}

/// The first character as it reads, none where only backslashes are left; and what follows it.
fn next(text: &str) -> (Option<char>, &str) {
    let escape = text.trim_start_matches('\\');
    let mut rest = escape.chars();
    let Some(first) = rest.next() else { return (None, "") };
    if escape.len() == text.len() {
        return (Some(first), rest.as_str());
    }
    let read = match first {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'b' => '\u{8}',
        'f' => '\u{c}',
        '0' => '\0',
        'u' => return unicode(rest.as_str()).map_or((Some('u'), rest.as_str()), some),
        other => other,
    };
    (Some(read), rest.as_str())
}

fn some((c, rest): (char, &str)) -> (Option<char>, &str) {
    (Some(c), rest)
}

/// What stands behind `\u`: `{1f600}`, `00e9`, or two halves of a pair.
fn unicode(text: &str) -> Option<(char, &str)> {
    if let Some(braced) = text.strip_prefix('{') {
        let end = braced.bytes().take(7).position(|b| b == b'}')?;
        return Some((char::from_u32(hex(&braced[..end])?)?, &braced[end + 1..]));
    }
    let (digits, rest) = text.split_at_checked(4)?;
    let unit = hex(digits)?;
    if let Some(c) = char::from_u32(unit) {
        return Some((c, rest));
    }
    let second = rest.strip_prefix('\\')?.trim_start_matches('\\').strip_prefix('u')?;
    let (digits, rest) = second.split_at_checked(4)?;
    let pair = [u16::try_from(unit).ok()?, u16::try_from(hex(digits)?).ok()?];
    let c = char::decode_utf16(pair).next()?.ok()?;
    Some((c, rest))
}

fn hex(digits: &str) -> Option<u32> {
    // `from_str_radix` takes a sign as well.
    let plain = digits.bytes().all(|b| b.is_ascii_hexdigit());
    plain.then(|| u32::from_str_radix(digits, 16).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    #[test]
    fn escapes_read_as_what_they_stand_for() {
        for (source, text) in [
            ("plain é😀", "plain é😀"),
            (r#"a\nb\\nb\"\\\\\"c"#, "a\nb\nb\"\"c"),
            (r"\u00e9 \\u{e9} \u{1f600} \ud83d\ude00 \\ud83d\\ude00", "é é 😀 😀 😀"),
            (r"\u \ux \u{ \u{} \ud83d \u{110000}", "u ux u{ u{} ud83d u{110000}"),
            (r"\", ""),
            ("", ""),
        ] {
            assert_eq!(Unescaped::of(source).text, text, "{source}");
        }
    }

    proptest! {
        /// However often a text was escaped, it reads the same, and each part is found again.
        #[test]
        fn escaping_changes_nothing(text in "\\PC{0,8}|[nu\"\\\\\n\u{e9}]{0,8}", times in 0..4_u8) {
            let mut escaped = text.clone();
            for _ in 0..times {
                let quoted = Value::from(escaped.as_str()).to_string();
                escaped = quoted[1..quoted.len() - 1].to_owned();
            }
            let (plain, expected) = (Unescaped::of(&escaped), Unescaped::of(&text));
            prop_assert_eq!(&plain.text, &expected.text);
            for (at, _) in plain.text.char_indices() {
                prop_assert!(escaped.is_char_boundary(plain.source(at)));
            }
            prop_assert_eq!(plain.source(plain.text.len()), escaped.len());
        }
    }
}
