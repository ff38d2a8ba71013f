use mcp_runtime::ToolError;

macro_rules! errors {
    ($($name:ident)*) => {$(
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("failed")
            }
        }

        impl std::error::Error for $name {}
    )*};
}

#[derive(Debug, ToolError)]
#[tool_error(code = "not_found")]
enum Keys {
    #[tool_error(cod = "not_found")]
    Unknown,
    #[tool_error(code = "not_found", retryable, retryable)]
    Twice,
    #[tool_error(code, retryable = true, message(text), effect = none)]
    Shapes,
    #[tool_error = "not_found"]
    NoList,
    #[tool_error]
    NoKeys,
    #[tool_error(message = "no")]
    NoCode,
    #[tool_error(code = "not_found", retry_after = "30 seconds")]
    Duration,
    #[tool_error(code = "not_found", crate = mcp_runtime)]
    Runtime,
    Field(#[tool_error(transparent)] u8),
}

#[derive(Debug, ToolError)]
enum Values {
    #[tool_error(code = "not_found", effect = "non")]
    Effect,
    #[tool_error(code = "not_found", next = "give_up")]
    Next,
    #[tool_error(code = "conflict", effect = "applied", retryable)]
    AppliedAndRetryable,
    #[tool_error(code = "conflict", retry_after = "1s", effect = "applied")]
    AppliedAndRetryAfter,
}

#[derive(Debug, ToolError)]
enum Transparent {
    #[tool_error(transparent, code = "not_found", retryable)]
    More(ToolError),
    #[tool_error(transparent)]
    Unit,
    #[tool_error(transparent)]
    Two(ToolError, u8),
}

#[derive(Debug, ToolError)]
#[tool_error(mesage = "no", code = "not_found")]
struct Struct;

#[derive(ToolError)]
union Union {
    _one: u8,
}

errors!(Keys Values Transparent Struct);

fn main() {
    let _ = ToolError::from(Keys::Unknown);
    let _ = ToolError::from(Values::Effect);
    let _ = ToolError::from(Transparent::Unit);
    let _ = ToolError::from(Struct);
    let _ = ToolError::from(Union { _one: 1 });
    let _ = (Keys::Twice, Keys::Shapes, Keys::NoList, Keys::NoKeys, Keys::NoCode);
    let _ = (Keys::Duration, Keys::Runtime, Keys::Field(1));
    let _ = (Values::Next, Values::AppliedAndRetryable, Values::AppliedAndRetryAfter);
    let _ = (Transparent::More(ToolError::new("x", "x")), Transparent::Two(ToolError::new("x", "x"), 1));
}
