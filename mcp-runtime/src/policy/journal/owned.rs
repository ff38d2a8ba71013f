//! The call that has the key: it goes on whoever waits for it.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use tokio::time::{sleep, timeout, timeout_at};
use tracing::warn;

use super::entries::{answer, given_back, step};
use super::open::Open;
use super::{Desk, LEASE, RENEWAL, kept, words};
use crate::call::{Reply, ToolCall};
use crate::claim::Claim;
use crate::error::{Effect, ToolError};
use crate::meta;
use crate::outliving::outliving;
use crate::policies::{Idempotency, Reconcile};
use crate::policy::Outcome;
use crate::policy::service::ToolService;
use crate::secrets;
use crate::stats::Decision;
use crate::store::StoreError;
use crate::store::once::{OnceAnswer, OnceOp};

/// How a call came to its end.
enum End {
    Outcome(Outcome),
    /// It was found out that an earlier call had done it.
    Found(Reply),
    /// Another call has the key.
    Lost,
}

/// Carries out the call. Whoever waits for it here may go away.
pub(super) fn run(
    desk: Arc<Desk>,
    inner: ToolService,
    call: ToolCall,
    open: Open,
    claim: Arc<Claim>,
    idempotency: Idempotency,
) -> impl Future<Output = Result<Outcome, ToolError>> + Send {
    let context = call.context().owned();
    let mut call = ToolCall { context, ..call };
    #[cfg(feature = "sqlite")]
    if claim.is_doubtful() {
        call.context().doubt();
    }
    call.claim = Some(Arc::clone(&claim));
    let owning = desk.owners.enter(claim.key, claim.fence);
    let work = async move {
        // What counts the call and what wakes others is let go of when the key is settled.
        let (_owning, _place) = (owning, call.place.take());
        // Whatever the function spawned for the call ends with it.
        let _ended = call.context().cancellation().clone().drop_guard();
        carry_out(&desk, inner, call, open, &claim, &idempotency).await
    };
    outliving(work)
}

async fn carry_out(
    desk: &Arc<Desk>,
    inner: ToolService,
    call: ToolCall,
    mut open: Open,
    claim: &Claim,
    idempotency: &Idempotency,
) -> Outcome {
    // Should the runtime end now.
    open.effect = Effect::Unknown;
    let (deadline, limit) = (call.context().deadline(), call.tool().timeout());
    let work = async {
        if let (true, Some(reconcile)) = (claim.is_doubtful(), idempotency.reconcile) {
            match find_out(reconcile, &call).await {
                Ok(Some(reply)) => return End::Found(reply),
                Ok(None) => claim.clear(),
                Err(error) => {
                    desk.count(Decision::Indeterminate);
                    return End::Outcome(Err(words::unreconciled(&error)));
                }
            }
        }
        End::Outcome(inner.run(call).await)
    };
    let work = timeout_at(deadline, AssertUnwindSafe(work).catch_unwind());
    let end = tokio::select! {
        biased;
        ended = work => match ended {
            Ok(Ok(end)) => end,
            Ok(Err(panic)) => End::Outcome(Err(ToolError::panicked(&*panic))),
            Err(_) => {
                let (effect, settles) = (effect_by_now(claim), idempotency.settles());
                End::Outcome(Err(words::timed_out(limit, effect, settles)))
            }
        },
        () = lost(desk, claim) => End::Lost,
    };
    let fence = claim.fence;
    match end {
        End::Outcome(outcome) => {
            let outcome = outcome.map_err(|error| {
                let mut error = error.unless_stated(effect_by_now(claim));
                // Before it is kept: a replay is the same in this too.
                error.settle(false, open.call_id());
                scrubbed(error)
            });
            let op = settlement(claim, idempotency, &outcome);
            open.close(outcome, Some((claim.key, op)), None).await
        }
        End::Found(reply) => {
            desk.count(Decision::Replayed);
            let outcome = Ok(reply);
            let response = kept::encode(&outcome);
            let op = OnceOp::Complete { fence, response, ttl: idempotency.ttl };
            let outcome = outcome.map(|reply| reply.with_meta(meta::REPLAYED, claim.earlier()));
            open.close(outcome, Some((claim.key, op)), claim.earlier()).await
        }
        End::Lost => {
            let error = if claim.is_started() {
                desk.count(Decision::Indeterminate);
                words::superseded()
            } else {
                desk.count(Decision::InProgress);
                words::in_progress()
            };
            open.close(Err(error), None, None).await
        }
    }
}

/// What the call may have left behind, where nothing says so.
fn effect_by_now(claim: &Claim) -> Effect {
    if claim.is_started() { Effect::Unknown } else { Effect::None }
}

/// What is kept or answered holds no secret, as the edge of the pipeline sees to for all others.
fn scrubbed(mut error: ToolError) -> ToolError {
    if let Some(secrets) = secrets::current() {
        secrets.scrub(&mut error);
    }
    error
}

/// What becomes of the key.
fn settlement(claim: &Claim, idempotency: &Idempotency, outcome: &Outcome) -> OnceOp {
    let fence = claim.fence;
    let effect = match outcome {
        Ok(_) => Effect::Applied,
        Err(error) => error.stated_effect().unwrap_or(Effect::Unknown),
    };
    match effect {
        Effect::Applied => {
            OnceOp::Complete { fence, response: kept::encode(outcome), ttl: idempotency.ttl }
        }
        // Of this call. What an earlier one did is as open as before.
        Effect::None => given_back(fence, claim.is_doubtful()),
        Effect::Unknown => OnceOp::Doubt { fence },
    }
}

/// Asks the tool what an earlier call left.
async fn find_out(reconcile: Reconcile, call: &ToolCall) -> Result<Option<Reply>, ToolError> {
    let found = reconcile(&mut call.clone())?.await?;
    Ok(found.map(|returned| call.tool.shape.apply(returned)))
}

/// Gives signs of life, and comes back once they don't count any more.
async fn lost(desk: &Desk, claim: &Claim) {
    loop {
        sleep(RENEWAL).await;
        let renew = step(claim.key, OnceOp::Renew { fence: claim.fence, lease: LEASE });
        let late = |_| Err(StoreError(format!("it was not written within {RENEWAL:?}")));
        let written = timeout(RENEWAL, desk.journal.write(renew)).await.unwrap_or_else(late);
        match written.and_then(answer) {
            Ok(OnceAnswer::Stale) => {
                warn!("another call has taken the key of this one, whose function is dropped");
                return;
            }
            Ok(_) => {}
            Err(StoreError(detail)) => warn!(detail, "a key's lease was not renewed"),
        }
    }
}
