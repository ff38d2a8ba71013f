//! Sizes: a whole number and one of `B`, `KB`, `MB`.

use super::texts::Wrong;
use crate::diag::nearest;

const UNITS: [(&str, u64); 3] = [("B", 1), ("KB", 1 << 10), ("MB", 1 << 20)];
const UNITS_NOTE: &str = "units are `B`, `KB` (1024 bytes) and `MB`";

/// More than a reply can hold, and within every `usize` there is.
const LARGEST: u64 = 1 << 30;

/// The bytes that `text` stands for.
pub(super) fn parse(text: &str) -> Result<u64, Wrong> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    if number.is_empty() {
        return Err(Wrong::new("it must start with a number", example("64")));
    }
    if unit.starts_with('.') {
        let help = format!("write it in a smaller unit, such as \"1536KB\"; {UNITS_NOTE}");
        return Err(Wrong::new("the number must be whole", help));
    }
    if unit.trim().is_empty() {
        return Err(Wrong::new("no unit", example(number)));
    }
    let Some((_, factor)) = UNITS.iter().find(|(name, _)| *name == unit) else {
        return Err(unknown_unit(number, unit.trim()));
    };
    // A number that overflows is too large as well.
    let bytes = number.parse().ok().and_then(|number: u64| number.checked_mul(*factor));
    match bytes.unwrap_or(u64::MAX) {
        0 => Err(Wrong::new("it is zero", "leave the key out for no limit")),
        bytes @ 1..=LARGEST => Ok(bytes),
        _ => Err(Wrong::new("it is too large", "the largest is \"1024MB\"")),
    }
}

fn unknown_unit(number: &str, unit: &str) -> Wrong {
    const WORDS: [&str; 9] = [
        "byte",
        "bytes",
        "kilobyte",
        "kilobytes",
        "kbyte",
        "kbytes",
        "megabyte",
        "megabytes",
        "mbytes",
    ];
    let lower = unit.to_ascii_lowercase();
    let meant = match nearest(&lower, WORDS).unwrap_or(&lower) {
        "b" | "byte" | "bytes" => Some("B"),
        "k" | "kb" | "kib" | "kilobyte" | "kilobytes" | "kbyte" | "kbytes" => Some("KB"),
        "m" | "mb" | "mib" | "megabyte" | "megabytes" | "mbytes" => Some("MB"),
        "g" | "gb" | "gib" if number == "1" => {
            let help = format!("write \"1024MB\", the largest; {UNITS_NOTE}");
            return Wrong::new(format!("unknown unit `{unit}`"), help);
        }
        _ => None,
    };
    let help = match meant {
        Some(meant) => format!("write \"{number}{meant}\"; {UNITS_NOTE}"),
        None => UNITS_NOTE.to_owned(),
    };
    match meant {
        Some(meant) if meant == unit => Wrong::new("a space before the unit", help),
        _ => Wrong::new(format!("unknown unit `{unit}`"), help),
    }
}

/// A small number is hardly one of bytes, and a large one hardly anything else.
fn example(number: &str) -> String {
    let unit = if number.len() < 4 { "KB" } else { "B" };
    format!("write \"{number}{unit}\"; {UNITS_NOTE}")
}

#[cfg(test)]
mod tests {
    use super::parse;

    fn reason(text: &str) -> Option<String> {
        parse(text).err().and_then(|wrong| wrong.reason)
    }

    #[test]
    fn numbers_with_units_are_sizes() {
        assert_eq!(parse("1B"), Ok(1));
        assert_eq!(parse("64KB"), Ok(65_536));
        assert_eq!(parse("2MB"), Ok(2_097_152));
        assert_eq!(parse("1024MB"), Ok(1 << 30));
    }

    #[test]
    fn everything_else_is_not() {
        assert_eq!(reason("64").as_deref(), Some("no unit"));
        assert_eq!(reason("").as_deref(), Some("it must start with a number"));
        assert_eq!(reason("-1KB").as_deref(), Some("it must start with a number"));
        assert_eq!(reason("1.5MB").as_deref(), Some("the number must be whole"));
        assert_eq!(reason("64 KB").as_deref(), Some("a space before the unit"));
        assert_eq!(reason("64kb").as_deref(), Some("unknown unit `kb`"));
        assert_eq!(reason("1GB").as_deref(), Some("unknown unit `GB`"));
        assert_eq!(reason("0KB").as_deref(), Some("it is zero"));
        assert_eq!(reason("1025MB").as_deref(), Some("it is too large"));
        assert_eq!(reason("99999999999999999999KB").as_deref(), Some("it is too large"));
    }

    #[test]
    fn a_known_unit_in_other_words_is_corrected() {
        let gigabyte = parse("1GB").err().map(|wrong| wrong.help).unwrap_or_default();
        assert!(gigabyte.starts_with("write \"1024MB\""), "{gigabyte}");
        for text in ["64kb", "64 KB", "64KiB", "64 k", "64 kilobites"] {
            let help = parse(text).err().map(|wrong| wrong.help).unwrap_or_default();
            assert!(help.starts_with("write \"64KB\";"), "{text}: {help}");
        }
    }
}
