//! A call with a key: the claim, and what to answer where another call has it.

use std::sync::Arc;

use super::begin::{ask, heard, wait};
use super::entries::{Intent, answer, entry};
use super::key::Key;
use super::open::{GivenUp, Open, Subject};
use super::{Desk, OPENING, kept, owned, words};
use crate::call::ToolCall;
use crate::claim::Claim;
use crate::context::EffectKey;
use crate::error::Effect;
use crate::meta;
use crate::policies::Idempotency;
use crate::policy::Outcome;
use crate::policy::service::ToolService;
use crate::stats::Decision;
use crate::store::StoreError;
use crate::store::once::OnceAnswer;

pub(super) async fn run(
    desk: Arc<Desk>,
    inner: ToolService,
    call: ToolCall,
    key: Key,
    idempotency: Idempotency,
) -> Outcome {
    let (digest, ttl, clock) = (key.once, idempotency.ttl, desk.clock.clone());
    call.context().set_effect_key(EffectKey { digest, ttl, clock });
    let recorder = desk.recorder.as_ref();
    let intent = recorder.map(|of| of.intent(&call, Some((key.from.as_str(), &key.text))));
    let (record, trail) = intent.unzip();
    let subject = Subject::of(&desk, &call);
    let late = GivenUp { subject: subject.clone(), trail: trail.clone(), key: Some(key.once) };
    let (begin, owned) = ask(&desk, &call, &key, &idempotency);
    let writing = desk.write(entry(Some((key.once, begin)), record), late);
    let written = writing.within(OPENING).await;
    let opened = written.and_then(|written| {
        let intent = Intent::of(trail, &written)?;
        Ok((intent, heard(owned, answer(written)?)))
    });
    let (intent, answer) = match opened {
        Ok(opened) => opened,
        Err(error) => {
            desk.count(Decision::Unaudited);
            return Err(words::unopened(desk.recorder.is_some(), Some(&error)));
        }
    };
    let open = Open::new(subject, intent, Effect::None);
    let answer = if answer == OnceAnswer::Running {
        // Rarely, and it would take room in every call.
        Box::pin(wait(&desk, &call, &key, &idempotency, answer)).await
    } else {
        Ok(answer)
    };
    let answer = match answer {
        Ok(OnceAnswer::Claimed { fence, doubt }) => {
            let claim = Arc::new(Claim::new(key.once, fence, doubt));
            return owned::run(desk, inner, call, open, claim, idempotency).await?;
        }
        answer => answer,
    };
    let (outcome, first) = told(&desk, answer);
    open.close(outcome, None, first.as_deref()).await
}

/// What a call is told that doesn't get the key; and the call that was answered first, if it is told
/// that answer.
fn told(desk: &Desk, answer: Result<OnceAnswer, StoreError>) -> (Outcome, Option<String>) {
    let (decision, error) = match answer {
        Ok(OnceAnswer::Completed { response, call_id, age: _ }) => {
            desk.count(Decision::Replayed);
            let outcome = match kept::decode(&response) {
                Ok(reply) => Ok(reply.with_meta(meta::REPLAYED, call_id.as_str())),
                Err(error) => Err(error.with_meta(meta::REPLAYED, call_id.as_str())),
            };
            return (outcome, Some(call_id));
        }
        Ok(OnceAnswer::Running) => (Decision::InProgress, words::in_progress()),
        Ok(OnceAnswer::Mismatch) => (Decision::Mismatched, words::mismatch()),
        Ok(OnceAnswer::Indeterminate { call_id }) => {
            (Decision::Indeterminate, words::indeterminate(Some(&call_id)))
        }
        Ok(OnceAnswer::Full) => (Decision::Shed, words::full()),
        Ok(OnceAnswer::Claimed { .. } | OnceAnswer::Done | OnceAnswer::Stale) => {
            let error = StoreError("the store took the claim for an owner's step".to_owned());
            (Decision::Unaudited, words::unopened(false, Some(&error)))
        }
        Err(error) => return (Err(words::unopened(false, Some(&error))), None),
    };
    desk.count(decision);
    (Err(error), None)
}
