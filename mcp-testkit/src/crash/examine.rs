//! What has to be true once a server was killed and started anew.

use std::sync::atomic::Ordering;

use mcp_runtime::Code;
use serde_json::Value;
use tokio::select;

use super::life::{Life, World, live};
use super::told::Told;
use super::{CrashPoint, Crashes, Made};
use crate::contract::Broken;

/// What was true when the first server was killed.
struct Killed {
    /// The answer, where the client has one.
    first: Option<Told>,
    /// Whether it was killed where it was to be.
    reached: bool,
    /// The last record before the call.
    before: u64,
    effects: u64,
    /// Whether the log could be read, which not every log can.
    readable: bool,
    keyed: bool,
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
    for point in CrashPoint::ALL {
        let told = at(tool, *point, make);
        let told = told.map_err(|broken| broken.within(format!("killed at `{point}`: ")))?;
        crashes.0.extend(told.map(|told| (*point, told.word().to_owned())));
    }
    Ok(crashes)
}

/// What the client is told that comes back; nothing where calls don't pass the point.
fn at(
    tool: &str,
    point: CrashPoint,
    make: &(impl AsyncFn() -> Made + Sync),
) -> Result<Option<Told>, Broken> {
    let mut world = World::default();
    let before = world.clone();
    let killed = live(&mut world, async || {
        killed_at(point, before.start(make().await, tool, Some(point))?).await
    })?;
    if !killed.reached {
        return Ok(None);
    }
    let runs = world.runs.load(Ordering::SeqCst);
    let left = world.clone();
    live(&mut world, async || {
        let life = left.start(make().await, tool, None)?;
        on_record(&life, &killed, runs)?;
        came_back(point, &life, &killed, &left).await.map(Some)
    })
}

/// Makes the call, up to where the server is killed.
async fn killed_at(point: CrashPoint, life: Life) -> Result<Killed, Broken> {
    let Life { call, killer, keyed, .. } = &life;
    let (key, keyed) = (key_of(&life, point), *keyed);
    let records = life.records();
    let readable = records.is_ok();
    let before = records.unwrap_or_default().iter().filter_map(seq).max().unwrap_or_default();
    let effects = call.effects.as_ref().map_or(0, |count| count());
    let first = select! {
        biased;
        () = killer.killed() => None,
        told = life.patient(key.as_deref()) => Some(told),
    };
    let expected = point.is_passed(life.is_recorded(), keyed);
    let reached = match &first {
        None => true,
        Some(told) if !told.is_ok() => {
            let what = "this call should have succeeded; give arguments that work";
            return Err(Broken::of(format!("{what}\n{}", told.text)));
        }
        Some(_) => point == CrashPoint::AfterReply,
    };
    killer.kill();
    if reached != expected {
        let what = "the call never came to this point, and nothing can be told about it";
        return Err(Broken::of(
            first.map_or(what.to_owned(), |told| format!("{what}\n{}", told.text)),
        ));
    }
    Ok(Killed { first, reached, before, effects, readable, keyed })
}

/// Each point has its own, since stores outlive them all.
fn key_of(life: &Life, point: CrashPoint) -> Option<String> {
    life.call.key.as_ref().map(|key| format!("{key} {point}"))
}

fn seq(record: &Value) -> Option<u64> {
    record["seq"].as_u64()
}

/// What the log says before anybody comes back.
fn on_record(life: &Life, killed: &Killed, runs: u32) -> Result<(), Broken> {
    if !killed.readable {
        return Ok(());
    }
    let records = life
        .records()
        .map_err(|error| Broken::of(format!("the log can't be read after the crash: {error}")))?;
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
    if killed.first.is_some() && !of("outcome").any(|outcome| outcome["outcome"] == "ok") {
        let what = "the client was told that it was done, and the log doesn't say so:";
        return Err(Broken::of(format!("{what}{}", shown())));
    }
    Ok(())
}

/// The client comes back: under its key, once more, and with a call that is another one.
async fn came_back(
    point: CrashPoint,
    life: &Life,
    killed: &Killed,
    world: &World,
) -> Result<Told, Broken> {
    let key = key_of(life, point);
    let begun = || world.runs.load(Ordering::SeqCst);
    let before = begun();
    let again = life.patient(key.as_deref()).await;
    let by = |what: &str, told: &Told| Err(Broken::of(format!("{what}\n{}", told.text)));
    if killed.keyed {
        if let Some(count) = effects(life, killed, world).filter(|count| *count > 1) {
            return by(&format!("the same key had {count} effects"), &again);
        }
        let is_told = match &again.code {
            None => true,
            Some(code) => *code == Code::Indeterminate && !point.is_harmless(),
        };
        if !is_told || point.is_settled() && !again.is_replay {
            let what = if point.is_harmless() {
                "nothing had happened, and the call is not carried out"
            } else if point.is_settled() {
                "the answer was on record, and the client doesn't get it"
            } else {
                "nobody knows what happened, and the client is told something else"
            };
            return by(what, &again);
        }
        if let Some(first) = killed.first.as_ref().filter(|first| first.said != again.said) {
            return by(
                &format!("a replay is not the first answer, which was {}", first.said),
                &again,
            );
        }
        let third = life.patient(key.as_deref()).await;
        if third.said != again.said {
            return by(
                &format!("a second repeat is not the first, which was {}", again.said),
                &third,
            );
        }
        if let Some(count) = effects(life, killed, world).filter(|count| *count > 1) {
            return by(&format!("the same key had {count} effects"), &third);
        }
    }
    // What the function says to a call is its own affair, once it is asked.
    let is_done = |told: &Told, before| told.is_ok() && !told.is_replay || begun() > before;
    let stuck = "another call is not carried out any more";
    // Without a key each call is another one.
    if !killed.keyed && !is_done(&again, before) {
        return by(stuck, &again);
    }
    let before = begun();
    let other = life.patient(key.map(|key| format!("{key}, another")).as_deref()).await;
    if !is_done(&other, before) {
        return by(stuck, &other);
    }
    Ok(again)
}

/// How many effects the key had. Nobody knows where interrupted calls run again by right.
fn effects(life: &Life, killed: &Killed, world: &World) -> Option<u64> {
    match &life.call.effects {
        Some(count) => Some(count().saturating_sub(killed.effects)),
        None if life.settles => None,
        None => Some(world.runs.load(Ordering::SeqCst).into()),
    }
}
