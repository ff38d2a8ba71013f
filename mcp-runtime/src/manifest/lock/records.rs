//! What is kept of calls: a promise about repeats, and what others can read.

use super::changes::At;
use super::rules;
use crate::manifest::model::{AuditPart, IdempotencyPart, KeyPart, ToolPart};

pub(super) fn idempotency(old: &ToolPart, new: &ToolPart, at: &mut At<'_>) {
    let (was, is) = (old.policies.idempotency.as_ref(), new.policies.idempotency.as_ref());
    // Without keys, what is safe to repeat is so by itself.
    let is_natural = |tool: &ToolPart| tool.idempotent && tool.policies.idempotency.is_none();
    let by_itself = is_natural(old) || is_natural(new);
    let rule = if by_itself { &rules::IDEMPOTENCY_NATURAL } else { &rules::IDEMPOTENCY };
    if was.is_none() && is.is_some_and(|is| is.required) {
        at.flag(&rules::KEY_REQUIRED, false, true);
    }
    let Some((was, is)) = at.both(rule, was, is) else { return };
    let IdempotencyPart { key, ttl_ms, required, in_flight, reconcile, transaction } = was;
    at.changed(&rules::KEY, &sorted(key), &sorted(&is.key));
    at.amount(&rules::KEY_TTL, *ttl_ms, is.ttl_ms);
    at.flag(&rules::KEY_REQUIRED, *required, is.required);
    at.amount(&rules::IN_FLIGHT, *in_flight, is.in_flight);
    at.flag(&rules::RECONCILE, *reconcile, is.reconcile);
    at.flag(&rules::TRANSACTION, *transaction, is.transaction);
}

/// A key is made of a set of arguments.
fn sorted(key: &KeyPart) -> KeyPart {
    let mut key = key.clone();
    if let KeyPart::Fields(names) = &mut key {
        names.sort_unstable();
    }
    key
}

pub(super) fn audit(old: Option<&AuditPart>, new: Option<&AuditPart>, at: &mut At<'_>) {
    // What isn't stated is what holds of every call.
    let unstated = AuditPart::default();
    let (old, new) = (old.unwrap_or(&unstated), new.unwrap_or(&unstated));
    let AuditPart { result, retention_ms, plain } = old;
    at.flag(&rules::AUDIT_RESULT, *result, new.result);
    at.optional_amount(&rules::AUDIT_RETENTION, *retention_ms, new.retention_ms);
    at.members(&rules::AUDIT_PLAIN, plain, &new.plain);
}
