//! Who may call, and who is shown the tool.

use std::fmt::Write as _;

use mcp_runtime::{Caller, Code};
use serde_json::Value;

use super::{Kept, Tested};
use crate::answer::Answer;
use crate::contract::Broken;
use crate::contract::subject::Subject;
use crate::{TestCaller, anonymous};

/// A field that no tool constrains.
const UNKNOWN_FIELD: &str = "contract_test";

pub(super) async fn denied(subject: &Subject) -> Tested {
    if subject.promised.scopes.is_empty() {
        return Ok(Kept::NotMade);
    }
    subject.reaches_stand_in(&subject.entitled("entitled")).await?;
    for (who, lacks) in lacking(subject) {
        refuses(subject, &who, &lacks).await?;
    }
    refuses(subject, &anonymous(), "a credential").await?;
    Ok(Kept::Yes)
}

pub(super) async fn constrained(subject: &Subject) -> Tested {
    let scopes = &subject.promised.scopes;
    if scopes.iter().all(|scope| scope.fields.is_empty()) {
        return Ok(Kept::NotMade);
    }
    subject.watch.act(crate::contract::watch::Act::Answer);
    for (at, scope) in scopes.iter().enumerate() {
        let granted = |constraints: &str| {
            let others = scopes.iter().enumerate().filter(|(other, _)| *other != at);
            let all =
                others.fold(subject.stranger("granted"), |one, (_, other)| one.scope(other.token));
            all.scope(&format!("{}.where({constraints})", scope.token))
        };
        let beyond = granted(&format!("{UNKNOWN_FIELD}=1"));
        refuses(subject, &beyond, "a grant of what it asks for").await?;
        for (field, argument) in &scope.fields {
            let Some(value) = argument.and_then(|name| text(subject.arguments.get(name)?)) else {
                continue;
            };
            let within = granted(&format!("{field}={}", encoded(&value)));
            subject.reaches_function(&within).await?;
            let beyond = granted(&format!("{field}={}", encoded(&format!("{value}0"))));
            refuses(subject, &beyond, "a grant of what it asks for").await?;
        }
    }
    Ok(Kept::Yes)
}

pub(super) async fn unlisted(subject: &Subject) -> Tested {
    if subject.promised.scopes.is_empty() {
        return Ok(Kept::NotMade);
    }
    if !subject.shows(&subject.entitled("entitled")).await {
        return Err(Broken::of("a caller with all of its scopes isn't shown the tool"));
    }
    let nobody = (anonymous(), "a credential".to_owned());
    for (who, lacks) in lacking(subject).into_iter().chain([nobody]) {
        if subject.shows(&who).await {
            return Err(Broken::of(format!("a caller without {lacks} is shown the tool")));
        }
    }
    Ok(Kept::Yes)
}

/// A caller for each scope that lacks that one alone; and one that lacks all of several.
fn lacking(subject: &Subject) -> Vec<(TestCaller, String)> {
    let scopes = &subject.promised.scopes;
    let mut all = Vec::new();
    for (at, missing) in scopes.iter().enumerate() {
        let others = scopes.iter().enumerate().filter(|(other, _)| *other != at);
        let lacks =
            others.fold(subject.stranger("lacking"), |one, (_, scope)| one.scope(scope.token));
        all.push((lacks, format!("`{}`", missing.token)));
    }
    if scopes.len() > 1 {
        all.push((subject.stranger("stranger"), "any of its scopes".to_owned()));
    }
    all
}

async fn refuses(subject: &Subject, who: &Caller, lacks: &str) -> Result<(), Broken> {
    let before = subject.watch.begun();
    let answer = subject.patient(who, &subject.arguments).await;
    if subject.watch.begun() > before {
        let what = format!("the function ran for a caller without {lacks}");
        return Err(Broken::by(what, &answer));
    }
    if is_refusal(&answer) {
        return Ok(());
    }
    Err(Broken::by(format!("a caller without {lacks} was not told so"), &answer))
}

/// A concealed tool is answered as an unknown one.
fn is_refusal(answer: &Answer) -> bool {
    answer.outcome().as_ref().is_err_and(|error| {
        matches!(error.code(), Code::InsufficientScope | Code::Unauthenticated | Code::NotFound)
    })
}

/// A scalar as a grant spells it.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// Percent-encoded, since a scope has neither spaces nor quotes (RFC 6749).
fn encoded(value: &str) -> String {
    value.bytes().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() {
            text.push(char::from(byte));
        } else {
            // Writing to a `String` never fails.
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}
