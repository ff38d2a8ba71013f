//! What is kept of calls, as the contract tells it.

use super::build::tool;
use super::fixture::{PAY_INVOICE, VOID_INVOICE, app, changed};
use crate::manifest::model::{AuditPart, IdempotencyPart, InFlightPart, KeyPart};
use crate::manifest::words;
use crate::policies::{Audit, Idempotency};
use crate::tool::ToolDef;

#[test]
fn keys_and_the_log_are_told_as_they_are_stated() {
    let manifest = app(&[&PAY_INVOICE]).manifest();
    let pay = tool(&manifest, "pay_invoice");
    assert!(pay.idempotent);
    let expected = IdempotencyPart {
        // A set has no order.
        key: KeyPart::Fields(vec!["number".into(), "parts".into()]),
        ttl_ms: 172_800_000,
        required: false,
        in_flight: InFlightPart::Reject,
        reconcile: false,
        transaction: false,
    };
    assert_eq!(pay.policies.idempotency, Some(expected));
    let audit = AuditPart {
        result: true,
        retention_ms: Some(31_536_000_000),
        plain: vec!["number".into()],
    };
    assert_eq!(pay.policies.audit, Some(audit));
}

#[test]
fn what_holds_for_every_call_is_not_told() {
    let manifest = app(&[&VOID_INVOICE]).manifest();
    let policies = &tool(&manifest, "void_invoice").policies;
    assert_eq!((&policies.idempotency, &policies.audit), (&None, &None));
}

/// The fact of a label, for a changed tool.
fn fact(label: &str, change: fn(&mut ToolDef)) -> (String, String) {
    let manifest = app(&[changed(&VOID_INVOICE, change)]).manifest();
    let facts = words::policies(tool(&manifest, "void_invoice"));
    let fact = facts.into_iter().find(|fact| fact.label == label).unwrap();
    (fact.value, fact.meaning)
}

#[test]
fn keys_are_put_in_words() {
    const FIRST: &str = "gets the answer of the first one, and has no effect of its own.";
    for (change, value, meaning) in [
        (
            (|def| *def = def.once(Idempotency::new())) as fn(&mut ToolDef),
            "the client's",
            format!(
                "A call whose key was used within 1d {FIRST} While the first one runs it waits. A \
                 call without a key runs each time. Where nobody knows what a call did, its key is \
                 refused."
            ),
        ),
        (
            |def| *def = def.once(Idempotency::new().key_of_arguments().reject().transaction()),
            "the client's, else of all arguments",
            format!(
                "A call whose key was used within 1m {FIRST} While the first one runs it is \
                 refused. Every call has a key. The effect and the record of it are one \
                 transaction."
            ),
        ),
        (
            |def| {
                let look = |_: &mut _| Err(crate::ToolError::new("no_look", ""));
                *def = def.once(Idempotency::new().key_of(&["number"]).required().reconcile(look));
            },
            "the client's, else of number",
            format!(
                "A call whose key was used within 1d {FIRST} While the first one runs it waits. A \
                 call without a key is refused. Where nobody knows what a call did, a function \
                 finds out."
            ),
        ),
    ] {
        assert_eq!(fact("key", change), (value.to_owned(), meaning));
    }
}

#[test]
fn the_log_is_put_in_words() {
    const READ: &str = "What can be read in the audit log; of everything else it holds digests.";
    for (change, value, meaning) in [
        (
            (|def| *def = def.audit(Audit::new().retention_ms(86_400_000))) as fn(&mut ToolDef),
            "digests for 1d",
            "How long the audit log keeps the records of its calls.",
        ),
        (|def| *def = def.audit(Audit::new().keep_result()), "results", READ),
    ] {
        assert_eq!(fact("audit", change), (value.to_owned(), meaning.to_owned()));
    }
}
