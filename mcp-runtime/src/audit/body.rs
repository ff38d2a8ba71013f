//! A record's body: one JSON object, in one line, as it is stored and chained.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

use super::draft::{Draft, Erased, Intent, Outcome, Refusal};
use super::hex;

impl Draft {
    /// The body of the record at this place of its log.
    pub(crate) fn body(&self, seq: u64) -> Vec<u8> {
        let mut body = Map::new();
        body.insert("seq".into(), seq.into());
        match self {
            Self::Intent(intent) => of_intent(&mut body, intent),
            Self::Outcome(outcome) => of_outcome(&mut body, outcome),
            Self::Refusal(refusal) => of_refusal(&mut body, refusal),
            Self::Erased(erased) => of_erased(&mut body, erased),
        }
        optional(&mut body, "keep_until", self.expires().map(time));
        Value::Object(body).to_string().into_bytes()
    }
}

fn of_intent(body: &mut Map<String, Value>, of: &Intent) {
    put(body, "kind", "intent");
    put(body, "time", time(of.time));
    put(body, "call_id", of.call_id.as_str());
    optional(body, "parent", of.parent.as_deref());
    optional(body, "request_id", of.request_id.as_deref());
    put(body, "principal", of.principal.as_str());
    put(body, "tool", of.tool);
    put(body, "version", of.version);
    put(body, "arguments", of.arguments.clone());
    put(body, "digest", of.digest.as_str());
    let scopes = &of.scopes;
    put(
        body,
        "scopes",
        json!({ "required": scopes.required, "granted": scopes.granted, "unused": scopes.unused }),
    );
    optional(body, "trace", of.trace.as_deref());
    if let Some((from, digest)) = &of.key {
        let mut key = Map::new();
        put(&mut key, "from", *from);
        optional(&mut key, "digest", digest.as_deref());
        put(body, "key", key);
    }
}

fn of_outcome(body: &mut Map<String, Value>, of: &Outcome) {
    put(body, "kind", "outcome");
    put(body, "time", time(of.time));
    put(body, "intent", of.intent);
    put(body, "call_id", of.call_id.as_str());
    put(body, "principal", of.principal.as_str());
    put(body, "tool", &*of.tool);
    put(body, "outcome", of.code.as_str());
    put(body, "effect", of.effect);
    put(body, "latency_us", micros(of.latency));
    optional(body, "digest", of.digest.as_deref());
    optional(body, "result", of.result.clone());
    optional(body, "replay_of", of.replay_of.as_deref());
    optional(body, "trace", of.trace.as_deref());
}

fn of_refusal(body: &mut Map<String, Value>, of: &Refusal) {
    put(body, "kind", "refusal");
    put(body, "time", time(of.time));
    optional(body, "call_id", of.call_id.as_deref());
    optional(body, "principal", of.principal.as_deref());
    optional(body, "peer", of.peer.as_deref());
    optional(body, "tool", of.tool);
    put(body, "outcome", of.code.as_str());
    put(body, "count", of.count);
    put(body, "first", time(of.first));
    optional(body, "trace", of.trace.as_deref());
}

fn of_erased(body: &mut Map<String, Value>, of: &Erased) {
    put(body, "kind", "erased");
    put(body, "time", time(of.time));
    put(body, "bodies", json!(of.bodies));
    let through = |head: super::chain::Head| json!({ "seq": head.seq, "hash": hex(&head.hash) });
    optional(body, "through", of.through.map(through));
    put(body, "proof", hex(&of.proof));
}

fn put(body: &mut Map<String, Value>, name: &str, value: impl Into<Value>) {
    body.insert(name.to_owned(), value.into());
}

fn optional(body: &mut Map<String, Value>, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        put(body, name, value);
    }
}

/// RFC 3339, in UTC, with milliseconds.
pub(super) fn time(time: SystemTime) -> String {
    // The year 10000 has no such form, and `chrono` panics far beyond it.
    let milliseconds = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let time = i64::try_from(milliseconds).ok().and_then(DateTime::<Utc>::from_timestamp_millis);
    time.unwrap_or(DateTime::<Utc>::MAX_UTC).to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
