//! Tools that other macros write.

use rt::{State, tools};

/// Writes a tool out of fragments of every kind.
macro_rules! tool {
    (
        $(#[$meta:meta])* $vis:vis $name:ident($arg:ident: $ty:ty = $default:expr, $max:literal, $pattern:pat => $from:ty)
            -> $result:ty $body:block
        else $fallback:path, $dependency:ty, $rate:literal, $ttl:literal, $calls:literal
        for $scope:literal, $check:path, $checked:ident
    ) => {
        $(#[$meta])*
        #[rt::tool(
            crate = rt,
            scope = $scope,
            check = [$check($arg), $check($checked), $check($arg)],
            timeout = "1s",
            dependency = $dependency,
            rate_limit = $rate,
            cache_ttl = $ttl,
            concurrency = $calls,
            fallback = $fallback,
        )]
        $vis async fn $name(
            #[arg(default = $default, range(0..=$max))] $arg: $ty,
            $pattern: $from,
            other: $ty,
        ) -> $result {
            let _ = other;
            $body
        }
    };
}

/// The same, as one fragment.
macro_rules! whole {
    ($item:item) => {
        #[rt::tool(crate = rt)]
        $item
    };
}

/// Names of the macro's own beside names of its user.
macro_rules! mixed {
    ($name:ident, $text:literal, $argument:literal) => {
        #[doc = $text]
        #[rt::tool(crate = rt, name = $text, description = $text)]
        pub async fn $name(
            #[doc = $text]
            #[arg(rename = $argument)]
            value: u8,
        ) -> u8 {
            value
        }
    };
}

tool! {
    /// Doubles.
    pub double(_value: u8 = 1 + 1, 100, State(_) => State<u8>) -> u8 { 2 }
    else zero, Nothing, "1/1s", "1s", 16
    for "read:values.where(value = other)", small, _value
}

const fn small(value: &u8) -> Result<(), String> {
    let _ = value;
    Ok(())
}

/// Never fails.
#[rt::dependency(crate = rt)]
#[derive(Debug, Clone, Copy)]
pub struct Nothing;

/// Zero.
#[rt::tool(crate = rt, read_only)]
pub async fn zero(other: u8) -> Result<u8, rt::ToolError> {
    Ok(other)
}

whole! {
    /// Halves.
    pub async fn half(value: u8) -> u8 {
        value / 2
    }
}

mixed!(third, "thirds", "the_value");

/// The tools.
#[must_use]
pub fn tools() -> rt::Tools {
    tools![double, half, third]
}
