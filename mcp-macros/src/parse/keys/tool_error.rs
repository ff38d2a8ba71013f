//! `#[tool_error(…)]`.

use super::Key;

/// Keys of `#[tool_error(…)]` on a variant or a struct.
pub(crate) const TOOL_ERROR: &[Key] = &[
    Key {
        name: "code",
        grammar: r#"code = "…""#,
        doc: "What programs match on: one of the runtime's codes, or an application's own \
              (1 to 64 of `a`–`z`, digits and `_`).",
        default: "required, unless `transparent`; a variant without the attribute is `internal`",
        errors: "other characters; a code that is one of the runtime's but for two letters; none at all",
        example: r#"code = "not_found""#,
    },
    Key {
        name: "message",
        grammar: r#"message = "…""#,
        doc: "What the model reads. `{field}` and `{0}` stand for fields, with the usual format specifications.",
        default: "the `Display` text",
        errors: "a field that the variant doesn't have; a placeholder that names none",
        example: r#"message = "there is no such invoice""#,
    },
    Key {
        name: "retryable",
        grammar: "retryable",
        doc: "The same call may succeed later.",
        default: "not retryable",
        errors: r#"beside `effect = "applied"`"#,
        example: "retryable",
    },
    Key {
        name: "retry_after",
        grammar: r#"retry_after = "30s""#,
        doc: "The same call may succeed after this time; implies `retryable`.",
        default: "none",
        errors: r#"no unit; beside `effect = "applied"`"#,
        example: r#"retry_after = "30s""#,
    },
    Key {
        name: "effect",
        grammar: r#"effect = "none" | "applied" | "unknown""#,
        doc: "Whether the tool's effect had happened when it failed.",
        default: "`none` on a read, `unknown` on a write",
        errors: "another word; `applied` beside `retryable` or `retry_after`",
        example: r#"effect = "none""#,
    },
    Key {
        name: "next",
        grammar: r#"next = "retry" | "fallback" | "escalate" | "continue" | "stop""#,
        doc: "What the model should do.",
        default: "`retry` where retryable, else none",
        errors: "another word",
        example: r#"next = "escalate""#,
    },
    Key {
        name: "transparent",
        grammar: "transparent",
        doc: "The variant's only field turns into the tool error by itself.",
        default: "off",
        errors: "beside any other key; a variant with no field, or several",
        example: "transparent",
    },
    Key {
        name: "crate",
        grammar: "crate = path",
        doc: "On the type: where the runtime is found, if it is renamed or re-exported.",
        default: "`::mcp_runtime`",
        errors: "on a variant",
        example: "crate = my_crate::mcp_runtime",
    },
];
