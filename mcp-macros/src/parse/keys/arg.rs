//! `#[arg(…)]`.

use super::Key;

/// Keys of `#[arg(…)]` on a parameter.
pub(crate) const ARG: &[Key] = &[
    Key {
        name: "rename",
        grammar: r#"rename = "…""#,
        doc: "The argument's name on the wire: 1 to 128 characters without control characters.",
        default: "the parameter's name",
        errors: "an empty text, a longer one, control characters; a name that another argument has; beside `flatten`",
        example: r#"rename = "customerId""#,
    },
    Key {
        name: "description",
        grammar: r#"description = "…""#,
        doc: "What models read about the argument. Any constant `&'static str` will do.",
        default: "the parameter's doc comment",
        errors: "an empty text; beside `flatten`",
        example: r#"description = "Invoice number as printed.""#,
    },
    Key {
        name: "default",
        grammar: "default = expr",
        doc: "The value of an argument that is left out; anything that serialises to the argument's JSON.",
        default: "the argument is required, unless it is an `Option`",
        errors: "a literal that the argument's own rules refuse; beside `secret` or `flatten`; at start, any other value that breaks the schema",
        example: "default = 20",
    },
    Key {
        name: "example",
        grammar: "example = expr",
        doc: "A value to show in the schema; anything that serialises to the argument's JSON.",
        default: "none",
        errors: "the same as for `default`",
        example: r#"example = "FV/2026/03/17""#,
    },
    Key {
        name: "range",
        grammar: "range(1..=100)",
        doc: "Limits of a number; either end may be absent, and `..` leaves out the upper end itself.",
        default: "what the type holds",
        errors: "a range that holds nothing; at start, an argument that is no number",
        example: "range(1..=100)",
    },
    Key {
        name: "length",
        grammar: "length(1..=64)",
        doc: "Limits of a string's length, counted in characters.",
        default: "any length",
        errors: "a range that holds nothing; at start, an argument that is no string",
        example: "length(1..=64)",
    },
    Key {
        name: "items",
        grammar: "items(..=10)",
        doc: "Limits of an array's number of items.",
        default: "any number",
        errors: "a range that holds nothing; at start, an argument that is no array",
        example: "items(..=10)",
    },
    Key {
        name: "pattern",
        grammar: r#"pattern = "…""#,
        doc: "A regular expression that a string must match; anchor it with `^` and `$`.",
        default: "none",
        errors: "at start, what is no regular expression, or an argument that is no string",
        example: r#"pattern = r"^FV/\d{4}$""#,
    },
    Key {
        name: "format",
        grammar: r#"format = "…""#,
        doc: "A JSON Schema format, such as `email`, `uri` or `date-time`.",
        default: "what the type says",
        errors: "an empty text",
        example: r#"format = "email""#,
    },
    Key {
        name: "header",
        grammar: r#"header = "Name""#,
        doc: "Over HTTP the argument also travels as the header `Mcp-Param-Name`, \
              so that proxies can route by it. Strings, integers and booleans only.",
        default: "none",
        errors: "what is no header's name; a name that another argument has; an argument of another type, or a `secret` one",
        example: r#"header = "Region""#,
    },
    Key {
        name: "check",
        grammar: "check = path",
        doc: "A rule of your own: a function, `async` or not, that gets a reference to the argument \
              and returns `Result<(), E>`, where `E` is a text for the model or turns into a \
              `ToolError`. It runs once the argument keeps its schema.",
        default: "none",
        errors: "a function that takes or returns something else",
        example: "check = not_in_the_past",
    },
    Key {
        name: "secret",
        grammar: "secret",
        doc: "The value stands in no log, no trace, no record and no error; clients are told by \
              `writeOnly` in the schema.",
        default: "not a secret",
        errors: "beside `header`, `default`, `example`, `audit` or `flatten`",
        example: "secret",
    },
    Key {
        name: "audit",
        grammar: r#"audit = "plain""#,
        doc: "The audit log holds the value as it is: for what an investigation needs to read, and \
              nobody minds others reading. Beside `flatten` it holds all fields so.",
        default: "a keyed digest of the value",
        errors: "another word; beside `secret`",
        example: r#"audit = "plain""#,
    },
    Key {
        name: "flatten",
        grammar: "flatten",
        doc: "The parameter's struct is the whole input: its fields are the arguments.",
        default: "one argument",
        errors: "beside other arguments, and rules, which belong on the struct's fields",
        example: "flatten",
    },
];
