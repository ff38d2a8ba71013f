//! The demands, one by one.

use std::time::Duration;

use mcp_runtime::{AuditLine, AuditLog, Code, tools};
use serde_json::json;

use super::SinkPlace;
use super::compare::same;
use super::material::{Material, note, texts};
use super::writer::Writer;
use crate::TestServer;

/// How many lines a server gives at a time, when few calls come.
const FEW: usize = 3;
/// And when many come.
const MANY: usize = 50;
/// How long calls wait for their intent.
const IN_TIME: Duration = Duration::from_millis(250);
/// An append that is late for once is the machine's fault.
const TRIES: usize = 5;

#[derive(Clone, Copy, Debug)]
pub(super) enum Demand {
    Durable,
    Ordered,
    Exact,
    Kept,
    Apart,
    InTime,
    Told,
    Served,
}

/// Each by the name that a failure shows.
pub(super) const DEMANDS: [(&str, Demand); 8] = [
    ("durable as `append` returns", Demand::Durable),
    ("in order", Demand::Ordered),
    ("as they were given", Demand::Exact),
    ("kept", Demand::Kept),
    ("logs apart", Demand::Apart),
    ("in time", Demand::InTime),
    ("failures told", Demand::Told),
    ("served", Demand::Served),
];

type Met = Result<(), String>;

/// How much of a demand that is met was looked at.
#[derive(Clone, Copy, Debug)]
pub(super) enum Looked {
    Wholly,
    /// The place doesn't break down.
    WithoutFailures,
}

impl Demand {
    /// What is demanded of failures, by the name that is printed where nothing was seen of it.
    pub(super) fn of_failures(self) -> &'static str {
        match self {
            Self::Served => "served after a failure",
            _ => "failures told",
        }
    }

    pub(super) async fn met<P: SinkPlace>(
        self,
        place: P,
        material: &Material,
    ) -> Result<Looked, String> {
        let Material { one, other } = material;
        match self {
            Self::Told => return told(&place, one).await,
            Self::Served => return served(&place).await,
            Self::Durable => durable(&place, one).await,
            Self::Ordered => ordered(&place, one).await,
            Self::Exact => exact(&place, one).await,
            Self::Kept => kept(&place, one, other).await,
            Self::Apart => apart(&place, one, other).await,
            Self::InTime => in_time(&place, one).await,
        }
        .map(|()| Looked::Wholly)
    }
}

fn opened(place: &impl SinkPlace) -> Result<Writer, String> {
    let sink = place.open().map_err(|error| format!("it can't be opened: {error}"))?;
    Writer::new(sink)
}

fn logs(place: &impl SinkPlace) -> Result<Vec<Vec<String>>, String> {
    place.logs().map_err(|error| format!("the place can't be read: {error}"))
}

/// That the place holds these logs, in any order.
fn holds(place: &impl SinkPlace, given: &[&[AuditLine]]) -> Met {
    let mut there = logs(place)?;
    // One that was begun and never written to is none.
    there.retain(|log| !log.is_empty());
    let alone = given.len() == 1;
    for given in given {
        let given = texts(given);
        let named = there.iter().position(|log| log.first() == given.first());
        match named {
            Some(at) => same(&given, &there.swap_remove(at))?,
            None => match there.as_slice() {
                [] => same(&given, &[])?,
                // Most likely the same log, with another beginning.
                [only] if alone => same(&given, only)?,
                _ => return Err(format!("a log of {} lines is gone", given.len())),
            },
        }
    }
    match there.first() {
        Some(more) => Err(format!("there is a log that nobody wrote, of {} lines", more.len())),
        None => Ok(()),
    }
}

async fn durable(place: &impl SinkPlace, lines: &[AuditLine]) -> Met {
    let writer = opened(place)?;
    let mut given = 0;
    for group in lines.chunks(FEW).take(20) {
        writer.takes(group).await?;
        given += group.len();
        holds(place, &[&lines[..given]])?;
    }
    Ok(())
}

async fn ordered(place: &impl SinkPlace, lines: &[AuditLine]) -> Met {
    let writer = opened(place)?;
    // What came in while the sink was busy comes in one go.
    let (few, many) = lines.split_at(2 * FEW);
    for group in few.chunks(FEW).chain([many]) {
        writer.takes(group).await?;
    }
    holds(place, &[lines])
}

async fn exact(place: &impl SinkPlace, lines: &[AuditLine]) -> Met {
    let writer = opened(place)?;
    // By themselves, a long one among them, and then the others.
    let (alone, others) = lines.split_at(MANY);
    for line in alone {
        writer.takes(std::slice::from_ref(line)).await?;
    }
    writer.takes(others).await?;
    holds(place, &[lines])
}

async fn kept(place: &impl SinkPlace, one: &[AuditLine], other: &[AuditLine]) -> Met {
    let writer = opened(place)?;
    writer.takes(one).await?;
    writer.end().await?;
    holds(place, &[one]).map_err(|how| format!("after the sink was dropped, {how}"))?;
    let writer = opened(place)?;
    writer.takes(other).await?;
    holds(place, &[one, other]).map_err(|how| format!("after another process began, {how}"))
}

async fn apart(place: &impl SinkPlace, one: &[AuditLine], other: &[AuditLine]) -> Met {
    let first = opened(place)?;
    first.takes(&one[..FEW]).await?;
    let Ok(second) = opened(place) else {
        // Who is let in alone writes apart.
        return first.takes(&one[FEW..]).await.and_then(|()| holds(place, &[one]));
    };
    second.takes(&other[..FEW]).await?;
    let mut theirs = other[FEW..].chunks(MANY);
    for ours in one[FEW..].chunks(MANY) {
        first.takes(ours).await?;
        if let Some(theirs) = theirs.next() {
            second.takes(theirs).await?;
        }
    }
    for theirs in theirs {
        second.takes(theirs).await?;
    }
    holds(place, &[one, other])
}

async fn in_time(place: &impl SinkPlace, lines: &[AuditLine]) -> Met {
    let writer = opened(place)?;
    let mut shortest = Duration::MAX;
    for line in lines.iter().take(TRIES) {
        let (appended, took) = writer.append(std::slice::from_ref(line)).await?;
        appended.map_err(|error| format!("`append` failed: {error}"))?;
        shortest = shortest.min(took);
    }
    if shortest <= IN_TIME {
        return Ok(());
    }
    Err(format!(
        "one line took {shortest:?} at least: calls wait {IN_TIME:?}, and are refused with \
         `audit_unavailable` then"
    ))
}

async fn told(place: &impl SinkPlace, lines: &[AuditLine]) -> Result<Looked, String> {
    let writer = opened(place)?;
    let (before, after) = lines.split_at(2 * FEW);
    writer.takes(before).await?;
    if !place.break_down() {
        return Ok(Looked::WithoutFailures);
    }
    let (appended, _) = writer.append(&after[..FEW]).await?;
    if appended.is_ok() {
        return Err("the place broke down, and `append` says that lines were taken".to_owned());
    }
    // Whether what failed is there isn't known, a part of it neither.
    let before = texts(before);
    let there = logs(place)?;
    let whole = there.iter().any(|log| log.starts_with(&before));
    if whole {
        Ok(Looked::Wholly)
    } else {
        Err("lines that were taken before a failure are gone".to_owned())
    }
}

async fn served(place: &impl SinkPlace) -> Result<Looked, String> {
    let sink = place.open().map_err(|error| format!("it can't be opened: {error}"))?;
    let server = TestServer::new(tools![note]);
    let server = server.configure(|server| server.audit(AuditLog::to(sink)));
    for call in 1..=FEW {
        let answer = server.call("note", json!({ "text": "a", "times": 1 })).await;
        if let Err(error) = answer.outcome() {
            return Err(format!("a server that writes to it answers `{}`", error.code()));
        }
        on_record(place, call)?;
    }
    if !place.break_down() {
        return Ok(Looked::WithoutFailures);
    }
    let runs = server.runs("note");
    for _ in 0..2 {
        let answer = server.call("note", json!({ "text": "a", "times": 1 })).await;
        let refused = answer.outcome().as_ref().err();
        if !refused.is_some_and(|error| *error.code() == Code::AuditUnavailable) {
            return Err("the place broke down, and a server's calls aren't refused".to_owned());
        }
    }
    if server.runs("note") > runs {
        return Err("the place broke down, and a function ran".to_owned());
    }
    if server.app().ready().is_ok() {
        return Err("the place broke down, and the server says that it is ready".to_owned());
    }
    Ok(Looked::Wholly)
}

/// That so many calls are on record: each was answered.
fn on_record(place: &impl SinkPlace, calls: usize) -> Met {
    let lines = logs(place)?.concat();
    for kind in ["intent", "outcome"] {
        let kind = format!("\"kind\":\"{kind}\"");
        let there = lines.iter().filter(|line| line.contains(&kind)).count();
        if there < calls {
            return Err(format!("{calls} calls were answered, and {there} records have {kind}"));
        }
    }
    Ok(())
}
