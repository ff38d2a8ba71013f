//! Where secrets stand.

use serde_json::Value;

use super::{Kept, Tested};
use crate::Arguments;
use crate::audit::{seq, unseen};
use crate::contract::Broken;
use crate::contract::subject::Subject;
use crate::contract::watch::Act;

/// What is shorter stands somewhere by chance.
const TELLING: usize = 6;
/// A secret that stands nowhere by chance.
const OURS: &str = "c0ntractT3stS3cret";
/// Telling secrets are looked for among so many arguments.
const CASES: usize = 500;
/// The most records that are looked at.
const RECORDS: usize = 1_000;

pub(super) async fn kept(subject: &Subject) -> Tested {
    let secrets = subject.info().secrets();
    if secrets.is_empty() {
        return Ok(Kept::NotMade);
    }
    let mut sent = subject.arguments.clone();
    let mut told = Vec::new();
    for name in secrets {
        let Some((value, texts)) = telling(subject, name) else {
            return Err(Broken::of(format!(
                "no value of `{name}` is long enough to be told from other text; give one: \
                 `Contract::arguments`"
            )));
        };
        sent[*name] = value;
        told.extend(texts.into_iter().map(|text| (*name, text)));
    }
    let app = subject.server.app();
    let before = app.audit(1).ok().and_then(|newest| seq(newest.last()?));
    let anna = subject.entitled("anna");
    let texts: Vec<_> = told.iter().map(|(_, text)| text.as_str()).collect();
    let what = texts.join(" and ");
    let mut errors = Vec::new();
    for act in [
        Act::Run,
        Act::Tell { what: what.clone(), panics: false },
        Act::Tell { what, panics: true },
    ] {
        subject.watch.act(act);
        // A kept result would answer in its place.
        subject.quiet().await;
        let answer = subject.patient(&anna, &sent).await;
        if let Err(error) = answer.outcome() {
            errors.push(error.to_json().to_string());
        }
    }
    if subject.watch.begun() == 0 {
        subject.reaches_function(&anna).await?;
    }
    let records = app.audit(RECORDS);
    let unseen = unseen(records.as_deref().ok(), app.is_recorded(), before.unwrap_or_default());
    let records = records.unwrap_or_default();
    let records = records.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    let log = subject.server.log().text();
    for (place, text) in [("log", &log), ("audit log", &records), ("error", &errors.join("\n"))] {
        for (name, secret) in &told {
            if let Some(line) = text.lines().find(|line| line.contains(secret.as_str())) {
                // Nor may what a failed test prints hold any of them.
                let free = |line: String, text: &&str| line.replace(*text, "(secret)");
                let line = texts.iter().fold(line.to_owned(), free);
                let what = format!("what was sent as `{name}` stands in the {place}:\n  {line}");
                return Err(Broken::of(what));
            }
        }
    }
    // What can't be read isn't empty.
    Ok(unseen.map_or(Kept::Yes, Kept::InPart))
}

/// Whether an argument can have a value, by its own schema.
fn admits(subject: &Subject, name: &str, value: &Value) -> bool {
    let property = &subject.info().input_schema()["properties"][name];
    jsonschema::draft202012::new(property).is_ok_and(|schema| schema.is_valid(value))
}

/// A value of a secret argument, and the texts in it that can be told from others.
fn telling(subject: &Subject, name: &str) -> Option<(Value, Vec<String>)> {
    let cases = Arguments::of(subject.info()).cases(Subject::seed()).take(CASES);
    let values = cases.map(|case| case.arguments().get(name).cloned().unwrap_or_default());
    let given = subject.arguments.get(name).cloned();
    let ours = Some(Value::from(OURS)).filter(|ours| admits(subject, name, ours));
    given.into_iter().chain(ours).chain(values).find_map(|value| {
        let mut texts = Vec::new();
        leaves(&value, &mut texts);
        (!texts.is_empty()).then_some((value, texts))
    })
}

fn leaves(value: &Value, texts: &mut Vec<String>) {
    let text = match value {
        // What is escaped when it is written would not be found.
        Value::String(text) if text.chars().all(|c| c.is_ascii_alphanumeric()) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Array(items) => return items.iter().for_each(|item| leaves(item, texts)),
        Value::Object(fields) => return fields.values().for_each(|field| leaves(field, texts)),
        _ => return,
    };
    if text.len() >= TELLING {
        texts.push(text);
    }
}
