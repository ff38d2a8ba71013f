//! A record's body: one JSON object, in one line, as it is stored and chained. Its members are in
//! the order of their names, each written with the comma before it.

use std::time::{Duration, SystemTime};

use super::draft::{Draft, Erased, Intent, Outcome, Refusal};
use super::hex;
use super::json::Writer;
use crate::context::RequestId;

/// What the members of any record take whose length hardly varies: names, ids, times, numbers.
const FIXED: usize = 320;

impl Draft {
    /// The body of the record at this place of its log.
    pub(crate) fn body(&self, seq: u64) -> Vec<u8> {
        self.body_in(Vec::with_capacity(FIXED + self.varying()), seq)
    }

    /// The same in a buffer that is there already, in place of what it holds.
    pub(crate) fn body_in(&self, mut buffer: Vec<u8>, seq: u64) -> Vec<u8> {
        buffer.clear();
        let mut body = Writer::on(buffer);
        let until = self.expires();
        match self {
            Self::Intent(intent) => of_intent(&mut body, intent, seq, until),
            Self::Outcome(outcome) => of_outcome(&mut body, outcome, seq, until),
            Self::Refusal(refusal) => of_refusal(&mut body, refusal, seq, until),
            Self::Erased(erased) => of_erased(&mut body, erased, seq),
        }
        body.raw("}");
        body.into_bytes()
    }

    /// What the members take that can be long or missing, as far as it is known without writing
    /// them.
    fn varying(&self) -> usize {
        /// With a name and what stands around it.
        fn optional(text: Option<&str>) -> usize {
            text.map_or(0, |text| 16 + text.len())
        }
        match self {
            Self::Intent(of) => {
                let (parent, trace) =
                    (optional(of.parent.as_deref()), optional(of.trace.as_deref()));
                let id = match &of.request_id {
                    Some(RequestId::Text(text)) => optional(Some(text)),
                    // 19 digits at most, and a sign.
                    Some(RequestId::Number(_)) => 16 + 20,
                    None => 0,
                };
                let ids = parent + id + trace;
                let key = if of.key.is_some() { 72 } else { 0 };
                let whole = of.shown.len() + of.principal.len();
                whole + of.tool.len() + of.version.len() + ids + key
            }
            Self::Outcome(of) => {
                let ids = optional(of.replay_of.as_deref()) + optional(of.trace.as_deref());
                of.principal.len() + of.tool.len() + of.code.len() + ids
            }
            Self::Refusal(of) => of.code.len(),
            Self::Erased(of) => 16 * of.bodies.len(),
        }
    }
}

fn of_intent(body: &mut Writer, of: &Intent, seq: u64, until: Option<SystemTime>) {
    body.raw(r#"{"arguments":"#).json(of.shown.arguments());
    body.raw(r#","call_id":"#).text(&of.call_id);
    body.raw(r#","digest":"#).digest(&of.digest);
    keep_until(body, until);
    if let Some((from, digest)) = &of.key {
        body.raw(r#","key":{"#);
        if let Some(digest) = digest {
            body.raw(r#""digest":"#).digest(digest);
            body.raw(",");
        }
        body.raw(r#""from":"#).text(from);
        body.raw("}");
    }
    body.raw(r#","kind":"intent""#);
    optional(body, r#","parent":"#, of.parent.as_deref());
    body.raw(r#","principal":"#).text(&of.principal);
    match &of.request_id {
        Some(RequestId::Number(number)) => body.raw(r#","request_id":"#).quoted_number(*number),
        Some(RequestId::Text(text)) => body.raw(r#","request_id":"#).text(text),
        None => {}
    }
    body.raw(r#","scopes":"#).json(of.shown.scopes());
    body.raw(r#","seq":"#).number(seq);
    body.raw(r#","time":"#).time(of.time);
    body.raw(r#","tool":"#).text(of.tool);
    optional(body, r#","trace":"#, of.trace.as_deref());
    body.raw(r#","version":"#).text(of.version);
}

fn of_outcome(body: &mut Writer, of: &Outcome, seq: u64, until: Option<SystemTime>) {
    body.raw(r#"{"call_id":"#).text(&of.call_id);
    if let Some(digest) = &of.digest {
        body.raw(r#","digest":"#).digest(digest);
    }
    body.raw(r#","effect":"#).text(of.effect);
    body.raw(r#","intent":"#).number(of.intent);
    keep_until(body, until);
    body.raw(r#","kind":"outcome","latency_us":"#).number(micros(of.latency));
    body.raw(r#","outcome":"#).text(&of.code);
    body.raw(r#","principal":"#).text(&of.principal);
    optional(body, r#","replay_of":"#, of.replay_of.as_deref());
    if let Some(result) = &of.result {
        body.raw(r#","result":"#).value(result);
    }
    body.raw(r#","seq":"#).number(seq);
    body.raw(r#","time":"#).time(of.time);
    body.raw(r#","tool":"#).text(&of.tool);
    optional(body, r#","trace":"#, of.trace.as_deref());
}

fn of_refusal(body: &mut Writer, of: &Refusal, seq: u64, until: Option<SystemTime>) {
    body.raw("{");
    if let Some(call_id) = &of.call_id {
        body.raw(r#""call_id":"#).text(call_id);
        body.raw(",");
    }
    body.raw(r#""count":"#).number(of.count);
    body.raw(r#","first":"#).time(of.first);
    keep_until(body, until);
    body.raw(r#","kind":"refusal","outcome":"#).text(&of.code);
    optional(body, r#","peer":"#, of.peer.as_deref());
    optional(body, r#","principal":"#, of.principal.as_deref());
    body.raw(r#","seq":"#).number(seq);
    body.raw(r#","time":"#).time(of.time);
    optional(body, r#","tool":"#, of.tool);
    optional(body, r#","trace":"#, of.trace.as_deref());
}

fn of_erased(body: &mut Writer, of: &Erased, seq: u64) {
    body.raw(r#"{"bodies":["#);
    for (from, to) in &of.bodies {
        body.item();
        body.raw("[").number(*from);
        body.raw(",").number(*to);
        body.raw("]");
    }
    body.raw(r#"],"kind":"erased","proof":"#).text(&hex(&of.proof));
    body.raw(r#","seq":"#).number(seq);
    if let Some(head) = of.through {
        body.raw(r#","through":{"hash":"#).text(&hex(&head.hash));
        body.raw(r#","seq":"#).number(head.seq);
        body.raw("}");
    }
    body.raw(r#","time":"#).time(of.time);
}

fn optional(body: &mut Writer, name: &'static str, text: Option<&str>) {
    if let Some(text) = text {
        body.raw(name).text(text);
    }
}

fn keep_until(body: &mut Writer, until: Option<SystemTime>) {
    if let Some(until) = until {
        body.raw(r#","keep_until":"#).time(until);
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
