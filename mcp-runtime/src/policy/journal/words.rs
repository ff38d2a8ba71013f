//! What callers are told.

use std::time::Duration;

use crate::error::{Code, Effect, NextAction, ToolError};
use crate::store::StoreError;

/// When to come back: a store that stumbled is up again, a call that ran is done.
const PAUSE: Duration = Duration::from_secs(1);

/// What can't be put on record isn't done. `audit` tells which record it is about.
pub(super) fn unopened(audit: bool, error: Option<&StoreError>) -> ToolError {
    let error_of = if audit {
        let message = "the audit log can't be written now, so nothing was done; make the call \
                       again after the pause";
        ToolError::new(Code::AuditUnavailable, message)
    } else {
        let message = "idempotency keys can't be looked up now, so nothing was done; make the \
                       call again after the pause";
        ToolError::new(Code::BackendUnavailable, message)
    };
    told(error_of.retry_after(PAUSE).effect(Effect::None), error)
}

/// The call is over, and the record of that is missing.
pub(super) fn unclosed(audit: bool, effect: Effect, error: &StoreError) -> ToolError {
    let code = if audit { Code::AuditUnavailable } else { Code::BackendUnavailable };
    let of = |message| ToolError::new(code, message).effect(effect);
    let unclosed = match effect {
        Effect::None => {
            of("nothing was changed, and that could not be put on record; make the call again \
                after the pause")
            .retry_after(PAUSE)
        }
        Effect::Applied => {
            of("the call took effect, and its answer could not be put on record: don't make it \
                again, and tell the person who runs the server")
            .next_action(NextAction::Escalate)
        }
        Effect::Unknown => {
            of("the call failed, and that could not be put on record: look at whether it took \
                effect before making it again")
            .next_action(NextAction::Escalate)
        }
    };
    told(unclosed, Some(error))
}

fn told(of: ToolError, error: Option<&StoreError>) -> ToolError {
    match error {
        Some(StoreError(detail)) => of.developer(detail),
        None => of,
    }
}

pub(super) fn in_progress() -> ToolError {
    let message = "a call with the same idempotency key is still running; make this one again \
                   after the pause, with the same key, to get its answer";
    ToolError::new(Code::InProgress, message).retry_after(PAUSE).effect(Effect::None)
}

pub(super) fn mismatch() -> ToolError {
    let message = "this idempotency key was used for other arguments, so nothing was done: use a \
                   new key for other arguments";
    ToolError::new(Code::IdempotencyMismatch, message)
        .effect(Effect::None)
        .next_action(NextAction::Continue)
}

pub(super) fn indeterminate(call_id: Option<&str>) -> ToolError {
    let which = call_id.map_or_else(String::new, |id| format!(" (call {id})"));
    let message = format!(
        "whether an earlier call with this idempotency key{which} took effect is not known, so \
         nothing was done now: have a person look at it"
    );
    unknown(message)
}

/// The same where the tool's own way of finding out has failed.
pub(super) fn unreconciled(error: &ToolError) -> ToolError {
    let told = indeterminate(None).developer(match error.developer_message() {
        Some(detail) => format!("it could not be found out: {error}: {detail}"),
        None => format!("it could not be found out: {error}"),
    });
    match error.stated_retry_after() {
        Some(pause) => told.retry_after(pause).next_action(NextAction::Retry),
        None if error.is_retryable() => told.retryable().next_action(NextAction::Retry),
        None => told,
    }
}

/// Another call has taken the key while the function ran.
pub(super) fn superseded() -> ToolError {
    let message = "another call has taken over the idempotency key of this one; whether this one \
                   took effect is not known: have a person look at it";
    unknown(message.to_owned())
}

fn unknown(message: String) -> ToolError {
    ToolError::new(Code::Indeterminate, message)
        .effect(Effect::Unknown)
        .next_action(NextAction::Escalate)
}

/// The same after the function has had its effect.
pub(super) fn overtaken() -> ToolError {
    let message = "the call took effect, and another call has taken over its idempotency key \
                   meanwhile: have a person look at whether it took effect twice";
    ToolError::new(Code::Indeterminate, message)
        .effect(Effect::Applied)
        .next_action(NextAction::Escalate)
        .developer("the key's lease ended before the call did")
}

pub(super) fn full() -> ToolError {
    ToolError::shed("the server has no room for another idempotency key now", PAUSE)
}

pub(super) fn lost() -> ToolError {
    let message = "an earlier call with this idempotency key took effect; its result was too \
                   large to keep";
    ToolError::new(Code::Conflict, message)
        .effect(Effect::Applied)
        .next_action(NextAction::Continue)
}

/// A call under the same key learns what became of this one, where the tool `settles` that.
pub(super) fn timed_out(limit: Duration, effect: Effect, settles: bool) -> ToolError {
    if settles || effect == Effect::None {
        let message = format!(
            "the call took longer than {limit:?}; make it again with the same idempotency key to \
             learn what became of it"
        );
        return ToolError::new(Code::Timeout, message).retryable().effect(effect);
    }
    let message = format!(
        "the call took longer than {limit:?}; look at whether it took effect before making it \
         again"
    );
    ToolError::new(Code::Timeout, message).effect(effect)
}

pub(super) fn keyless() -> ToolError {
    refused(format!(
        "this tool needs an idempotency key, which makes a repeat of the call safe: send a new \
         one, such as a UUID, for each new call, and the same one for a repeat, in the request's \
         `_meta` under `{}` or in the HTTP header `Idempotency-Key`",
        crate::meta::IDEMPOTENCY_KEY
    ))
}

pub(super) fn bad_key(problem: &str) -> ToolError {
    refused(format!("the idempotency key {problem}"))
}

fn refused(message: String) -> ToolError {
    ToolError::new(Code::InvalidArguments, message).effect(Effect::None)
}
