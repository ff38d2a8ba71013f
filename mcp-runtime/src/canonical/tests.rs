use proptest::prelude::*;
use serde_json::json;

use super::testing::values;
use super::*;

fn text(arguments: Value) -> String {
    let Value::Object(arguments) = arguments else { panic!("an object") };
    canonical(&arguments)
}

fn number_text(number: impl Into<Value>) -> String {
    let text = text(json!({ "n": number.into() }));
    text["{\"n\":".len()..text.len() - 1].to_owned()
}

#[test]
fn every_kind_has_one_spelling() {
    let arguments = json!({
        "b": [1, -2, true, false, null],
        "a": { "z": "ä\"\\\n\u{1f}/", "y": {} },
    });
    assert_eq!(
        text(arguments),
        r#"{"a":{"y":{},"z":"ä\"\\\u000a\u001f/"},"b":[1,-2,true,false,null]}"#
    );
}

#[test]
fn integers_are_exact() {
    let limit = 1_u64 << 53;
    assert_eq!(number_text(limit), "9007199254740992");
    assert_eq!(number_text(limit + 1), "9007199254740993");
    assert_eq!(number_text(u64::MAX), "18446744073709551615");
    assert_eq!(number_text(i64::MIN), "-9223372036854775808");
}

#[test]
fn floats_are_short_and_never_look_like_integers() {
    assert_eq!(number_text(1), "1");
    assert_eq!(number_text(1.0), "1e0");
    assert_eq!(number_text(0.1 + 0.2), "3.0000000000000004e-1");
    assert_eq!(number_text(1e300), "1e300");
    assert_eq!(number_text(f64::MIN_POSITIVE), "2.2250738585072014e-308");
}

#[test]
fn both_zeros_of_a_float_are_one() {
    assert_eq!(number_text(-0.0), number_text(0.0));
    assert_ne!(number_text(0.0), number_text(0));
}

fn members() -> impl Strategy<Value = Vec<(String, Value)>> {
    prop::collection::vec(("[a-c]{1,2}", values()), 0..4)
}

#[test]
fn strings_are_listed_as_values_are() {
    for list in [&[] as &[&str], &["a"], &["a \"b\"", "", "\n"]] {
        assert_eq!(canonical_strings(list), canonical_value(&json!(list)));
    }
}

proptest! {
    #[test]
    fn equal_values_and_only_those_have_equal_text(a in values(), b in values()) {
        let (left, right) = (text(json!({ "v": a })), text(json!({ "v": b })));
        prop_assert_eq!(a == b, left == right, "{} {}", left, right);
    }

    #[test]
    fn the_order_of_keys_is_irrelevant(members in members(), turn in 0_usize..4) {
        // Of a key that is there twice the last counts, so each stands once.
        let once: Arguments = members.into_iter().collect();
        let mut turned: Vec<_> = once.iter().collect();
        turned.rotate_left(turn.min(once.len()));
        let mut text = String::new();
        object(&mut text, turned.into_iter()).unwrap();
        prop_assert_eq!(canonical(&once), text);
    }

    #[test]
    fn floats_read_back_as_the_same_number(float in any::<f64>()) {
        let text = number_text(float);
        prop_assert_eq!(text.parse::<f64>().unwrap().to_bits(), (float + 0.0).to_bits());
    }

    #[test]
    fn the_text_is_json(a in values()) {
        let text = text(json!({ "v": a }));
        prop_assert!(serde_json::from_str::<Value>(&text).is_ok(), "{}", text);
    }
}
