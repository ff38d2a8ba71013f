//! A record's body: one JSON object, in one line, as it is stored and chained. Its members are in
//! the order of their names.

use std::time::{Duration, SystemTime};

use super::draft::{Draft, Erased, Intent, Outcome, Refusal};
use super::json::Writer;
use super::{date, hex};

/// What the members of any record take whose length doesn't vary: names, times, numbers.
const FIXED: usize = 384;

impl Draft {
    /// The body of the record at this place of its log.
    pub(crate) fn body(&self, seq: u64) -> Vec<u8> {
        let mut body = Writer::new(FIXED + self.varying());
        body.open(b'{');
        let until = self.expires();
        match self {
            Self::Intent(intent) => of_intent(&mut body, intent, seq, until),
            Self::Outcome(outcome) => of_outcome(&mut body, outcome, seq, until),
            Self::Refusal(refusal) => of_refusal(&mut body, refusal, seq, until),
            Self::Erased(erased) => of_erased(&mut body, erased, seq),
        }
        body.close(b'}');
        body.into_bytes()
    }

    /// What the members take that can be long, as far as it is known without writing them.
    fn varying(&self) -> usize {
        match self {
            Self::Intent(of) => of.arguments.len() + of.scopes.len() + of.principal.len(),
            Self::Outcome(of) => of.principal.len() + of.code.len(),
            Self::Refusal(of) => of.code.len(),
            Self::Erased(of) => 16 * of.bodies.len(),
        }
    }
}

fn of_intent(body: &mut Writer, of: &Intent, seq: u64, until: Option<SystemTime>) {
    body.name("arguments").json(&of.arguments);
    body.name("call_id").text(&of.call_id);
    body.name("digest").text(&of.digest);
    optional_time(body, "keep_until", until);
    if let Some((from, digest)) = &of.key {
        body.name("key").open(b'{');
        optional(body, "digest", digest.as_deref());
        body.name("from").text(from);
        body.close(b'}');
    }
    body.name("kind").text("intent");
    optional(body, "parent", of.parent.as_deref());
    body.name("principal").text(&of.principal);
    optional(body, "request_id", of.request_id.as_deref());
    body.name("scopes").json(&of.scopes);
    body.name("seq").number(seq);
    time(body, "time", of.time);
    body.name("tool").text(of.tool);
    optional(body, "trace", of.trace.as_deref());
    body.name("version").text(of.version);
}

fn of_outcome(body: &mut Writer, of: &Outcome, seq: u64, until: Option<SystemTime>) {
    body.name("call_id").text(&of.call_id);
    optional(body, "digest", of.digest.as_deref());
    body.name("effect").text(of.effect);
    body.name("intent").number(of.intent);
    optional_time(body, "keep_until", until);
    body.name("kind").text("outcome");
    body.name("latency_us").number(micros(of.latency));
    body.name("outcome").text(&of.code);
    body.name("principal").text(&of.principal);
    optional(body, "replay_of", of.replay_of.as_deref());
    if let Some(result) = &of.result {
        body.name("result").value(result);
    }
    body.name("seq").number(seq);
    time(body, "time", of.time);
    body.name("tool").text(&of.tool);
    optional(body, "trace", of.trace.as_deref());
}

fn of_refusal(body: &mut Writer, of: &Refusal, seq: u64, until: Option<SystemTime>) {
    optional(body, "call_id", of.call_id.as_deref());
    body.name("count").number(of.count);
    time(body, "first", of.first);
    optional_time(body, "keep_until", until);
    body.name("kind").text("refusal");
    body.name("outcome").text(&of.code);
    optional(body, "peer", of.peer.as_deref());
    optional(body, "principal", of.principal.as_deref());
    body.name("seq").number(seq);
    time(body, "time", of.time);
    optional(body, "tool", of.tool);
    optional(body, "trace", of.trace.as_deref());
}

fn of_erased(body: &mut Writer, of: &Erased, seq: u64) {
    body.name("bodies").open(b'[');
    for (from, to) in &of.bodies {
        body.item();
        body.open(b'[');
        body.number(*from);
        body.item();
        body.number(*to);
        body.close(b']');
    }
    body.close(b']');
    body.name("kind").text("erased");
    body.name("proof").text(&hex(&of.proof));
    body.name("seq").number(seq);
    if let Some(head) = of.through {
        body.name("through").open(b'{');
        body.name("hash").text(&hex(&head.hash));
        body.name("seq").number(head.seq);
        body.close(b'}');
    }
    time(body, "time", of.time);
}

fn optional(body: &mut Writer, name: &'static str, text: Option<&str>) {
    if let Some(text) = text {
        body.name(name).text(text);
    }
}

fn time(body: &mut Writer, name: &'static str, time: SystemTime) {
    date::write(time, |text| body.name(name).quoted(text));
}

fn optional_time(body: &mut Writer, name: &'static str, at: Option<SystemTime>) {
    if let Some(at) = at {
        time(body, name, at);
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
