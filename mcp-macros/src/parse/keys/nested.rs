//! What stands in the parentheses of single keys.

use super::Key;

/// Keys of `retry(…)`.
pub(crate) const RETRY: &[Key] = &[
    Key {
        name: "attempts",
        grammar: "attempts = 3",
        doc: "How often the function is tried in all, 2 to 10.",
        default: "3",
        errors: "another number; more than fit into `timeout`",
        example: "attempts = 3",
    },
    Key {
        name: "attempt_timeout",
        grammar: r#"attempt_timeout = "5s""#,
        doc: "How long one attempt may take. All attempts and the longest pauses between them must \
              fit into `timeout`.",
        default: "what is left of `timeout`",
        errors: "more than fits into `timeout`",
        example: r#"attempt_timeout = "5s""#,
    },
    Key {
        name: "base",
        grammar: r#"base = "100ms""#,
        doc: "The pause before attempt _n_ + 1 is random, up to `base`·2ⁿ⁻¹ and never above 5s.",
        default: "100ms",
        errors: "more than 5s; pauses that don't fit into `timeout`",
        example: r#"base = "100ms""#,
    },
];

/// Keys of `adaptive(…)`.
pub(crate) const ADAPTIVE: &[Key] = &[Key {
    name: "max",
    grammar: "max = 64",
    doc: "The most that may run at a time, 1 to 65536.",
    default: "required",
    errors: "another number",
    example: "max = 64",
}];

/// Keys of `queue(…)`.
pub(crate) const QUEUE: &[Key] = &[
    Key {
        name: "depth",
        grammar: "depth = 64",
        doc: "How many calls wait, 1 to 65536; the next one is refused.",
        default: "64",
        errors: "another number",
        example: "depth = 64",
    },
    Key {
        name: "wait",
        grammar: r#"wait = "1s""#,
        doc: "How long one call waits; less than `timeout`.",
        default: "1s",
        errors: "`timeout` and more",
        example: r#"wait = "1s""#,
    },
];

/// Keys of `cache(…)`.
pub(crate) const CACHE: &[Key] = &[
    Key {
        name: "shared",
        grammar: "shared",
        doc: "All callers get one result. Does not compile where a parameter depends on the caller.",
        default: "each caller has its own",
        errors: "a parameter that depends on the caller",
        example: "shared",
    },
    Key {
        name: "normalize",
        grammar: "normalize = path",
        doc: "An `fn(&mut Arguments)` that makes like arguments equal in the key.",
        default: "arguments as they are",
        errors: "a function of another form",
        example: "normalize = upper_case",
    },
];

/// Keys of `idempotent(…)`.
pub(crate) const IDEMPOTENT: &[Key] = &[
    Key {
        name: "natural",
        grammar: "natural",
        doc: "A repeat is harmless by itself. No other key goes with it.",
        default: "it isn't",
        errors: "beside any other key",
        example: "natural",
    },
    Key {
        name: "key",
        grammar: "key(a, b) | key(..)",
        doc: "What makes the key of a call whose client sends none: these arguments, or all that \
              aren't `secret`. A call that leaves one of these out has no key. Who reads the store \
              can guess values of which there are few.",
        default: "such a call has no key, and is not protected",
        errors: "nothing; what is no argument, or `secret`",
        example: "key(invoice_id)",
    },
    Key {
        name: "ttl",
        grammar: r#"ttl = "24h""#,
        doc: "How long a key is remembered: `timeout` at least, 365d at most.",
        default: "24h; 1m with `key(..)`, since the same call may well be meant again",
        errors: "less than `timeout`; more than 365d",
        example: r#"ttl = "24h""#,
    },
    Key {
        name: "required",
        grammar: "required",
        doc: "A call without a key is refused.",
        default: "it runs, once, and is never retried by the server",
        errors: "beside `key(..)`, by which every call has a key",
        example: "required",
    },
    Key {
        name: "in_flight",
        grammar: r#"in_flight = "wait" | "reject""#,
        doc: "What becomes of a call whose key is in use: it waits for the answer, up to its \
              deadline, or is told to come back.",
        default: r#""wait""#,
        errors: "another word",
        example: r#"in_flight = "reject""#,
    },
    Key {
        name: "reconcile",
        grammar: "reconcile = path | path(a, b)",
        doc: "Finds out what a call did of which nobody knows, as after a crash: an `async fn` that \
              returns `Result<Option<T>, E>`, where `T` is the tool's own result. `Some` is the \
              result of what happened; after `None`, which is that nothing did, the tool runs. It \
              gets references to the parameters that are named, as `check` does.",
        default: "such a key is refused for as long as it is remembered",
        errors: "beside `transaction`; a function that takes or returns something else",
        example: "reconcile = find_payment(invoice_id, ledger)",
    },
    Key {
        name: "transaction",
        grammar: "transaction",
        doc: "All that the tool does happens in `Context::transaction`, together with the record of \
              it, so that it is always known whether it happened.",
        default: "it may happen anywhere",
        errors: "beside `reconcile`; a function that takes no `Context`",
        example: "transaction",
    },
];

/// Keys of `audit(…)`.
pub(crate) const AUDIT: &[Key] = &[
    Key {
        name: "result",
        grammar: r#"result = "digest" | "redacted""#,
        doc: "What is kept of a result: a keyed digest, or the result itself without its secrets.",
        default: r#""digest""#,
        errors: "another word",
        example: r#"result = "redacted""#,
    },
    Key {
        name: "retention",
        grammar: r#"retention = "180d""#,
        doc: "How long the records of calls are kept, 3650d at most.",
        default: "as long as the server says",
        errors: "less than 1h; more than 3650d",
        example: r#"retention = "180d""#,
    },
];

/// Keys of `breaker(…)`.
pub(crate) const BREAKER: &[Key] = &[
    Key {
        name: "failures",
        grammar: "failures = 5",
        doc: "It opens after so many failures in a row, 1 to 1000.",
        default: "5",
        errors: "another number",
        example: "failures = 5",
    },
    Key {
        name: "ratio",
        grammar: "ratio = 0.5",
        doc: "It opens when such a share of at least 20 calls in 30s fails, or is slow: above 0 and \
              at most 1.",
        default: "0.5",
        errors: "0 and less; more than 1",
        example: "ratio = 0.5",
    },
    Key {
        name: "slow",
        grammar: r#"slow = "2s""#,
        doc: "A call that takes longer is slow.",
        default: "no call is",
        errors: "no unit, zero",
        example: r#"slow = "2s""#,
    },
    Key {
        name: "open",
        grammar: r#"open = "5s""#,
        doc: "How long it stays open at first, up to 60s; this doubles, up to 60s, while probes \
              fail.",
        default: "5s",
        errors: "more than 60s",
        example: r#"open = "5s""#,
    },
];
