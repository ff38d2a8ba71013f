//! What is called compatible is: by schemas, edits of them, and the validator itself.

use fastrand::Rng;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::super::{Side, compare};
use super::instances::Instances;
use super::random::{edited, root};
use crate::manifest::lock::Class;
use crate::validate::Validator;

const INSTANCES: usize = 40;

/// What came of one pair of schemas.
#[derive(Debug, Default)]
struct Trial {
    /// Whether the change was called compatible.
    compatible: bool,
    /// How many instances of the narrow schema were tried on the wide one.
    tried: usize,
    refused: Option<Value>,
}

/// One pair of schemas by one seed, and what they are.
fn trial(side: Side, seed: u64) -> Option<(Trial, [Map<String, Value>; 2])> {
    let mut random = Rng::with_seed(seed);
    let old = root(&mut random);
    let new = edited(&old, &mut random);
    let (narrow, wide) = match side {
        Side::Input => (old.clone(), new.clone()),
        Side::Output => (new.clone(), as_read(&old)),
    };
    // An edit can make what is no schema.
    let (Ok(admits), Ok(accepts)) = (Validator::new(&narrow), Validator::new(&wide)) else {
        return None;
    };
    let mut trial = Trial {
        compatible: compare(side, &old, &new).iter().all(|one| one.class != Class::Breaking),
        ..Trial::default()
    };
    if trial.compatible {
        let instances = Instances::new(&narrow, &wide);
        for _ in 0..INSTANCES {
            let instance = instances.one(&mut random);
            if !admits.violations(&instance).is_empty() {
                continue;
            }
            trial.tried += 1;
            if !accepts.violations(&instance).is_empty() {
                trial.refused = Some(instance);
                break;
            }
        }
    }
    Some((trial, [old, new]))
}

/// A schema as a reader takes it: it passes over what it doesn't know.
fn as_read(schema: &Map<String, Value>) -> Map<String, Value> {
    let mut read = Map::new();
    for (keyword, value) in schema {
        let value = match (keyword.as_str(), value) {
            ("additionalProperties", Value::Bool(false)) => continue,
            ("properties" | "patternProperties" | "$defs", Value::Object(named)) => {
                let open = |(name, one): (&String, &Value)| (name.clone(), one_as_read(one));
                Value::Object(named.iter().map(open).collect())
            }
            ("enum" | "const" | "required" | "type", value) => value.clone(),
            (_, Value::Array(all)) => all.iter().map(one_as_read).collect(),
            (_, value) => one_as_read(value),
        };
        let keyword = if keyword == "oneOf" { "anyOf" } else { keyword };
        read.insert(keyword.to_owned(), value);
    }
    read
}

fn one_as_read(schema: &Value) -> Value {
    schema.as_object().map_or_else(|| schema.clone(), |one| Value::Object(as_read(one)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn an_input_that_was_accepted_still_is(seed in any::<u64>()) {
        if let Some((trial, pair)) = trial(Side::Input, seed) {
            prop_assert!(trial.refused.is_none(), "{:#}\n{:?}", json!(pair), trial);
        }
    }

    #[test]
    fn an_output_is_one_that_readers_know(seed in any::<u64>()) {
        if let Some((trial, pair)) = trial(Side::Output, seed) {
            prop_assert!(trial.refused.is_none(), "{:#}\n{:?}", json!(pair), trial);
        }
    }

    #[test]
    fn the_same_schema_is_no_change(seed in any::<u64>()) {
        let old = root(&mut Rng::with_seed(seed));
        for side in [Side::Input, Side::Output] {
            prop_assert_eq!(compare(side, &old, &old.clone()), vec![]);
        }
    }

    /// A change of words alone is told, and breaks nothing, whatever stands around it.
    #[test]
    fn words_break_nothing(seed in any::<u64>()) {
        let old = root(&mut Rng::with_seed(seed));
        let mut new = old.clone();
        new.insert("description".into(), json!("other words"));
        for side in [Side::Input, Side::Output] {
            let found = compare(side, &old, &new);
            prop_assert_eq!(found.len(), 1, "{:?}", found);
            prop_assert_eq!(found[0].class, Class::Compatible);
        }
    }
}

/// The properties would hold of a comparison that calls everything breaking.
#[test]
fn enough_is_called_compatible_and_tried() {
    for side in [Side::Input, Side::Output] {
        let trials: Vec<Trial> =
            (0..600).filter_map(|seed| trial(side, seed)).map(|(trial, ..)| trial).collect();
        let compatible = trials.iter().filter(|trial| trial.compatible).count();
        let tried: usize = trials.iter().map(|trial| trial.tried).sum();
        assert!(compatible * 4 > trials.len(), "{compatible} of {}", trials.len());
        assert!(tried > 1000, "{tried}");
    }
}
