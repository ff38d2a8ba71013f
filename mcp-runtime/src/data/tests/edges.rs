//! What random data is unlikely to meet.

use std::fmt;

use serde::ser::{Error as _, Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::super::{Data, Written};
use super::{assert_same, written};

#[derive(serde::Serialize)]
struct Invoice<'a> {
    number: &'a str,
    lines: Vec<Line<'a>>,
    customer_name: &'a str,
    customer_id: u64,
}

#[derive(serde::Serialize)]
struct Line<'a> {
    quantity: u32,
    description: &'a str,
}

#[test]
fn members_are_sorted_by_name_at_every_depth() {
    let invoice = Invoice {
        number: "FV-1",
        lines: vec![
            Line { quantity: 2, description: "a\n" },
            Line { quantity: 1, description: "" },
        ],
        customer_name: "Anna",
        customer_id: 4711,
    };
    let data = written(&invoice).unwrap();
    assert_eq!(
        data.text(),
        r#"{"customer_id":4711,"customer_name":"Anna","lines":[{"description":"a\n","quantity":2},{"description":"","quantity":1}],"number":"FV-1"}"#
    );
    assert_same(&invoice).unwrap();
}

#[test]
fn names_are_sorted_by_what_they_say_rather_than_by_how_they_are_written() {
    struct Names;
    impl Serialize for Names {
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            // As they are written, `\"` comes after `A` and `\\` before `]`.
            to.collect_map(["A", "\"", "]", "\\", "aaaaaaaaA", "aaaaaaaa\""].map(|name| (name, 1)))
        }
    }
    assert_eq!(
        written(&Names).unwrap().text(),
        r#"{"\"":1,"A":1,"\\":1,"]":1,"aaaaaaaa\"":1,"aaaaaaaaA":1}"#
    );
    assert_same(&Names).unwrap();
}

#[test]
fn of_a_name_that_is_there_twice_the_last_counts() {
    struct Twice;
    impl Serialize for Twice {
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            to.collect_map([("b", 1), ("a", 2), ("b", 3), ("b", 4)])
        }
    }
    assert_eq!(written(&Twice).unwrap().text(), r#"{"a":2,"b":4}"#);
    assert_same(&Twice).unwrap();
}

#[test]
fn many_members_are_put_in_order_too_and_of_those_that_repeat_the_last_counts() {
    struct Many(u32);
    impl Serialize for Many {
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            let name = |count| format!("member {:03}", count * 37 % 150);
            to.collect_map((0..self.0).map(|count| (name(count), count)))
        }
    }
    #[derive(serde::Serialize)]
    struct Around {
        b: u8,
        a: Many,
    }
    for members in [20, 21, 150, 151, 400, 1_000] {
        assert_same(&Many(members)).unwrap();
        // Within an object that has had members itself.
        assert_same(&Around { b: 1, a: Many(members) }).unwrap();
    }
}

#[test]
fn a_long_text_does_not_keep_the_room_that_it_was_put_in_order_in() {
    let number = "x".repeat(4_000);
    let invoice = Invoice { number: &number, lines: Vec::new(), customer_name: "", customer_id: 1 };
    let text = Written::of(&invoice).unwrap().into_json().into_text();
    assert_eq!(text.capacity(), text.len());
}

#[test]
fn what_comes_of_an_error_that_a_type_ignores_is_json() {
    struct Fails;
    impl Serialize for Fails {
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            let mut items = to.serialize_seq(None)?;
            items.serialize_element(&json!({ "b": [1], "a": 2 }))?;
            Err(S::Error::custom("told to"))
        }
    }
    struct Goes;
    impl Serialize for Goes {
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            let mut map = to.serialize_map(None)?;
            map.serialize_entry("c", &1)?;
            assert!(map.serialize_entry("b", &[&Fails]).is_err());
            assert!(map.serialize_entry(&[1], &1).is_err());
            map.serialize_key("left alone")?;
            map.serialize_entry("a", &[1])?;
            map.serialize_key("left alone too")?;
            map.end()
        }
    }
    assert_eq!(written(&Goes).unwrap().text(), r#"{"a":[1],"c":1}"#);
    assert_same(&Goes).unwrap();
    assert_eq!(written(&Fails).unwrap_err(), "told to");
}

#[test]
fn a_value_without_a_key_is_an_error() {
    struct Keyless;
    impl Serialize for Keyless {
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            let mut map = to.serialize_map(None)?;
            map.serialize_value(&1)?;
            map.end()
        }
    }
    assert_eq!(written(&Keyless).unwrap_err(), "a map's value came before its key");
}

#[test]
fn a_text_that_cannot_be_displayed_is_an_error() {
    struct Mute;
    impl fmt::Display for Mute {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            Err(fmt::Error)
        }
    }
    struct Shown;
    impl Serialize for Shown {
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            to.collect_str(&Mute)
        }
    }
    assert!(written(&Shown).is_err() && written(&[Shown]).is_err());
}

#[test]
fn json_that_is_text_already_is_read_and_put_in_order() {
    let raw: Box<RawValue> = serde_json::from_str(r#" { "b" : 1.50, "a" : "\u0041" } "#).unwrap();
    assert_eq!(written(&raw).unwrap().text(), r#"{"a":"A","b":1.5}"#);
    assert_same(&raw).unwrap();
    assert_same(&[&raw]).unwrap();
    let text: Box<RawValue> = serde_json::from_str(r#""a\n""#).unwrap();
    assert!(matches!(Written::of(&text), Ok(Written::Text(text)) if text == "a\n"));
}

#[test]
fn data_has_no_limit_of_depth() {
    let nested = |levels| (0..levels).fold(json!(1), |inner, _| json!([inner]));
    for levels in [126, 127, 128, 400] {
        let value = nested(levels);
        let data = Written::of(&value).unwrap().into_json();
        let data = Data::from(if levels % 2 == 0 { data.within("result") } else { data });
        let expected: Value = if levels % 2 == 0 { json!({ "result": value }) } else { value };
        assert_eq!(data.text(), expected.to_string());
        assert_eq!(data.value(), &expected, "{levels}");
        assert_eq!(data.clone().without_value().into_value(), expected, "{levels}");
        assert_eq!(Data::from(expected.clone()).into_value(), expected, "{levels}");
    }
}

#[test]
fn what_is_spelled_differently_in_canonical_texts_is_not_called_canonical() {
    for (value, expected) in [
        (json!({ "a": [1, -2, null, true, "é\u{1}\"\\/"] }), true),
        (json!(1.0), false),
        (json!({ "a": ["\n"] }), false),
        (json!({ "\t": 1 }), false),
        (json!("a"), true),
        (json!("a\n"), false),
    ] {
        assert_eq!(written(&value).unwrap().is_canonical(), expected, "{value}");
    }
}
