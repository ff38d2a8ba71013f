//! Kills a server at each point, and looks at what the next one makes of it.

use std::sync::atomic::Ordering;

use tokio::select;

use super::case::Case;
use super::effects::Earlier;
use super::life::{Life, World, live};
use super::on_record::on_record;
use super::told::Told;
use super::{CrashPoint, Crashes, Made, back};
use crate::audit::{UNREADABLE, seq};
use crate::contract::Broken;

/// What was true when the first server was killed.
pub(super) struct Killed {
    /// The answer, where the client has one.
    pub(super) first: Option<Told>,
    /// The last record before the call.
    pub(super) before: u64,
    /// What counts effects, and from when on.
    earlier: Earlier,
    /// Whether there is a log that can be read, which not every log can.
    pub(super) readable: bool,
    /// What can't be looked at.
    unseen: Option<&'static str>,
    pub(super) keyed: bool,
}

/// Kills a server at each point, and looks at what the next one makes of it.
///
/// # Errors
///
/// What was broken, and where.
pub(crate) fn examine(
    tool: &str,
    make: &(impl AsyncFn() -> Made + Sync),
) -> Result<Crashes, Broken> {
    let mut crashes = Crashes::default();
    for case in Case::all() {
        let found = at(tool, case, make);
        let found = found.map_err(|broken| broken.within(format!("killed at {case}: ")))?;
        let Some(Found { told, unseen }) = found else { continue };
        crashes.told.push((case.point, told.word().to_owned()));
        crashes.unseen = crashes.unseen.or(unseen);
    }
    Ok(crashes)
}

/// What is broken at which point, at all of them.
#[cfg(test)]
pub(crate) fn found(tool: &str, make: &(impl AsyncFn() -> Made + Sync)) -> Vec<(String, String)> {
    let broken = |case: Case| Some((case.to_string(), at(tool, case, make).err()?.to_string()));
    Case::all().filter_map(broken).collect()
}

/// What came of a crash.
struct Found {
    /// What the client is told that comes back.
    told: Told,
    unseen: Option<&'static str>,
}

/// Nothing where calls don't pass the point.
fn at(
    tool: &str,
    case: Case,
    make: &(impl AsyncFn() -> Made + Sync),
) -> Result<Option<Found>, Broken> {
    let mut world = World::default();
    let before = world.clone();
    let killed = live(&mut world, async || {
        killed_in(case, before.start(make().await, tool, Some(case))?).await
    })?;
    let Some(killed) = killed else { return Ok(None) };
    let runs = world.runs.load(Ordering::SeqCst);
    let left = world.clone();
    live(&mut world, async || {
        let life = left.start(make().await, tool, None)?;
        let effects = killed.earlier.and_of(&life, &left);
        let dropped = on_record(case.point, &life, &killed, runs)?;
        let told = back::came_back(case, &life, &killed, &left, &effects).await?;
        Ok(Some(Found { told, unseen: killed.unseen.or(dropped) }))
    })
}

/// Makes the call, up to where the server is killed.
async fn killed_in(case: Case, life: Life) -> Result<Option<Killed>, Broken> {
    let point = case.point;
    let (killer, facts) = (&life.killer, life.facts);
    let is_expected = point.is_passed(facts);
    if !is_expected && point.is_provoked() {
        return Ok(None);
    }
    let Some(arguments) = life.arguments(point) else { return Ok(None) };
    let records = life.records();
    let readable = records.is_ok();
    let before = records.unwrap_or_default().iter().filter_map(seq).max().unwrap_or_default();
    let earlier = Earlier::of(&life);
    let key = life.key_in(case);
    let first = select! {
        biased;
        () = killer.killed() => None,
        told = life.first(point, key.as_deref(), &arguments) => Some(told),
    };
    let reached = match &first {
        None => true,
        Some(told) => is_reached(point, &life, told)?,
    };
    killer.kill();
    if reached != is_expected {
        if point.may_be_missed() {
            return Ok(None);
        }
        let what = "the call never came to this point, and nothing can be told about it";
        return Err(Broken::of(
            first.map_or(what.to_owned(), |told| format!("{what}\n{}", told.text)),
        ));
    }
    let unseen = (facts.recorded && !readable).then_some(UNREADABLE);
    let keyed = facts.keyed;
    Ok(reached.then_some(Killed { first, before, earlier, readable, unseen, keyed }))
}

/// Whether a call that was answered came to the point.
fn is_reached(point: CrashPoint, life: &Life, told: &Told) -> Result<bool, Broken> {
    let by = |what: String| Err(Broken::of(format!("{what}\n{}", told.text)));
    if point == CrashPoint::AfterRefusal && told.is_ok() {
        return by("these arguments break a rule, and the call is carried out".to_owned());
    }
    let (lasted, renewal) = (life.killer.lasted(), life.renewal);
    if point == CrashPoint::AfterRenewal && lasted > renewal {
        let what = format!(
            "a call that has its key renews its lease every {renewal:?}; this one went on for \
             {lasted:?} and didn't"
        );
        return by(what);
    }
    if !told.is_ok() && !point.is_provoked() {
        return by("this call should have succeeded; give arguments that work".to_owned());
    }
    Ok(point == CrashPoint::AfterReply)
}
