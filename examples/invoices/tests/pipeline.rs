//! What a payment passes before any money moves.

use invoices::tools::pay_invoice;
use mcp_testkit::assert_pipeline;

/// Scope before arguments, the intent before the account, and no attempt that isn't on record.
#[test]
fn a_payment_is_allowed_and_on_record_before_it_is_made() {
    assert_pipeline!(
        pay_invoice,
        [
            "trace",
            "refusals",
            "loop_guard",
            "contain",
            "cancel",
            "timeout",
            "scope",
            "validation",
            "journal",
            "admission",
            "start",
        ]
    );
}
