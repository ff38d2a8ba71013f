//! What a server has put on record. In its memory: a sink has a thread of its own, for which time
//! that is paused doesn't wait.

use std::collections::{BTreeMap, HashMap};

use mcp_runtime::App;
use serde_json::{Value, json};

use super::without_ids;

/// More than any test here leaves.
const RECORDS: usize = 100_000;
/// What no two servers have in common: ids of calls, times, and digests, which each log makes by a
/// key of its own.
const OWN: [&str; 7] = ["time", "first", "latency_us", "keep_until", "call_id", "parent", "digest"];

/// What two servers that were asked the same have to have in common.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Written {
    /// The records of calls, numbered anew: those of refusals stand between them where time is ripe.
    pub(super) calls: Vec<Value>,
    /// How often what was refused to whom.
    pub(super) refusals: BTreeMap<String, u64>,
}

pub(super) fn written(app: &App) -> Written {
    let mut written = Written::default();
    let mut numbers = HashMap::new();
    for mut record in app.audit(RECORDS).unwrap().iter().map(common) {
        let members = record.as_object_mut().unwrap();
        let number = members.remove("seq");
        if members["kind"] == "refusal" {
            let count = members.remove("count").unwrap();
            // Of those that are alike, the last one's.
            members.remove("trace");
            *written.refusals.entry(record.to_string()).or_default() += count.as_u64().unwrap();
            continue;
        }
        if let Some(intent) = members.get_mut("intent") {
            *intent = json!(numbers[&intent.as_u64()]);
        }
        numbers.insert(number.and_then(|number| number.as_u64()), written.calls.len());
        written.calls.push(record);
    }
    written
}

/// What the records say of calls' ends: outcome and effect.
pub(super) fn ends(app: &App) -> Vec<(Value, Value)> {
    let records = written(app).calls.into_iter().filter(|record| record["kind"] == "outcome");
    records.map(|record| (record["outcome"].clone(), record["effect"].clone())).collect()
}

fn common(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.iter().filter(|(name, _)| !OWN.contains(&name.as_str()));
            Value::Object(members.map(|(name, value)| (name.clone(), common(value))).collect())
        }
        Value::Array(items) => items.iter().map(common).collect(),
        Value::String(text) => without_ids(text).into(),
        value => value.clone(),
    }
}
