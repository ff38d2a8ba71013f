use std::cell::Cell;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::*;

fn failing(code: &'static str) -> ToolError {
    ToolError::new(code, "no")
}

#[tokio::test(start_paused = true)]
async fn the_order_is_that_of_the_items_and_what_is_missing_is_named() {
    let partial = Partial::collect([5_u64, 1, 4, 2, 3], 5, |n| async move {
        sleep(Duration::from_secs(n)).await;
        if n % 2 == 0 { Err(failing("not_found")) } else { Ok(n) }
    })
    .await;
    assert_eq!(partial.data, [5, 1, 3]);
    assert_eq!(partial.coverage(), "3 of 5; missing: 4 (not_found), 2 (not_found)");
    assert!(!partial.is_complete());
    assert!(!partial.missing[0].is_retryable());
}

#[tokio::test(start_paused = true)]
async fn no_more_run_at_a_time_than_allowed_and_never_fewer() {
    for (allowed, expected) in [(0, 1), (1, 1), (3, 3), (100, 10)] {
        let (running, most) = (Cell::new(0), Cell::new(0));
        let start = Instant::now();
        // One slow item must not keep the others from using the room that is left.
        Partial::collect(0..10, allowed, |n| {
            let (running, most) = (&running, &most);
            async move {
                running.set(running.get() + 1);
                most.set(most.get().max(running.get()));
                sleep(Duration::from_secs(if n == 0 { 4 } else { 1 })).await;
                running.set(running.get() - 1);
                Ok::<_, ToolError>(n)
            }
        })
        .await;
        assert_eq!(most.get(), expected);
        if allowed == 3 {
            assert_eq!(start.elapsed(), Duration::from_secs(5));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_there_before_the_deadline_is_returned_before_the_deadline() {
    let start = Instant::now();
    let deadline = start + Duration::from_millis(2500);
    let partial = Partial::collect_until(deadline, ["a", "b", "c", "d"], 1, |item| async move {
        sleep(Duration::from_secs(1)).await;
        Ok::<_, ToolError>(item)
    })
    .await;
    assert_eq!(partial.data, ["a", "b"]);
    assert_eq!(partial.coverage(), "2 of 4; missing: c (timeout), d (timeout)");
    // The one that ran may have done something; the one that didn't is safe to ask for.
    assert_eq!([false, true], [0, 1].map(|index| partial.missing[index].is_retryable()));
    assert_eq!(start.elapsed(), Duration::from_millis(2400));
}

#[tokio::test(start_paused = true)]
async fn nothing_starts_after_the_deadline() {
    let past = Instant::now();
    sleep(Duration::from_secs(1)).await;
    let partial = Partial::<()>::collect_until(past, ["a"], 1, |_| {
        panic!("it started");
        #[allow(unreachable_code)]
        async {
            Ok::<_, ToolError>(())
        }
    })
    .await;
    assert_eq!(partial.coverage(), "0 of 1; missing: a (timeout)");
}

#[test]
fn the_text_starts_with_what_is_missing_also_through_a_sorted_map() {
    let partial = Partial::new(vec![1], vec![Missing::new("X", failing("timeout"))]);
    let value = serde_json::to_value(&partial).unwrap();
    for text in [value.to_string(), serde_json::to_string(&partial).unwrap()] {
        assert!(text.starts_with(r#"{"coverage":"1 of 2; missing: X (timeout)""#), "{text}");
    }
}

#[test]
fn a_long_list_of_what_is_missing_is_cut_short() {
    let missing: Vec<_> =
        (0..25).map(|n| Missing::new(n.to_string(), failing("not_found"))).collect();
    let coverage = Partial::<()>::new(Vec::new(), missing).coverage();
    assert!(coverage.ends_with("9 (not_found) and 15 more"), "{coverage}");
}

#[test]
fn the_schema_shows_what_is_missing_and_admits_what_is_serialised() {
    let schema = schemars::schema_for!(Partial<u32>).to_value();
    assert_eq!(schema["required"], json!(["coverage", "data", "missing"]));
    assert_eq!(schema["title"], "Partial_uint32");
    assert_ne!(Partial::<u32>::schema_id(), Partial::<String>::schema_id());
    let validator = jsonschema::validator_for(&schema).unwrap();
    let full = Partial::new(vec![1_u32], vec![Missing::new("X", failing("own_code"))]);
    for partial in [full, Partial::new(Vec::new(), Vec::new())] {
        assert!(validator.is_valid(&serde_json::to_value(partial).unwrap()));
    }
}

#[test]
fn all_missing_is_an_error() {
    let partial = |codes: &[(&'static str, bool)]| {
        let missing = codes.iter().map(|(code, retryable)| {
            let error = failing(code);
            Missing::new("X", if *retryable { error.retryable() } else { error })
        });
        Partial::<u8>::new(Vec::new(), missing.collect())
    };
    let error = partial(&[("timeout", true), ("timeout", true)]).into_result().unwrap_err();
    assert_eq!((error.code(), error.is_retryable()), (&Code::Timeout, true));
    assert_eq!(error.to_json()["details"]["missing"][1]["what"], Value::from("X"));

    let error = partial(&[("timeout", true), ("not_found", false)]).into_result().unwrap_err();
    assert_eq!((error.code().as_str(), error.is_retryable()), ("all_missing", false));

    assert!(partial(&[]).into_result().is_ok());
    let mut some = partial(&[("timeout", true)]);
    some.data.push(1);
    assert!(some.into_result().is_ok());
}

#[test]
fn internals_stay_in_the_log() {
    let error = ToolError::internal("password is 123");
    let shown = serde_json::to_string(&Missing::new("X", error)).unwrap();
    assert!(!shown.contains("123"));
}
