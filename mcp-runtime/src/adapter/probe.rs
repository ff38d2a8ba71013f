//! Whether this build reads numbers as the rest of the program does.
//!
//! Features of a crate hold for all that use it. With `arbitrary_precision`, `serde_json` hands a
//! number that is no integer to visitors as an object of a private form, which its own [`Value`]
//! knows and no other reader can.

use serde_json::{Map, Value};

use crate::json::{Limits, Plain, inspect_plain};

/// What a log says where it doesn't.
pub(super) const WHY: &str = "this build reads numbers in a way of its own, as with the feature \
                              `arbitrary_precision` of serde_json";
/// A fraction, and a number beyond every integer.
const ARGUMENTS: &str = r#"{"n":1.5,"m":1e30}"#;

/// Whether a reader of calls gives the arguments that `serde_json`'s own reader gives.
pub(super) fn agrees(read: impl FnOnce(&[u8]) -> Option<Map<String, Value>>) -> bool {
    let call = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"t","arguments":{ARGUMENTS},"_meta":{{}}}}}}"#
    );
    let expected = serde_json::from_str::<Value>(ARGUMENTS).ok();
    expected.is_some() && read(call.as_bytes()).map(Value::Object) == expected
}

/// The arguments of a call, by the reader of plain requests.
pub(super) fn arguments(call: &[u8]) -> Option<Map<String, Value>> {
    let limits = Limits { message: call.len(), depth: 8, string: call.len() };
    match inspect_plain(call, limits).ok()?.1? {
        Plain::Call(call) => Some(call.arguments),
        Plain::List(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_reader_agrees() {
        assert!(agrees(arguments));
    }

    #[test]
    fn a_reader_to_whom_numbers_come_as_objects_does_not() {
        let whole = |call: &[u8]| arguments(call).unwrap();
        for name in ["n", "m"] {
            assert!(!agrees(|call| {
                let mut read = whole(call);
                let number = read[name].to_string();
                read[name] = json!({ "$serde_json::private::Number": number });
                Some(read)
            }));
        }
        assert!(!agrees(|_| None));
    }
}
