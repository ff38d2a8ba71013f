//! How many calls pass.

use std::time::Duration;

use mcp_runtime::Code;

use super::{Kept, Tested};
use crate::answer::Answer;
use crate::contract::Broken;
use crate::contract::subject::Subject;
use crate::contract::watch::Act;

/// A rate that lets more calls than this pass at once isn't counted out.
const MOST: u32 = 2_000;
/// Timers have a resolution of 1 ms.
const TICK: Duration = Duration::from_millis(1);

pub(super) async fn exact(subject: &Subject) -> Tested {
    let rates = &subject.promised.rates;
    let Some(burst) = rates.iter().map(|rate| rate.burst).min().filter(|burst| *burst <= MOST)
    else {
        return Ok(Kept::NotMade);
    };
    subject.watch.act(Act::Answer);
    let anna = subject.entitled("anna");
    for nth in 1..=burst {
        let answer = subject.call(&anna, &subject.arguments).await;
        if is_limited(&answer) {
            let what = format!("{burst} calls may pass at once, and call {nth} was refused");
            return Err(Broken::by(what, &answer));
        }
    }
    let pause =
        refuses(subject, &format!("{burst} calls may pass at once, and one more did")).await?;
    if let Some(almost) = pause.checked_sub(2 * TICK) {
        subject.server.time().advance(almost).await;
        refuses(subject, "a call passed before the stated time").await?;
    }
    let others = rates.iter().filter(|rate| !rate.per_caller).count();
    let bert = subject.entitled("bert");
    if others == 0 && is_limited(&subject.call(&bert, &subject.arguments).await) {
        return Err(Broken::of("the calls of one caller were counted against another"));
    }
    if others == rates.len() {
        let answer = subject.call(&bert, &subject.arguments).await;
        if !is_limited(&answer) {
            return Err(Broken::by(
                "all callers share its rate, and another caller passed",
                &answer,
            ));
        }
    }
    subject.server.time().advance(3 * TICK).await;
    let answer = subject.call(&anna, &subject.arguments).await;
    if is_limited(&answer) {
        return Err(Broken::by(format!("a call was refused after the stated {pause:?}"), &answer));
    }
    refuses(subject, "after the stated time more than one call passed").await?;
    Ok(Kept::Yes)
}

/// The pause that a refused call is told.
async fn refuses(subject: &Subject, otherwise: &str) -> Result<Duration, Broken> {
    let before = subject.watch.begun();
    let answer = subject.call(&subject.entitled("anna"), &subject.arguments).await;
    if !is_limited(&answer) || subject.watch.begun() > before {
        return Err(Broken::by(otherwise, &answer));
    }
    let error = answer.outcome().as_ref().err();
    let pause = error.and_then(mcp_runtime::ToolError::stated_retry_after);
    pause.ok_or_else(|| Broken::by("a refused call isn't told when to come back", &answer))
}

fn is_limited(answer: &Answer) -> bool {
    answer.outcome().as_ref().is_err_and(|error| *error.code() == Code::RateLimited)
}
