//! A call without a key: intent, the rest of the pipeline, outcome.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;

use super::entries::{Intent, entry};
use super::open::{GivenUp, Open, Subject};
use super::{Desk, OPENING, words};
use crate::audit::Recorder;
use crate::call::ToolCall;
use crate::error::{Effect, ToolError};
use crate::policy::Outcome;
use crate::policy::later::Later;
use crate::policy::service::ToolService;
use crate::stats::Decision;

pub(super) async fn run(desk: Arc<Desk>, inner: ToolService, mut call: ToolCall) -> Outcome {
    // It ends with its caller, who holds its place. A fallback that has a key goes on alone.
    if call.tool.policies.fallback.is_none() {
        call.place = None;
    }
    let Some(recorder) = &desk.recorder else { return inner.run(call).await };
    let open = open(&desk, recorder, &call).await?;
    // A panic is an outcome too, and the log has it before the caller does.
    let running = AssertUnwindSafe(Later::new(inner, call)).catch_unwind();
    let outcome = running.await.unwrap_or_else(|panic| Err(ToolError::panicked(&*panic)));
    open.close(outcome, None, None).await
}

/// Puts the intent on record.
async fn open(desk: &Arc<Desk>, recorder: &Recorder, call: &ToolCall) -> Result<Open, ToolError> {
    let (record, trail) = recorder.intent(call, None);
    let subject = Subject::of(desk, call);
    let late = || GivenUp { subject: subject.clone(), trail: Some(trail.clone()), key: None };
    let written = desk.write_first(entry(None, Some(record)), late, OPENING).await;
    match written.and_then(|written| Intent::of(Some(trail), &written)) {
        Ok(intent) => {
            let effect = if call.tool.is_read_only() { Effect::None } else { Effect::Unknown };
            Ok(Open::new(subject, intent, effect))
        }
        Err(error) => {
            desk.count(Decision::Unaudited);
            Err(words::unopened(true, Some(&error)))
        }
    }
}
