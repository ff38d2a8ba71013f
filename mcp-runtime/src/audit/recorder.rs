//! What calls come to in the log: intents, outcomes and refusals, made of what travels.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use super::cut::cut;
use super::draft::{Draft, Intent, Outcome};
use super::refusals::{Refused, Refusing};
use super::shown::Shown;
use super::{AuditKeys, said, within};
use crate::call::{Reply, ToolCall};
use crate::clock::Clock;
use crate::context::{Context, RequestId};
use crate::error::{Code, Effect, ToolError};
use crate::secrets::{self, Secrets, known_names};
use crate::store::journal::Journal;
use crate::tool::ToolInfo;

/// Makes a server's records. Where nothing is recorded there is none.
pub(crate) struct Recorder {
    keys: AuditKeys,
    /// Of the records of tools that don't say.
    retention: Duration,
    clock: Clock,
    refusing: Refusing,
}

/// What is kept of a call between its intent and its outcome: what both records say, as they say it.
#[derive(Clone, Debug)]
pub(crate) struct Trail {
    call_id: Arc<str>,
    principal: Arc<str>,
    trace: Option<Arc<str>>,
    tool: Arc<ToolInfo>,
    started: Instant,
    /// What its records mustn't show.
    secrets: Option<Arc<Secrets>>,
}

impl Recorder {
    pub(crate) fn new(
        keys: AuditKeys,
        retention: Duration,
        clock: Clock,
        journal: Arc<dyn Journal>,
    ) -> Arc<Self> {
        let refusing = Refusing::new(journal);
        Arc::new(Self { keys, retention, clock, refusing })
    }

    /// The record of a call that is about to run, and what its outcome needs. Its arguments are the
    /// validated ones. `key` is what makes it idempotent: where it came from, and itself.
    pub(crate) fn intent(
        &self,
        call: &ToolCall,
        key: Option<(&'static str, &str)>,
    ) -> (Draft, Trail) {
        let (keys, context, tool) = (&self.keys, &call.context, &call.tool);
        let trail = Trail {
            call_id: context.shared_call_id(),
            principal: self.principal(context),
            trace: context.trace().map(|trace| cut(keys, &*trace.traceparent).into()),
            tool: Arc::clone(tool),
            started: Instant::now(),
            secrets: secrets_of(call),
        };
        let (shown, digest) = Shown::of(keys, call);
        let intent = Intent {
            time: self.clock.now(),
            call_id: Arc::clone(&trail.call_id),
            parent: within::parent(),
            request_id: context.plain_request_id().map(|id| self.short(id)),
            principal: Arc::clone(&trail.principal),
            tool: tool.name,
            version: tool.version(),
            shown,
            digest,
            trace: trail.trace.clone(),
            key: match key {
                Some((from, key)) => Some((from, Some(keys.digest(key.as_bytes())))),
                // It isn't protected against a repeat, and could have been.
                None => tool.policies.idempotency.map(|_| ("none", None)),
            },
            retention: self.retention_of(tool),
        };
        (Draft::Intent(Box::new(intent)), trail)
    }

    /// The record of what came of a call whose intent has this place in the log. `replay_of` is the
    /// call whose answer this is again.
    pub(crate) fn outcome(
        &self,
        trail: Trail,
        intent: u64,
        outcome: &crate::policy::Outcome,
        replay_of: Option<&str>,
    ) -> Draft {
        let tool = &trail.tool;
        let (reply, error) = (outcome.as_ref().ok(), outcome.as_ref().err());
        let digest = reply.and_then(said::said).map(|said| self.keys.digest(said.as_bytes()));
        let record = Outcome {
            time: self.clock.now(),
            intent,
            tool: tool.name.into(),
            code: error.map_or(Cow::Borrowed("ok"), |error| self.code(&trail, error).into()),
            effect: effect(tool, error),
            latency: trail.started.elapsed(),
            digest,
            result: reply.and_then(|reply| trail.result(reply)),
            replay_of: replay_of.map(|call| cut(&self.keys, call).into()),
            retention: self.retention_of(tool),
            call_id: trail.call_id,
            principal: trail.principal,
            trace: trail.trace,
        };
        Draft::Outcome(Box::new(record))
    }

    /// Records a call that was refused before its intent. The first of its kind is written at once,
    /// what follows is counted: see [`Refusing`]. It never waits, and fails nothing.
    /// It is called within the call, whose secrets its code mustn't show.
    pub(crate) fn refused<'a>(self: &Arc<Self>, refused: Refused<'a>) {
        let retention = refused.tool.map_or(self.retention, |tool| self.retention_of(tool));
        let short = |text: Option<&'a str>| text.map(|text| cut(&self.keys, text));
        let (principal, peer) = (short(refused.principal), short(refused.peer));
        let (call_id, trace) = (short(refused.call_id), short(refused.trace));
        let code = Code::from(freed(refused.code, secrets::current().as_deref()));
        let refused = Refused {
            principal: principal.as_deref(),
            peer: peer.as_deref(),
            call_id: call_id.as_deref(),
            trace: trace.as_deref(),
            code: &code,
            ..refused
        };
        self.refusing.refused(&refused, self.clock.now(), retention);
    }

    /// Hands what was counted to the journal, as the server stops.
    pub(crate) fn flush(&self) {
        self.refusing.flush();
    }

    fn principal(&self, context: &Context) -> Arc<str> {
        let caller = context.caller();
        match cut(&self.keys, caller.principal()) {
            Cow::Borrowed(_) => caller.shared_principal(),
            Cow::Owned(cut) => cut.into(),
        }
    }

    fn short(&self, id: RequestId<'_>) -> RequestId<'static> {
        match id {
            RequestId::Number(number) => RequestId::Number(number),
            RequestId::Text(text) => RequestId::Text(cut(&self.keys, text).into_owned().into()),
        }
    }

    fn code(&self, trail: &Trail, error: &ToolError) -> String {
        cut(&self.keys, freed(error.code(), trail.secrets.as_deref())).into_owned()
    }

    fn retention_of(&self, tool: &ToolInfo) -> Duration {
        tool.policies.audit.retention.unwrap_or(self.retention)
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").finish_non_exhaustive()
    }
}

impl Trail {
    /// The result, where the tool wants it kept and it is small enough.
    fn result(&self, reply: &Reply) -> Option<Value> {
        if !self.tool.policies.audit.keep_result {
            return None;
        }
        let mut result = said::kept(reply)?;
        if let Some(secrets) = &self.secrets {
            secrets.scrub_value(&mut result);
        }
        said::is_small(&result).then_some(result)
    }
}

/// A code without secrets: an application's own can be made of anything.
fn freed(code: &Code, secrets: Option<&Secrets>) -> String {
    let mut text = Value::from(code.as_str());
    if let (Code::App(_), Some(secrets)) = (code, secrets) {
        secrets.scrub_value(&mut text);
    }
    text.as_str().unwrap_or_default().to_owned()
}

/// The secrets of a call, where its tool has any.
fn secrets_of(call: &ToolCall) -> Option<Arc<Secrets>> {
    let tool = &call.tool;
    if tool.secrets.is_empty() {
        return None;
    }
    Some(secrets::current().unwrap_or_else(|| {
        let values = tool.secrets.iter().filter_map(|name| call.arguments.get(*name).cloned());
        Secrets::new(values.collect(), Arc::new(known_names(&tool.input_schema)))
    }))
}

/// What a call left behind, as it will be told to the caller.
fn effect(tool: &ToolInfo, error: Option<&ToolError>) -> &'static str {
    let otherwise = if error.is_none() { Effect::Applied } else { Effect::Unknown };
    let unstated = if tool.read_only { Effect::None } else { otherwise };
    match error.and_then(ToolError::stated_effect).unwrap_or(unstated) {
        Effect::None => "none",
        Effect::Applied => "applied",
        Effect::Unknown => "unknown",
    }
}

#[cfg(test)]
mod tests;
