//! What the log has to say once a server was killed and another one started.

use super::CrashPoint;
use super::examine::Killed;
use super::life::Life;
use crate::audit::{DROPPED, is_cut, seq};
use crate::contract::Broken;

/// Looks at the log before anybody comes back. What comes back is what couldn't be looked at.
///
/// # Errors
///
/// What is wrong with it.
pub(super) fn on_record(
    point: CrashPoint,
    life: &Life,
    killed: &Killed,
    runs: u32,
) -> Result<Option<&'static str>, Broken> {
    if !killed.readable {
        return Ok(None);
    }
    let records = life
        .records()
        .map_err(|error| Broken::of(format!("the log can't be read after the crash: {error}")))?;
    if is_cut(records.first().and_then(seq), killed.before) {
        return Ok(Some(DROPPED));
    }
    let of = |kind: &'static str| {
        let records = records.iter().filter(|record| seq(record) > Some(killed.before));
        records.filter(move |record| record["kind"] == kind)
    };
    let shown = || {
        let lines: Vec<_> = records.iter().map(|record| format!("\n  {record}")).collect();
        if lines.is_empty() { "\n  the log is empty".to_owned() } else { lines.concat() }
    };
    if runs > 0 && of("intent").next().is_none() {
        let what = "the function ran, and there is no intent on record:";
        return Err(Broken::of(format!("{what}{}", shown())));
    }
    for intent in of("intent") {
        if !of("outcome").any(|outcome| outcome["intent"] == intent["seq"]) {
            let what = "an intent was left open as the server started anew:";
            return Err(Broken::of(format!("{what}\n  {intent}")));
        }
    }
    if let Some((kind, code)) = point.leaves()
        && !of(kind).any(|record| code.is_none_or(|code| record["outcome"] == code))
    {
        let what = if killed.first.is_some() {
            "the client was told what became of its call, and the log doesn't say so:"
        } else {
            "it was on record what became of the call, and the log doesn't say so any more:"
        };
        return Err(Broken::of(format!("{what}{}", shown())));
    }
    Ok(None)
}
