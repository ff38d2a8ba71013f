//! Every attribute key, once.
//!
//! The parser takes its known keys and its suggestions from these tables, and the reference in
//! `docs/attributes.md` is printed from them. The file depends on nothing, so that a program
//! which prints the reference can include it as it stands.

/// One key of an attribute.
pub(crate) struct Key {
    /// As it is written.
    pub(crate) name: &'static str,
    /// The key with the shape of its value.
    pub(crate) grammar: &'static str,
    /// What it means.
    #[allow(dead_code, reason = "read by the printer of the reference")]
    pub(crate) doc: &'static str,
    /// What holds where the key is absent.
    #[allow(dead_code, reason = "read by the printer of the reference")]
    pub(crate) default: &'static str,
    /// A correct use, quoted in help lines.
    pub(crate) example: &'static str,
}

/// Keys of `#[tool(…)]`.
pub(crate) const TOOL: &[Key] = &[
    Key {
        name: "name",
        grammar: r#"name = "…""#,
        doc: "The tool's name on the wire: 1 to 128 of letters, digits, `_`, `-` and `.`.",
        default: "the function's name",
        example: r#"name = "invoices.get""#,
    },
    Key {
        name: "title",
        grammar: r#"title = "…""#,
        doc: "A name for people, shown by clients in lists and dialogs.",
        default: "none",
        example: r#"title = "Fetch an invoice""#,
    },
    Key {
        name: "description",
        grammar: r#"description = "…""#,
        doc: "What models read when they choose a tool. Any constant `&'static str` will do.",
        default: "the function's doc comment",
        example: r#"description = "Fetch one invoice of a customer.""#,
    },
    Key {
        name: "read_only",
        grammar: "read_only",
        doc: "The tool changes nothing: clients may call it without asking, and a repeat is harmless.",
        default: "the tool writes",
        example: "read_only",
    },
    Key {
        name: "destructive",
        grammar: "destructive",
        doc: "The tool deletes or overwrites what can't be brought back.",
        default: "not stated",
        example: "destructive",
    },
    Key {
        name: "idempotent",
        grammar: "idempotent(natural)",
        doc: "Calling again with the same arguments is harmless by itself, as in setting a value.",
        default: "a repeat is not known to be safe",
        example: "idempotent(natural)",
    },
    Key {
        name: "open_world",
        grammar: "open_world",
        doc: "The tool deals with systems outside of the server's control, such as the web.",
        default: "a closed world",
        example: "open_world",
    },
    Key {
        name: "icons",
        grammar: "icons = expr",
        doc: "Icons for clients to show; evaluated once, when the server is built.",
        default: "none",
        example: r#"icons = [Icon::new("https://example.com/invoice.png")]"#,
    },
    Key {
        name: "meta",
        grammar: "meta = expr",
        doc: "The `_meta` object of the tool's listing: any value that serialises to a JSON object.",
        default: "none",
        example: r#"meta = BTreeMap::from([("team", "billing")])"#,
    },
    Key {
        name: "timeout",
        grammar: r#"timeout = "10s""#,
        doc: "How long one call may take, waiting included: a whole number and `ms`, `s`, `m`, `h` or `d`.",
        default: "10s; 30s with `open_world`",
        example: r#"timeout = "10s""#,
    },
    Key {
        name: "version",
        grammar: r#"version = "…""#,
        doc: "The version of the tool's contract.",
        default: "1",
        example: r#"version = "2""#,
    },
    Key {
        name: "crate",
        grammar: "crate = path",
        doc: "Where the runtime is found, if it is renamed or re-exported.",
        default: "`::mcp_runtime`",
        example: "crate = my_crate::mcp_runtime",
    },
];

/// Keys of `#[arg(…)]` on a parameter.
pub(crate) const ARG: &[Key] = &[
    Key {
        name: "rename",
        grammar: r#"rename = "…""#,
        doc: "The argument's name on the wire: 1 to 128 characters without control characters.",
        default: "the parameter's name",
        example: r#"rename = "customerId""#,
    },
    Key {
        name: "description",
        grammar: r#"description = "…""#,
        doc: "What models read about the argument. Any constant `&'static str` will do.",
        default: "the parameter's doc comment",
        example: r#"description = "Invoice number as printed.""#,
    },
    Key {
        name: "default",
        grammar: "default = expr",
        doc: "The value of an argument that is left out; anything that serialises to the argument's JSON.",
        default: "the argument is required, unless it is an `Option`",
        example: "default = 20",
    },
    Key {
        name: "example",
        grammar: "example = expr",
        doc: "A value to show in the schema; anything that serialises to the argument's JSON.",
        default: "none",
        example: r#"example = "FV/2026/03/17""#,
    },
    Key {
        name: "range",
        grammar: "range(1..=100)",
        doc: "Limits of a number; either end may be absent, and `..` leaves out the upper end itself.",
        default: "what the type holds",
        example: "range(1..=100)",
    },
    Key {
        name: "length",
        grammar: "length(1..=64)",
        doc: "Limits of a string's length, counted in characters.",
        default: "any length",
        example: "length(1..=64)",
    },
    Key {
        name: "items",
        grammar: "items(..=10)",
        doc: "Limits of an array's number of items.",
        default: "any number",
        example: "items(..=10)",
    },
    Key {
        name: "pattern",
        grammar: r#"pattern = "…""#,
        doc: "A regular expression that a string must match; anchor it with `^` and `$`.",
        default: "none",
        example: r#"pattern = r"^FV/\d{4}$""#,
    },
    Key {
        name: "format",
        grammar: r#"format = "…""#,
        doc: "A JSON Schema format, such as `email`, `uri` or `date-time`.",
        default: "what the type says",
        example: r#"format = "email""#,
    },
    Key {
        name: "header",
        grammar: r#"header = "Name""#,
        doc: "Over HTTP the argument also travels as the header `Mcp-Param-Name`, \
              so that proxies can route by it. Strings, integers and booleans only.",
        default: "none",
        example: r#"header = "Region""#,
    },
    Key {
        name: "flatten",
        grammar: "flatten",
        doc: "The parameter's struct is the whole input: its fields are the arguments.",
        default: "one argument",
        example: "flatten",
    },
];

/// Keys of `#[tool_error(…)]` on a variant or a struct.
pub(crate) const TOOL_ERROR: &[Key] = &[
    Key {
        name: "code",
        grammar: r#"code = "…""#,
        doc: "What programs match on: one of the runtime's codes, or an application's own \
              (1 to 64 of `a`–`z`, digits and `_`).",
        default: "required, unless `transparent`; a variant without the attribute is `internal`",
        example: r#"code = "not_found""#,
    },
    Key {
        name: "message",
        grammar: r#"message = "…""#,
        doc: "What the model reads. `{field}` and `{0}` stand for fields, with the usual format specifications.",
        default: "the `Display` text",
        example: r#"message = "there is no such invoice""#,
    },
    Key {
        name: "retryable",
        grammar: "retryable",
        doc: "The same call may succeed later.",
        default: "not retryable",
        example: "retryable",
    },
    Key {
        name: "retry_after",
        grammar: r#"retry_after = "30s""#,
        doc: "The same call may succeed after this time; implies `retryable`.",
        default: "none",
        example: r#"retry_after = "30s""#,
    },
    Key {
        name: "effect",
        grammar: r#"effect = "none" | "applied" | "unknown""#,
        doc: "Whether the tool's effect had happened when it failed.",
        default: "`none` on a read, `unknown` on a write",
        example: r#"effect = "none""#,
    },
    Key {
        name: "next",
        grammar: r#"next = "retry" | "fallback" | "escalate" | "continue" | "stop""#,
        doc: "What the model should do.",
        default: "`retry` where retryable, else none",
        example: r#"next = "escalate""#,
    },
    Key {
        name: "transparent",
        grammar: "transparent",
        doc: "The variant's only field turns into the tool error by itself.",
        default: "off",
        example: "transparent",
    },
    Key {
        name: "crate",
        grammar: "crate = path",
        doc: "On the type: where the runtime is found, if it is renamed or re-exported.",
        default: "`::mcp_runtime`",
        example: "crate = my_crate::mcp_runtime",
    },
];
