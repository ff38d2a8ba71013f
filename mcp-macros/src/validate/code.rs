//! The codes of tool errors.

use syn::LitStr;

use crate::diag::{Diagnostics, snake_case};

/// The runtime's codes; every other is an application's own.
const KNOWN: [&str; 18] = [
    "invalid_arguments",
    "unauthenticated",
    "insufficient_scope",
    "rate_limited",
    "overloaded",
    "timeout",
    "cancelled",
    "backend_unavailable",
    "circuit_open",
    "conflict",
    "idempotency_mismatch",
    "in_progress",
    "indeterminate",
    "confirmation_required",
    "budget_exceeded",
    "audit_unavailable",
    "not_found",
    "internal",
];

const LONGEST: usize = 64;

/// How near to a known code an application's own may not be.
const TOO_NEAR: usize = 2;

/// Reports a code that programs couldn't rely on.
pub(crate) fn check(code: &LitStr, diagnostics: &mut Diagnostics) {
    let text = code.value();
    if KNOWN.contains(&text.as_str()) {
        return;
    }
    if let Some(wrong) = malformed(&text) {
        let text = text.escape_debug();
        diagnostics
            .error(
                code,
                format!("code \"{text}\" {wrong}; codes are 1 to 64 of `a` to `z`, digits and `_`"),
            )
            .help(format!("write `code = \"{}\"`", meant(&code.value())));
    } else if let Some(known) = near(&text) {
        diagnostics
            .error(code, format!("unknown code \"{text}\""))
            .help(format!("did you mean `{known}`?"))
            .note("a code of your own must differ from the runtime's by more than two letters");
    }
}

/// The text as a code, as far as it can be one.
fn meant(text: &str) -> String {
    let mut code: String = snake_case(text)
        .chars()
        .map(|c| if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '_' })
        .collect();
    code.truncate(LONGEST);
    let code = code.trim_matches('_');
    if code.is_empty() { "already_paid".to_owned() } else { code.to_owned() }
}

fn malformed(text: &str) -> Option<String> {
    let stray = text.chars().find(|c| !(c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '_'));
    match stray {
        _ if text.is_empty() => Some("is empty".to_owned()),
        Some(c) if c.is_control() => Some("contains a control character".to_owned()),
        Some(' ') => Some("contains a space".to_owned()),
        Some(c) => Some(format!("contains `{c}`")),
        None if text.len() > LONGEST => Some(format!("is {} characters long", text.len())),
        None => None,
    }
}

fn near(text: &str) -> Option<&'static str> {
    KNOWN
        .into_iter()
        .map(|known| (strsim::levenshtein(text, known), known))
        .filter(|(distance, _)| *distance <= TOO_NEAR)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_codes_keep_their_distance() {
        assert_eq!(near("already_paid"), None);
        assert_eq!(near("rate_limted"), Some("rate_limited"));
        assert_eq!(near("timeouts"), Some("timeout"));
    }

    #[test]
    fn a_text_becomes_a_code() {
        assert_eq!(meant("AlreadyPaid"), "already_paid");
        assert_eq!(meant("already-paid!"), "already_paid");
        assert_eq!(meant("!?"), "already_paid");
        assert_eq!(meant(&"a".repeat(65)), "a".repeat(64));
    }

    #[test]
    fn codes_are_snake_case_words() {
        assert_eq!(malformed("already_paid_2"), None);
        assert!(malformed("").is_some());
        assert!(malformed("AlreadyPaid").is_some());
        assert!(malformed("already paid").is_some());
        assert!(malformed(&"a".repeat(65)).is_some());
    }
}
