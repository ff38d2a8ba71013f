//! A call that is on record, until its outcome is.

use std::sync::Arc;

use tokio::time::Instant;
use tracing::warn;

use super::entries::{Intent, entry, given_back};
use super::writing::Late;
use super::{Desk, words};
use crate::audit::Draft;
use crate::call::ToolCall;
use crate::context::Context;
use crate::error::{Code, Effect, ToolError};
use crate::policy::Outcome;
use crate::stats::Decision;
use crate::store::StoreError;
use crate::store::journal::{Entry, Written};
use crate::store::once::{OnceAnswer, OnceKey, OnceOp};

/// What is known of a call for the record of its outcome.
#[derive(Clone)]
pub(super) struct Subject {
    pub(super) desk: Arc<Desk>,
    pub(super) is_read_only: bool,
    pub(super) context: Context,
}

impl Subject {
    pub(super) fn of(desk: &Arc<Desk>, call: &ToolCall) -> Self {
        let (is_read_only, context) = (call.tool.is_read_only(), call.context().clone());
        Self { desk: Arc::clone(desk), is_read_only, context }
    }

    /// The record of an outcome, where the call has an intent.
    pub(super) fn record(
        &self,
        intent: Option<Intent>,
        outcome: &Outcome,
        replay_of: Option<&str>,
    ) -> Option<Draft> {
        let (recorder, intent) = (self.desk.recorder.as_ref()?, intent?);
        Some(recorder.outcome(intent.trail, intent.seq, outcome, replay_of))
    }

    /// What is answered in place of an outcome that could not be put on record.
    fn unclosed(&self, outcome: &Outcome, error: &StoreError) -> ToolError {
        self.desk.count(Decision::Unaudited);
        let effect = match outcome {
            Ok(_) if self.is_read_only => Effect::None,
            Ok(_) => Effect::Applied,
            Err(error) => error.stated_effect().unwrap_or(Effect::Unknown),
        };
        words::unclosed(self.desk.recorder.is_some(), effect, error)
    }

    /// What became of a call that was dropped.
    fn dropped(&self, at: Instant, effect: Effect) -> Outcome {
        let code = if at >= self.context.deadline() { Code::Timeout } else { Code::Cancelled };
        Err(ToolError::new(code, "the call was given up").effect(effect))
    }
}

/// A call that is on record. Dropped, its outcome is written in the background.
pub(super) struct Open {
    subject: Subject,
    intent: Option<Intent>,
    /// What it may have left behind if it is dropped now.
    pub(super) effect: Effect,
    closed: bool,
}

impl Open {
    pub(super) fn new(subject: Subject, intent: Option<Intent>, effect: Effect) -> Self {
        if intent.is_some() {
            subject.context.intend();
        }
        Self { subject, intent, effect, closed: false }
    }

    pub(super) fn call_id(&self) -> &str {
        self.subject.context.call_id()
    }

    /// Puts the outcome on record, together with the last step of the call's key. What comes back
    /// is what the caller is answered.
    pub(super) fn close(
        mut self,
        outcome: Outcome,
        once: Option<(OnceKey, OnceOp)>,
        replay_of: Option<&str>,
    ) -> impl Future<Output = Outcome> + use<> {
        let Subject { desk, is_read_only, context } = &self.subject;
        let outcome = outcome.map_err(|mut error| {
            error.settle(*is_read_only, context.call_id());
            error
        });
        let completes = matches!(once, Some((_, OnceOp::Complete { .. })));
        let record = self.subject.record(self.intent.take(), &outcome, replay_of);
        let leaves = once.is_some() || record.is_some();
        // From here on the entry is on its way, whoever waits for it.
        self.closed = true;
        let step = leaves.then(|| desk.write_last(entry(once, record)));
        async move {
            let Some(step) = step else { return outcome };
            match step.await {
                Ok(Written { once: Some(OnceAnswer::Stale), .. }) if completes => {
                    warn!("another call has taken the key of this one, which took effect");
                    self.subject.desk.count(Decision::Indeterminate);
                    Err(words::overtaken())
                }
                Ok(_) => outcome,
                Err(error) => Err(self.subject.unclosed(&outcome, &error)),
            }
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if self.closed {
            return;
        }
        let outcome = self.subject.dropped(Instant::now(), self.effect);
        if let Some(record) = self.subject.record(self.intent.take(), &outcome, None) {
            self.subject.desk.write_in_background(entry(None, Some(record)));
        }
    }
}

/// An intent that becomes durable when the call has been given up already: nothing was done.
pub(super) struct GivenUp {
    pub(super) subject: Subject,
    pub(super) trail: Option<crate::audit::Trail>,
    /// The key that the same entry asked for.
    pub(super) key: Option<OnceKey>,
}

impl Late for GivenUp {
    fn entry(self, written: Written, at: Instant, too_long: bool) -> Option<Entry> {
        let intent = Intent::of(self.trail, &written).ok().flatten();
        // The log says what the caller was told, if it was still there.
        let outcome = if too_long {
            Err(words::unopened(true, None))
        } else {
            self.subject.dropped(at, Effect::None)
        };
        let record = self.subject.record(intent, &outcome, None);
        let once = match (self.key, written.once) {
            (Some(key), Some(OnceAnswer::Claimed { fence, doubt })) => {
                Some((key, given_back(fence, doubt.is_some())))
            }
            _ => None,
        };
        (once.is_some() || record.is_some()).then(|| entry(once, record))
    }
}
