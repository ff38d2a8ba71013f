//! What is written is what `serde_json` makes of the same data by way of a value.

mod any;
mod edges;

use proptest::prelude::*;
use serde::Serialize;

use super::{Data, Written};
use crate::canonical::canonical_value;
use crate::content::Content;
use any::{Any, data};

/// The text that the data has, or the error, by way of a value.
fn by_value(data: &impl Serialize) -> Result<String, String> {
    let value = serde_json::to_value(data).map_err(|error| error.to_string())?;
    Ok(value.to_string())
}

fn written(data: &impl Serialize) -> Result<Data, String> {
    let written = Written::of(data).map_err(|error| error.to_string())?;
    Ok(written.into_json().into())
}

fn assert_same(data: &impl Serialize) -> Result<(), TestCaseError> {
    match written(data) {
        Ok(written) => {
            prop_assert_eq!(Ok(written.text().to_owned()), by_value(data));
            let value = serde_json::to_value(data).unwrap();
            prop_assert_eq!(written.value(), &value);
            if written.is_canonical() {
                prop_assert_eq!(written.text(), canonical_value(&value));
            }
            prop_assert_eq!(written.into_value(), value);
        }
        Err(error) => prop_assert_eq!(Err(error), by_value(data)),
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn whatever_is_written_is_as_by_value(data in data()) {
        assert_same(&data)?;
    }

    #[test]
    fn a_string_alone_stands_as_it_is(text: String) {
        for data in [Any::Str(text.clone()), Any::Displayed(vec![text.clone()])] {
            match Written::of(&data).unwrap() {
                Written::Text(found) => prop_assert_eq!(&found, &text),
                Written::Json(json) => prop_assert!(false, "{json:?}"),
            }
            assert_same(&data)?;
        }
    }

    #[test]
    fn a_value_comes_back_from_its_text(value in crate::canonical::testing::values()) {
        let data = Data::from(value.clone());
        prop_assert_eq!(data.value(), &value);
        prop_assert_eq!(data.clone().into_value(), value.clone());
        prop_assert_eq!(data.clone().without_value().value().clone(), value.clone());
        prop_assert_eq!(data.into_value(), value);
    }
}

#[test]
fn the_text_block_is_the_same_copy() {
    let data = written(&[1]).unwrap();
    let text = data.to_text();
    assert!(data.is(&text) && data.clone().is(&text));
    assert_eq!(Content::Text(text), Content::text("[1]"));
    assert!(!data.is(&"[1]".into()));
}
