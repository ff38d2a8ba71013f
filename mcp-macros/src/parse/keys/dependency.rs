//! `#[dependency(…)]`.

use super::Key;

/// Keys of `#[dependency(…)]` on a type.
pub(crate) const DEPENDENCY: &[Key] = &[
    Key {
        name: "name",
        grammar: r#"name = "…""#,
        doc: "The name in counts, logs and errors: 1 to 128 of letters, digits, `_`, `-` and `.`.",
        default: "the type's name",
        errors: "other characters",
        example: r#"name = "bank""#,
    },
    Key {
        name: "concurrency",
        grammar: "concurrency = 16 | adaptive(max = 64)",
        doc: "How many calls that need it run at a time, of all its tools, 1 to 65536; `adaptive` \
              finds the number by the latency, up to `max`.",
        default: "no limit",
        errors: "another number",
        example: "concurrency = adaptive(max = 64)",
    },
    Key {
        name: "queue",
        grammar: r#"queue(depth = 64, wait = "1s")"#,
        doc: "How many calls wait for their turn, and how long. Needs `concurrency`.",
        default: r#"`queue(depth = 64, wait = "1s")` where there is a limit"#,
        errors: "without `concurrency`",
        example: r#"queue(depth = 64, wait = "1s")"#,
    },
    Key {
        name: "breaker",
        grammar: r#"breaker | breaker(failures = 5, ratio = 0.5, slow = "2s", open = "5s")"#,
        doc: "Leaves it alone for a while once it fails, so that calls are refused at once and it \
              can recover.",
        default: "off",
        errors: "what `breaker(…)` refuses, see below",
        example: r#"breaker(failures = 5, open = "5s")"#,
    },
    Key {
        name: "retry_budget",
        grammar: r#"retry_budget = "10%""#,
        doc: "How many retries there may be, as a share of calls, besides one a second.",
        default: "10%",
        errors: "no `%`; more than 100%",
        example: r#"retry_budget = "10%""#,
    },
    Key {
        name: "crate",
        grammar: "crate = path",
        doc: "Where the runtime is found, if it is renamed or re-exported.",
        default: "`::mcp_runtime`",
        errors: "a path in quotes",
        example: "crate = my_crate::mcp_runtime",
    },
];
