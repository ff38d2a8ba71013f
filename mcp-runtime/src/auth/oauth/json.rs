//! JSON from outside: one object, without duplicate names, of bounded depth.

use serde_json::{Map, Value};

use crate::json::{Limits, inspect};

/// Deeper than any claim that somebody means.
const DEPTH: usize = 16;

/// # Errors
///
/// What isn't one JSON object, is too large or too deep, or names a key twice: two readers could
/// each see another value.
pub(super) fn object(text: &[u8], most: usize) -> Result<Map<String, Value>, String> {
    let limits = Limits { message: most, depth: DEPTH, string: most };
    inspect(text, limits).map_err(|malformed| malformed.message)?;
    serde_json::from_slice(text).map_err(|_| "not a JSON object".to_owned())
}
