//! What results look like.

use super::{Kept, Tested};
use crate::Arguments;
use crate::contract::Broken;
use crate::contract::subject::Subject;

/// So many of the results of arguments made at random are looked at.
const CASES: usize = 50;

pub(super) async fn conform(subject: &Subject) -> Tested {
    let anna = subject.entitled("anna");
    let cases = Arguments::of(subject.info()).cases(Subject::seed()).take(CASES);
    let given = [subject.arguments.clone()].into_iter();
    let mut results = 0;
    for sent in given.chain(cases.map(|case| case.arguments())) {
        let answer = subject.patient(&anna, &sent).await;
        if let Some(how) = answer.breaks_schema() {
            return Err(Broken::by(format!("a result {how}"), &answer));
        }
        results += usize::from(answer.outcome().is_ok());
    }
    if results > 0 {
        return Ok(Kept::Yes);
    }
    let answer = subject.patient(&anna, &subject.arguments).await;
    Err(Broken::by(
        "no call succeeded, so that there is no result to look at; give arguments that work: \
         `Contract::arguments`",
        &answer,
    ))
}
