//! What was given, held against what is there.

/// At most this much of a line is shown, in characters.
const SHOWN: usize = 120;

/// # Errors
///
/// How what is there differs from what was given.
pub(super) fn same(given: &[String], kept: &[String]) -> Result<(), String> {
    if given == kept {
        return Ok(());
    }
    let (mut one, mut other) = (given.to_vec(), kept.to_vec());
    one.sort();
    other.sort();
    if one == other {
        return Err("the lines are in another order".to_owned());
    }
    let differs = given.iter().zip(kept).position(|(given, kept)| given != kept);
    let at = differs.unwrap_or(given.len().min(kept.len()));
    let number = at + 1;
    let (lines, of) = (kept.len(), given.len());
    Err(match (given.get(at), kept.get(at)) {
        (Some(_), None) => format!("line {number} is not there: {lines} of {of} lines are"),
        (None, Some(more)) => format!("there is one line too many: {}", shown(more, 0)),
        (Some(given), Some(kept)) if lines == of => {
            let from = given.chars().zip(kept.chars()).take_while(|(one, other)| one == other);
            let from = from.count();
            format!(
                "line {number} isn't what was given, byte by byte:\n    given {}\n    there {}",
                shown(given, from),
                shown(kept, from)
            )
        }
        (Some(given), _) => format!(
            "line {number} is not where it belongs, and {lines} of {of} lines are there: {}",
            shown(given, 0)
        ),
        (None, None) => "they differ".to_owned(),
    })
}

/// The part of a line that differs, and how long the whole is.
fn shown(line: &str, differs: usize) -> String {
    let from = differs.saturating_sub(SHOWN / 2);
    let part: String = line.chars().skip(from).take(SHOWN).collect();
    let (before, bytes) = (if from > 0 { "…" } else { "" }, line.len());
    if part == line { part } else { format!("{before}{part}… ({bytes} bytes)") }
}
