//! What a key stands for.

use std::time::Duration;

use mcp_runtime::{Code, meta};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use super::{Kept, Tested};
use crate::contract::subject::Subject;
use crate::contract::watch::Act;
use crate::contract::{Broken, COUNTS_NONE};
use crate::{Answer, Arguments};

const KEY: &str = "the-same-key";
/// Other arguments are looked for among so many.
const OTHERS: usize = 200;
/// How long a function takes whose caller goes away.
const LATE: Duration = Duration::from_millis(50);

pub(super) async fn replays(subject: &Subject) -> Tested {
    if !subject.promised.keyed {
        return Ok(Kept::NotMade);
    }
    let anna = subject.entitled("anna");
    let answer = subject.keyed(&anna, KEY, &subject.arguments).await;
    let first = succeeds(subject, &answer)?;
    if subject.effects() == Some(0) {
        return Err(Broken::by(COUNTS_NONE, &answer));
    }
    for _ in 0..2 {
        let again = subject.keyed(&anna, KEY, &subject.arguments).await;
        once(subject, 1, "the same key ran the function again", &again)?;
        same(&first, &again)?;
        if again.outcome().as_ref().is_ok_and(|reply| !reply.meta().contains_key(meta::REPLAYED)) {
            return Err(Broken::by("a replay doesn't say that it is one", &again));
        }
    }
    if let Some((_, answer)) = with_other_arguments(subject).await {
        once(subject, 1, "the same key ran the function for other arguments", &answer)?;
        let code = answer.outcome().as_ref().err().map(mcp_runtime::ToolError::code);
        if code != Some(&Code::IdempotencyMismatch) {
            return Err(Broken::by("the same key was used for other arguments", &answer));
        }
    }
    subject.watch.act(Act::Answer);
    let other = subject.keyed(&subject.entitled("bert"), KEY, &subject.arguments).await;
    if subject.watch.begun() == 1 {
        return Err(Broken::by("a key of one caller is the key of another", &other));
    }
    Ok(Kept::Yes)
}

pub(super) async fn retries(subject: &Subject) -> Tested {
    if !subject.promised.keyed {
        return Ok(Kept::NotMade);
    }
    let anna = subject.entitled("anna");
    // The client goes away while the function is at work.
    subject.watch.act(Act::RunLate(LATE));
    let call = subject.keyed(&anna, KEY, &subject.arguments);
    if let Ok(answer) = timeout(LATE / 2, call).await {
        let what = "this call should have run the function for a while; give arguments that work: \
                    `Contract::arguments`";
        return Err(Broken::by(what, &answer));
    }
    // One retry meets the call that is still running; the other its record.
    for _ in 0..2 {
        let again = subject.keyed(&anna, KEY, &subject.arguments).await;
        once(subject, 1, "a retry after a lost reply ran the function again", &again)?;
        succeeds(subject, &again)?;
        sleep(LATE).await;
    }
    Ok(Kept::Yes)
}

fn once(subject: &Subject, runs: u64, what: &str, answer: &Answer) -> Result<(), Broken> {
    if subject.watch.begun() != runs {
        return Err(Broken::by(what, answer));
    }
    match subject.effects().filter(|count| *count > 1) {
        Some(count) => Err(Broken::by(format!("the same key had {count} effects"), answer)),
        None => Ok(()),
    }
}

/// What is compared of an answer that must have succeeded.
fn succeeds(subject: &Subject, answer: &Answer) -> Result<Value, Broken> {
    if answer.outcome().is_ok() {
        return Ok(comparable(answer));
    }
    let ran = subject.watch.begun() > 0;
    Err(Broken::by(
        if ran {
            "this call should have succeeded, and its function ran; give arguments that work: \
             `Contract::arguments`"
        } else {
            "this call should have succeeded; give arguments that work: `Contract::arguments`"
        },
        answer,
    ))
}

fn same(first: &Value, again: &Answer) -> Result<(), Broken> {
    if comparable(again) == *first {
        return Ok(());
    }
    Err(Broken::by(format!("a replay is not the first answer, which was {first}"), again))
}

fn comparable(answer: &Answer) -> Value {
    match answer.outcome() {
        Ok(reply) => {
            json!({ "content": format!("{:?}", reply.content()), "data": reply.structured() })
        }
        Err(error) => json!({ "error": error.code().as_str() }),
    }
}

/// The key with other arguments that get as far as the keys.
async fn with_other_arguments(subject: &Subject) -> Option<(Value, Answer)> {
    let anna = subject.entitled("anna");
    for case in Arguments::of(subject.info()).cases(Subject::seed()).take(OTHERS) {
        let other = case.arguments();
        if other == subject.arguments {
            continue;
        }
        let answer = subject.keyed(&anna, KEY, &other).await;
        let refused_before = answer
            .outcome()
            .as_ref()
            .is_err_and(|error| matches!(error.code(), Code::InvalidArguments | Code::RateLimited));
        if !refused_before {
            return Some((other, answer));
        }
    }
    None
}
