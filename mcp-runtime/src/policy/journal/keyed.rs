//! A call with a key: the claim, and what to answer where another call has it.

use std::sync::Arc;

use super::begin::{ask, heard, wait};
use super::claim::Claim;
use super::entries::{Intent, answer, entry};
use super::key::Key;
use super::open::{GivenUp, Open, Subject};
use super::{OPENING, Room, kept, owned, words};
use crate::call::ToolCall;
use crate::context::EffectKey;
use crate::error::Effect;
use crate::meta;
use crate::policies::Idempotency;
use crate::policy::{Next, Outcome};
use crate::stats::Decision;
use crate::store::StoreError;
use crate::store::once::OnceAnswer;

pub(super) async fn run<S: Next>(
    room: Arc<Room>,
    inner: S,
    call: ToolCall,
    key: Key,
    idempotency: Idempotency,
) -> Outcome {
    let (digest, ttl, clock) = (key.once, idempotency.ttl, room.clock.clone());
    call.context().set_effect_key(EffectKey { digest, ttl, clock });
    let recorder = room.recorder.as_ref();
    let intent = recorder.map(|of| of.intent(&call, Some((key.from.as_str(), &key.text))));
    let (record, trail) = intent.unzip();
    let subject = Subject::of(&room, &call);
    let late = GivenUp { subject: subject.clone(), trail: trail.clone(), key: Some(key.once) };
    let (begin, owned) = ask(&room, &call, &key, &idempotency);
    let writing = room.write(entry(Some((key.once, begin)), record), late);
    let written = writing.within(OPENING).await;
    let opened = written.and_then(|written| {
        let intent = Intent::of(trail, &written)?;
        Ok((intent, heard(owned, answer(written)?)))
    });
    let (intent, answer) = match opened {
        Ok(opened) => opened,
        Err(error) => {
            room.count(Decision::Unaudited);
            return Err(words::unopened(room.recorder.is_some(), Some(&error)));
        }
    };
    let open = Open::new(subject, intent, Effect::None);
    let answer = match wait(&room, &call, &key, &idempotency, answer).await {
        Ok(answer) => answer,
        Err(error) => {
            return open.close(Err(words::unopened(false, Some(&error))), None, None).await;
        }
    };
    let (decision, error) = match answer {
        OnceAnswer::Claimed { fence, doubt } => {
            let claim = Arc::new(Claim::new(key.once, fence, doubt));
            return owned::run(room, inner, call, open, claim, idempotency).await;
        }
        OnceAnswer::Completed { response, call_id, age: _ } => {
            room.count(Decision::Replayed);
            let outcome = match kept::decode(&response) {
                Ok(reply) => Ok(reply.with_meta(meta::REPLAYED, call_id.as_str())),
                Err(error) => Err(error.with_meta(meta::REPLAYED, call_id.as_str())),
            };
            return open.close(outcome, None, Some(&call_id)).await;
        }
        OnceAnswer::Running => (Decision::InProgress, words::in_progress()),
        OnceAnswer::Mismatch => (Decision::Mismatched, words::mismatch()),
        OnceAnswer::Indeterminate { call_id } => {
            (Decision::Indeterminate, words::indeterminate(Some(&call_id)))
        }
        OnceAnswer::Full => (Decision::Shed, words::full()),
        OnceAnswer::Done | OnceAnswer::Stale => {
            let error = StoreError("the store took the claim for an owner's step".to_owned());
            (Decision::Unaudited, words::unopened(false, Some(&error)))
        }
    };
    room.count(decision);
    open.close(Err(error), None, None).await
}
