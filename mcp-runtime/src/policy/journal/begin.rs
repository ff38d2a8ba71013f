//! Asks for a key, and waits while another call has it.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

use super::entries::{self, step};
use super::key::Key;
use super::open::{GivenUp, Subject};
use super::{Desk, LEASE, OPENING};
use crate::call::ToolCall;
use crate::policies::{Idempotency, InFlight};
use crate::store::StoreError;
use crate::store::once::{Begin, OnceAnswer, OnceOp};

/// Pauses between two looks at a key whose owner is elsewhere: they double up to the second.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LAST_PAUSE: Duration = Duration::from_millis(500);
/// So long before its deadline a call stops waiting, a tenth of its time within these: what it is
/// told has to be on record first.
const MARGIN_SHARE: u32 = 10;
const LEAST_MARGIN: Duration = Duration::from_millis(10);
const MOST_MARGIN: Duration = Duration::from_millis(100);

/// What asks for a key, and whether a call of this process has it.
pub(super) fn ask(
    desk: &Desk,
    call: &ToolCall,
    key: &Key,
    idempotency: &Idempotency,
) -> (OnceOp, bool) {
    let owned = desk.owners.has(&key.once);
    let settles = idempotency.settles();
    let begin = Begin {
        payload: key.payload,
        version: call.tool.version().into(),
        call_id: call.context().call_id().to_owned(),
        lease: LEASE,
        ttl: idempotency.ttl,
        // What still runs has nothing to settle.
        settles: settles && !owned,
    };
    (OnceOp::Begin(begin), owned)
}

/// What an answer comes to. A lease ends by the wall clock, which may jump: a call that is known to
/// run isn't in doubt by that.
pub(super) fn heard(owned: bool, answer: OnceAnswer) -> OnceAnswer {
    match answer {
        OnceAnswer::Indeterminate { .. } if owned => OnceAnswer::Running,
        answer => answer,
    }
}

/// Waits until the key is no other call's, where the tool wants that. What comes back is `Running`
/// if it still is, shortly before the deadline.
pub(super) async fn wait(
    desk: &Arc<Desk>,
    call: &ToolCall,
    key: &Key,
    idempotency: &Idempotency,
    mut answer: OnceAnswer,
) -> Result<OnceAnswer, StoreError> {
    if answer != OnceAnswer::Running || idempotency.in_flight == InFlight::Reject {
        return Ok(answer);
    }
    let left = call.context().remaining();
    let margin = (left / MARGIN_SHARE).clamp(LEAST_MARGIN, MOST_MARGIN);
    let until = Instant::now() + left.saturating_sub(margin);
    let mut pause = FIRST_PAUSE;
    while answer == OnceAnswer::Running {
        let settled = async {
            if let Some(settled) = desk.owners.settled(&key.once) {
                settled.await;
            } else {
                sleep(pause).await;
                pause = (pause * 2).min(LAST_PAUSE);
            }
        };
        if timeout_at(until, settled).await.is_err() {
            break;
        }
        let (begin, owned) = ask(desk, call, key, idempotency);
        let begin = step(key.once, begin);
        // The intent is on record already, and is closed by itself.
        let subject = Subject::of(desk, call);
        let late = GivenUp { subject, trail: None, key: Some(key.once) };
        let written = desk.write(begin, late).within(OPENING).await?;
        answer = heard(owned, entries::answer(written)?);
    }
    Ok(answer)
}
