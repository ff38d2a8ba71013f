//! `#[tool(…)]`.

use super::Key;

/// Keys of `#[tool(…)]`.
pub(crate) const TOOL: &[Key] = &[
    Key {
        name: "name",
        grammar: r#"name = "…""#,
        doc: "The tool's name on the wire: 1 to 128 of letters, digits, `_`, `-` and `.`.",
        default: "the function's name",
        errors: "other characters; a name that another tool of the list has",
        example: r#"name = "invoices.get""#,
    },
    Key {
        name: "title",
        grammar: r#"title = "…""#,
        doc: "A name for people, shown by clients in lists and dialogs.",
        default: "none",
        errors: "an empty text",
        example: r#"title = "Fetch an invoice""#,
    },
    Key {
        name: "description",
        grammar: r#"description = "…""#,
        doc: "What models read when they choose a tool. Any constant `&'static str` will do.",
        default: "the function's doc comment",
        errors: "an empty text, or none at all",
        example: r#"description = "Fetch one invoice of a customer.""#,
    },
    Key {
        name: "read_only",
        grammar: "read_only",
        doc: "The tool changes nothing: clients may call it without asking, and a repeat is harmless.",
        default: "the tool writes, unless the verb of each of its scopes is `read`",
        errors: "beside `destructive`, or a scope that writes",
        example: "read_only",
    },
    Key {
        name: "destructive",
        grammar: "destructive",
        doc: "The tool deletes or overwrites what can't be brought back: a person is asked to \
              confirm each call.",
        default: "not stated",
        errors: "beside `read_only`, or scopes that only read",
        example: "destructive",
    },
    Key {
        name: "idempotent",
        grammar: r#"idempotent | idempotent(natural) | idempotent(key(…), ttl = "24h", required, in_flight = "wait" | "reject", reconcile = path(a, b), transaction)"#,
        doc: "One effect for each key: a call whose key was used gets the answer of the first one, \
              and one with other arguments is refused. The key is the client's, or else the one \
              that `key` says. With `natural`, calling again with the same arguments is harmless by \
              itself, as in setting a value, and no key is kept. On a tool that reads, `idempotent` \
              alone says the same.",
        default: "a repeat is not known to be safe",
        errors: "keys on a tool that reads; what `idempotent(…)` refuses, see below",
        example: "idempotent(key(invoice_id))",
    },
    Key {
        name: "open_world",
        grammar: "open_world",
        doc: "The tool deals with systems outside of the server's control, such as the web.",
        default: "a closed world",
        errors: "a value",
        example: "open_world",
    },
    Key {
        name: "scope",
        grammar: r#"scope = "verb:resource[.where(field = argument, …)]" | ["…", "…"]"#,
        doc: "What a caller must have been granted; of several, all. `.where(…)` names the fields \
              by which a grant may be constrained to some rows: each is compared with an argument, \
              or, where it stands alone, left to the function, which takes `Granted<…>`. A tool \
              that demands nothing but `read:…` is `read_only`.",
        default: "not stated: with authentication on, the server doesn't start",
        errors: "what is no scope; one that is given twice, or that the crate's catalogue lacks; an argument that the function doesn't take, that is `secret`, or that is no string, integer or boolean",
        example: r#"scope = "read:invoices.where(customer_id = customer_id)""#,
    },
    Key {
        name: "public",
        grammar: "public",
        doc: "No scope is needed.",
        default: "not stated: with authentication on, the server doesn't start",
        errors: "beside `scope`",
        example: "public",
    },
    Key {
        name: "confirm",
        grammar: r#"confirm = "never""#,
        doc: "A `destructive` tool runs without asking a person.",
        default: "a `destructive` tool asks, any other doesn't",
        errors: "without `destructive`; another word",
        example: r#"confirm = "never""#,
    },
    Key {
        name: "check",
        grammar: "check = path | path(a, b) | [path, path(a, b), …]",
        doc: "A rule of your own: a function, `async` or not, that returns `Result<(), E>`, where \
              `E` is a text for the model or turns into a `ToolError`. It gets references to the \
              parameters that are named, which may be names that a pattern binds; `path` alone gets \
              all that have a plain name, in their order. It runs once the arguments keep their \
              schema.",
        default: "none",
        errors: "parameters that aren't the function's, or none; a function that takes or returns something else",
        example: "check = [due_after_issue(issued, due), not_paid(number, ledger)]",
    },
    Key {
        name: "icons",
        grammar: "icons = expr",
        doc: "Icons for clients to show; evaluated once, when the server is built.",
        default: "none",
        errors: "what is no icon",
        example: r#"icons = [Icon::new("https://example.com/invoice.png")]"#,
    },
    Key {
        name: "meta",
        grammar: "meta = expr",
        doc: "The `_meta` object of the tool's listing: any value that serialises to a JSON object.",
        default: "none",
        errors: "what doesn't serialise; at start, what is no object",
        example: r#"meta = BTreeMap::from([("team", "billing")])"#,
    },
    Key {
        name: "timeout",
        grammar: r#"timeout = "10s""#,
        doc: "How long one call may take, waiting included: a whole number and `ms`, `s`, `m`, `h` or `d`.",
        default: "10s; 30s with `open_world` or `dependency`",
        errors: "no unit, zero, more than 365d",
        example: r#"timeout = "10s""#,
    },
    Key {
        name: "retry",
        grammar: r#"retry | retry = 3 | retry(attempts = 3, attempt_timeout = "5s", base = "100ms")"#,
        doc: "How often the function is tried in all, 2 to 10, where an error is retryable. Only \
              on a tool that reads, or with `idempotent`.",
        default: "one attempt; `retry` alone is 3",
        errors: "a tool that is not safe to repeat; attempts and pauses that don't fit into `timeout`",
        example: "retry = 3",
    },
    Key {
        name: "dependency",
        grammar: "dependency = Type | [Type, …]",
        doc: "What the tool needs to work: types with `#[dependency(…)]`, whose breaker, limit and \
              retry budget all their tools share.",
        default: "none",
        errors: "a type without `#[dependency]`, or one that is named twice",
        example: "dependency = Bank",
    },
    Key {
        name: "concurrency",
        grammar: "concurrency = 16 | adaptive(max = 64)",
        doc: "How many calls of the tool run at a time, 1 to 65536; `adaptive` finds the number by \
              the latency, up to `max`.",
        default: "no limit of its own",
        errors: "another number",
        example: "concurrency = 16",
    },
    Key {
        name: "queue",
        grammar: r#"queue(depth = 64, wait = "1s")"#,
        doc: "How many calls wait for their turn, and how long. Needs `concurrency`.",
        default: r#"`queue(depth = 64, wait = "1s")` where there is a limit"#,
        errors: "without `concurrency`; what `queue(…)` refuses, see below",
        example: r#"queue(depth = 64, wait = "1s")"#,
    },
    Key {
        name: "rate_limit",
        grammar: r#"rate_limit = "60/1m per caller burst 10" | ["…", "…"]"#,
        doc: "So many calls in such a time, for each `caller` (unless said otherwise), for the \
              `tool`, or `global`; `burst` is how many may come at once. Of several, all must allow \
              a call.",
        default: "none; `burst` is the count",
        errors: "what is no rate; the same rate twice",
        example: r#"rate_limit = "60/1m per caller burst 10""#,
    },
    Key {
        name: "cost",
        grammar: "cost = 0.02",
        doc: "What a call takes from the caller's budget, in the budget's units.",
        default: "not counted",
        errors: "zero and less",
        example: "cost = 0.02",
    },
    Key {
        name: "cache_ttl",
        grammar: r#"cache_ttl = "30s" | static | semi_dynamic | realtime"#,
        doc: "How long a result may be served again to the same caller, ±10 %; `static` is 1h, \
              `semi_dynamic` 15s, `realtime` 1s. Only on a tool that reads.",
        default: "no cache",
        errors: "a tool that writes",
        example: r#"cache_ttl = "30s""#,
    },
    Key {
        name: "cache",
        grammar: "cache(shared, normalize = path)",
        doc: "With `cache_ttl`: `shared` gives all callers one result, and `normalize`, an `fn(&mut \
              Arguments)`, makes like arguments equal in the key.",
        default: "each caller has its own; arguments as they are",
        errors: "without `cache_ttl`; nothing in the parentheses",
        example: "cache(shared, normalize = upper_case)",
    },
    Key {
        name: "stale_while_revalidate",
        grammar: r#"stale_while_revalidate = "…""#,
        doc: "With `cache_ttl`: for so long after it, the old result is served while one call \
              refreshes it.",
        default: "off",
        errors: "without `cache_ttl`",
        example: r#"stale_while_revalidate = "30s""#,
    },
    Key {
        name: "stale_if_error",
        grammar: r#"stale_if_error = "…""#,
        doc: "With `cache_ttl`: for so long after it, the old result is served where the call times \
              out or what it depends on is not available.",
        default: "off",
        errors: "without `cache_ttl`; no longer than `stale_while_revalidate`",
        example: r#"stale_if_error = "10m""#,
    },
    Key {
        name: "fallback",
        grammar: "fallback = path",
        doc: "The tool that is called, with the same arguments, where this one's dependency is not \
              available. Its arguments must be among this one's, by name and type, and its result of \
              the same type.",
        default: "none",
        errors: "what is no tool, the tool itself, and a tool that takes other arguments, returns another type, or does what this one says it doesn't",
        example: "fallback = cached_price",
    },
    Key {
        name: "blocking",
        grammar: "blocking",
        doc: "The function computes, or blocks its thread: it runs on the bounded pool for such \
              work.",
        default: "runs with all others",
        errors: "a value",
        example: "blocking",
    },
    Key {
        name: "heartbeat",
        grammar: r#"heartbeat = "5s""#,
        doc: "How often a client that asked for progress hears that the call goes on: 100ms at \
              least, and less than `timeout`.",
        default: "none",
        errors: "less than 100ms; `timeout` and more",
        example: r#"heartbeat = "5s""#,
    },
    Key {
        name: "max_result",
        grammar: r#"max_result = "64KB""#,
        doc: "The largest result that is sent to the model: a whole number and `B`, `KB` (1024 B) or \
              `MB`, up to 1024MB.",
        default: "no limit",
        errors: "no unit, zero, more than 1024MB",
        example: r#"max_result = "64KB""#,
    },
    Key {
        name: "audit",
        grammar: r#"audit(result = "digest" | "redacted", retention = "180d")"#,
        doc: "What the audit log keeps of each call's result, and for how long it keeps the records.",
        default: "the result's digest, for as long as the server says",
        errors: "nothing in the parentheses; what `audit(…)` refuses, see below",
        example: r#"audit(result = "redacted", retention = "365d")"#,
    },
    Key {
        name: "version",
        grammar: r#"version = "…""#,
        doc: "The version of the tool's contract.",
        default: "1",
        errors: "an empty text",
        example: r#"version = "2""#,
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
