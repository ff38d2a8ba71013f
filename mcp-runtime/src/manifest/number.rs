//! Numbers that every program prints alike.
//!
//! JSON doesn't tell `1.0` from `1`, and programs print the former in either way. A manifest has
//! the latter, so that its digest can be made by others.

use serde::{Serialize, Serializer};
use serde_json::Value;

/// Beyond this not every whole number is a double.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The same number as an integer, where it is one.
fn whole(number: f64) -> Option<i64> {
    #[allow(clippy::cast_possible_truncation, reason = "within the range of exact integers")]
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the form that serde calls")]
pub(super) fn serialize<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    match whole(*number) {
        Some(whole) => whole.serialize(serializer),
        None => number.serialize(serializer),
    }
}

#[allow(clippy::ref_option, reason = "the form that serde calls")]
pub(super) fn serialize_optional<S: Serializer>(
    number: &Option<f64>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match number {
        Some(number) => serialize(number, serializer),
        None => serializer.serialize_none(),
    }
}

/// Makes integers of the numbers in a document that are.
pub(super) fn settle(value: &mut Value) {
    match value {
        Value::Number(number) if number.is_f64() => {
            if let Some(whole) = number.as_f64().and_then(whole) {
                *value = whole.into();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(settle),
        Value::Object(members) => members.values_mut().for_each(settle),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn whole_numbers_are_integers_and_the_rest_is_left() {
        for (number, text) in [
            (json!(1.0), "1"),
            (json!(-0.0), "0"),
            (json!(-3.0), "-3"),
            (json!(9_007_199_254_740_992.0), "9007199254740992"),
            (json!(9_007_199_254_740_994.0), "9007199254740994.0"),
            (json!(0.1), "0.1"),
            (json!(u64::MAX), "18446744073709551615"),
        ] {
            let mut document = json!({ "a": [number] });
            settle(&mut document);
            assert_eq!(document["a"][0].to_string(), text);
        }
    }
}
