//! What a call that hangs does.

use std::time::Duration;

use mcp_runtime::Code;
use tokio::time::{Instant, timeout};

use super::{Kept, Tested};
use crate::contract::Broken;
use crate::contract::subject::Subject;
use crate::contract::watch::Act;

/// What an answer may take beyond the timeout, in virtual time: timers have a resolution of 1 ms.
const SLACK: Duration = Duration::from_millis(100);
/// What isn't answered so much later never will be.
const UNANSWERED: Duration = Duration::from_hours(24);
/// So many callers hang at once.
const CROWD: usize = 50;

pub(super) async fn honoured(subject: &Subject) -> Tested {
    let who = subject.entitled("patient");
    subject.watch.act(Act::Hang);
    let deadline = subject.info().timeout();
    let start = Instant::now();
    let Ok(answer) = timeout(deadline + UNANSWERED, subject.reaches_function(&who)).await else {
        let what = format!("its timeout is {deadline:?}, and a call that hangs is never answered");
        return Err(Broken::of(what));
    };
    let (answer, took) = (answer?, start.elapsed());
    if took > deadline + SLACK {
        let what = format!("its timeout is {deadline:?}, and the answer took {took:?}");
        return Err(Broken::by(what, &answer));
    }
    let is_timeout = answer.outcome().as_ref().is_err_and(|error| *error.code() == Code::Timeout);
    if !is_timeout && !subject.promised.falls_back {
        return Err(Broken::by("the function hung, and the answer was not `timeout`", &answer));
    }
    // Where another tool has answered, what others may wait for too has its time.
    subject.server.time().advance(deadline.saturating_sub(took) + SLACK).await;
    if subject.watch.running() > 0 {
        return Err(Broken::by("the call was answered, and its function was not dropped", &answer));
    }
    Ok(Kept::Yes)
}

pub(super) async fn bounded(subject: &Subject) -> Tested {
    let start = Instant::now();
    let deadline = subject.info().timeout();
    let (first, others) = ("caller 0".to_owned(), (1..CROWD).map(|n| format!("caller {n}")));
    let crowd: Vec<_> = [first].into_iter().chain(others).map(|n| subject.entitled(&n)).collect();
    subject.watch.act(Act::Hang);
    let calls = crowd.iter().map(|who| subject.call(who, &subject.arguments));
    for answer in futures_util::future::join_all(calls).await {
        let took = start.elapsed();
        if took > deadline + SLACK {
            let what =
                format!("{CROWD} calls hung at once, and the last was answered after {took:?}");
            return Err(Broken::by(what, &answer));
        }
    }
    if subject.watch.begun() == 0 {
        return subject.reaches_function(&crowd[0]).await.map(|_| Kept::Yes);
    }
    subject.quiet().await;
    if subject.watch.running() > 0 {
        let left = subject.watch.running();
        return Err(Broken::of(format!("{CROWD} calls hung and were answered; {left} still run")));
    }
    subject.watch.act(Act::Answer);
    let after = subject.call(&subject.entitled("later"), &subject.arguments).await;
    if after.outcome().is_err() {
        let what = format!("{CROWD} calls hung and were answered, and a later one fails");
        return Err(Broken::by(what, &after));
    }
    Ok(Kept::Yes)
}
