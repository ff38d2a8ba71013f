//! The client comes back to a server that was killed and started anew.

use std::sync::atomic::Ordering;

use mcp_runtime::Code;

use super::CrashPoint;
use super::case::Case;
use super::effects::Effects;
use super::examine::Killed;
use super::life::{Life, World};
use super::told::Told;
use crate::contract::{Broken, COUNTS_NONE};

/// The client comes back: under its key, once more, and with a call that is another one. What comes
/// back is what it is told at first.
///
/// # Errors
///
/// What it should have been told, or had done.
pub(super) async fn came_back(
    case: Case,
    life: &Life,
    killed: &Killed,
    world: &World,
    effects: &Effects,
) -> Result<Told, Broken> {
    let (point, key) = (case.point, life.key_in(case));
    let begun = || world.runs.load(Ordering::SeqCst);
    let before = begun();
    if killed.keyed && point.is_settled() && effects.count() == Some(0) {
        return Err(Broken::of(COUNTS_NONE));
    }
    let again = life.patient(key.as_deref()).await;
    let by = |what: &str, told: &Told| Broken::of(format!("{what}\n{}", told.text));
    let once = |told: &Told| match effects.count().filter(|count| *count > 1) {
        Some(count) => Err(by(&format!("the same key had {count} effects"), told)),
        None => Ok(()),
    };
    if killed.keyed {
        once(&again)?;
        if let Some(what) = wrong(point, &again) {
            return Err(by(what, &again));
        }
        if let Some(first) = killed.first.as_ref().filter(|first| first.said != again.said) {
            let what = format!("a replay is not the first answer, which was {}", first.said);
            return Err(by(&what, &again));
        }
        let third = life.patient(key.as_deref()).await;
        if third.said != again.said {
            let what = format!("a second repeat is not the first, which was {}", again.said);
            return Err(by(&what, &third));
        }
        once(&third)?;
    }
    // What the function says to a call is its own affair, once it is asked.
    let is_done = |told: &Told, before| told.is_ok() && !told.is_replay || begun() > before;
    let stuck = "another call is not carried out any more";
    // Without a key each call is another one.
    if !killed.keyed && !is_done(&again, before) {
        return Err(by(stuck, &again));
    }
    let before = begun();
    let other = life.patient(key.map(|key| format!("{key}, another")).as_deref()).await;
    if !is_done(&other, before) {
        return Err(by(stuck, &other));
    }
    Ok(again)
}

/// What is wrong with the answer to a repeat under the same key.
fn wrong(point: CrashPoint, again: &Told) -> Option<&'static str> {
    let is_told = match &again.code {
        None => true,
        Some(code) => *code == Code::Indeterminate && !point.is_harmless(),
    };
    if is_told && (again.is_replay || !point.is_settled()) {
        return None;
    }
    Some(if point.is_harmless() {
        "nothing had happened, and the call is not carried out"
    } else if point.is_settled() {
        "the answer was on record, and the client doesn't get it"
    } else {
        "nobody knows what happened, and the client is told something else"
    })
}
