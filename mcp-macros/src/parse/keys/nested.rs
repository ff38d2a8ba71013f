//! What stands in the parentheses of single keys.

use super::Key;

/// Keys of `retry(…)`.
pub(crate) const RETRY: &[Key] = &[
    Key {
        name: "attempts",
        grammar: "attempts = 3",
        doc: "How often the function is tried in all, 2 to 10.",
        default: "3",
        example: "attempts = 3",
    },
    Key {
        name: "attempt_timeout",
        grammar: r#"attempt_timeout = "5s""#,
        doc: "How long one attempt may take. All attempts and the longest pauses between them must \
              fit into `timeout`.",
        default: "what is left of `timeout`",
        example: r#"attempt_timeout = "5s""#,
    },
    Key {
        name: "base",
        grammar: r#"base = "100ms""#,
        doc: "The pause before attempt _n_ + 1 is random, up to `base`·2ⁿ⁻¹ and never above 5s.",
        default: "100ms",
        example: r#"base = "100ms""#,
    },
];

/// Keys of `adaptive(…)`.
pub(crate) const ADAPTIVE: &[Key] = &[Key {
    name: "max",
    grammar: "max = 64",
    doc: "The most that may run at a time, 1 to 65536.",
    default: "required",
    example: "max = 64",
}];

/// Keys of `queue(…)`.
pub(crate) const QUEUE: &[Key] = &[
    Key {
        name: "depth",
        grammar: "depth = 64",
        doc: "How many calls wait, 1 to 65536; the next one is refused.",
        default: "64",
        example: "depth = 64",
    },
    Key {
        name: "wait",
        grammar: r#"wait = "1s""#,
        doc: "How long one call waits; less than `timeout`.",
        default: "1s",
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
        example: "shared",
    },
    Key {
        name: "normalize",
        grammar: "normalize = path",
        doc: "An `fn(&mut Arguments)` that makes like arguments equal in the key.",
        default: "arguments as they are",
        example: "normalize = upper_case",
    },
];

/// Keys of `breaker(…)`.
pub(crate) const BREAKER: &[Key] = &[
    Key {
        name: "failures",
        grammar: "failures = 5",
        doc: "It opens after so many failures in a row, 1 to 1000.",
        default: "5",
        example: "failures = 5",
    },
    Key {
        name: "ratio",
        grammar: "ratio = 0.5",
        doc: "It opens when such a share of at least 20 calls in 30s fails, or is slow: above 0 and \
              at most 1.",
        default: "0.5",
        example: "ratio = 0.5",
    },
    Key {
        name: "slow",
        grammar: r#"slow = "2s""#,
        doc: "A call that takes longer is slow.",
        default: "no call is",
        example: r#"slow = "2s""#,
    },
    Key {
        name: "open",
        grammar: r#"open = "5s""#,
        doc: "How long it stays open at first, up to 60s; this doubles, up to 60s, while probes \
              fail.",
        default: "5s",
        example: r#"open = "5s""#,
    },
];
