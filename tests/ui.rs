//! What the macros accept, and what they say about what they don't.
//!
//! A folder of `ui/fail/` is a cause, a file in it one mistake, so that `docs/mistakes.md` can be
//! written from them; a file whose name starts with `all_` has every mistake of its kind.

#[path = "ui/messages.rs"]
mod messages;

#[test]
fn accepted() {
    trybuild::TestCases::new().pass("ui/pass/*.rs");
}

/// Apart from the others, since mistakes alone are compiled side by side, and never linked.
#[test]
fn refused() {
    trybuild::TestCases::new().compile_fail("ui/fail/*/*.rs");
}
