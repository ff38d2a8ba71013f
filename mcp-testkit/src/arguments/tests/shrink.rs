//! What arguments shrink to.

use serde_json::{Value, json};

use super::super::Arguments;

fn arguments() -> Arguments {
    let schema = json!({
        "type": "object",
        "properties": {
            "count": { "type": "integer", "minimum": 3, "maximum": 1_000_000 },
            "delta": { "type": "integer", "format": "int64" },
            "share": { "type": "number", "minimum": -10, "maximum": 10 },
            "name": { "type": "string", "minLength": 1, "maxLength": 40 },
            "tags": { "type": "array", "items": { "type": "string" } },
            "code": { "type": "string", "pattern": "^[A-Z]{2,9}$" },
            "more": { "type": "object", "additionalProperties": { "type": "boolean" } },
        },
        "required": ["count", "name"],
        "additionalProperties": false,
    });
    Arguments::from_schema(schema.as_object().unwrap())
}

/// What the first case that fails shrinks to.
async fn smallest(fails: impl Fn(&Value) -> bool) -> Value {
    let mut cases = arguments().cases(11);
    let case = cases.find(|case| fails(&case.arguments())).unwrap();
    case.shrink(|one| std::future::ready(fails(&one))).await
}

#[tokio::test]
async fn a_case_shrinks_to_what_fails_and_nothing_beside() {
    assert_eq!(smallest(|_| true).await, json!({ "count": 3, "name": "a" }));
    assert_eq!(
        smallest(|one| one["count"].as_i64().unwrap() > 20).await,
        json!({ "count": 21, "name": "a" })
    );
    assert_eq!(
        smallest(|one| one["delta"].as_i64().is_some_and(|delta| delta < -40)).await,
        json!({ "count": 3, "delta": -41, "name": "a" })
    );
    assert_eq!(
        smallest(|one| one["name"].as_str().unwrap().len() > 5).await["name"]
            .as_str()
            .unwrap()
            .len(),
        6
    );
    assert_eq!(
        smallest(|one| one["tags"].as_array().is_some_and(|tags| tags.len() > 1)).await,
        json!({ "count": 3, "name": "a", "tags": ["", ""] })
    );
    assert_eq!(
        smallest(|one| one.get("more").is_some()).await,
        json!({ "count": 3, "more": {}, "name": "a" })
    );
    let code = smallest(|one| one.get("code").is_some()).await;
    assert_eq!(code["code"].as_str().unwrap().len(), 2, "{code}");
}

#[test]
fn the_same_seed_makes_the_same_cases() {
    let made = |seed| -> Vec<Value> {
        arguments().cases(seed).take(20).map(|case| case.arguments()).collect()
    };
    assert_eq!(made(1), made(1));
    assert_ne!(made(1), made(2));
    let second = arguments().cases(1).nth(1).unwrap();
    assert!(second.to_string().ends_with("(case 1 of seed 1)"), "{second}");
}
