//! What is accepted, and what is refused.

use mcp_runtime::Code;
use serde_json::Value;

use super::{Kept, Tested};
use crate::contract::Broken;
use crate::contract::subject::Subject;
use crate::contract::watch::Act;
use crate::{Answer, Arguments};

/// Of valid arguments, so many are made at random.
const CASES: usize = 100;

pub(super) async fn valid(subject: &Subject) -> Tested {
    let arguments = Arguments::of(subject.info());
    let anna = subject.entitled("anna");
    let given = [subject.arguments.clone()];
    for sent in given.iter().chain(arguments.boundaries()) {
        let answer = subject.patient(&anna, sent).await;
        if is_internal(&answer) {
            return Err(Broken::by("what its schema admits is answered with `internal`", &answer));
        }
    }
    let fails = async |sent: Value| is_internal(&subject.patient(&anna, &sent).await);
    for case in arguments.cases(Subject::seed()).take(CASES) {
        if fails(case.arguments()).await {
            let found = case.to_string();
            let simplest = case.shrink(fails).await;
            let answer = subject.patient(&anna, &simplest).await;
            let what =
                format!("what its schema admits is answered with `internal`; found by {found}");
            return Err(Broken::by(what, &answer));
        }
    }
    if subject.watch.begun() == 0 {
        // Says by which call.
        subject.reaches_function(&anna).await?;
    }
    Ok(Kept::Yes)
}

pub(super) async fn broken(subject: &Subject) -> Tested {
    subject.watch.act(Act::Answer);
    let anna = subject.entitled("anna");
    subject.reaches_function(&anna).await?;
    let begun = subject.watch.begun();
    for one in Arguments::of(subject.info()).broken() {
        let answer = subject.patient(&anna, &one.arguments).await;
        let (rule, pointer) = (&one.rule, &one.pointer);
        if subject.watch.begun() > begun {
            let what =
                format!("the function ran with arguments that break `{rule}` at `{pointer}`");
            return Err(Broken::by(what, &answer));
        }
        // Whatever of a refusal is like a secret that was sent is blackened.
        let is_secret = subject.info().secrets().iter().any(|name| {
            pointer
                .strip_prefix(&format!("/{name}"))
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        if !(names(&answer, pointer, rule) || is_secret && is_invalid(&answer)) {
            let what = format!("arguments that break `{rule}` at `{pointer}` were not told so");
            return Err(Broken::by(what, &answer));
        }
    }
    Ok(Kept::Yes)
}

fn is_internal(answer: &Answer) -> bool {
    answer.outcome().as_ref().is_err_and(|error| *error.code() == Code::Internal)
}

fn is_invalid(answer: &Answer) -> bool {
    answer.outcome().as_ref().is_err_and(|error| *error.code() == Code::InvalidArguments)
}

fn names(answer: &Answer, pointer: &str, rule: &str) -> bool {
    let Err(error) = answer.outcome() else { return false };
    let public = error.to_json();
    let violations = public["details"]["violations"].as_array();
    is_invalid(answer)
        && violations
            .into_iter()
            .flatten()
            .any(|one| one["pointer"] == pointer && one["rule"] == rule)
}
