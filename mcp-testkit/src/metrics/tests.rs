use mcp_runtime::{Decision, tool, tools};
use serde_json::json;

use super::kept::MAX_SERIES;
use crate::{Metrics, Mode, TestServer, message};

/// Measure what comes.
#[tool(read_only, cache_ttl = "1m")]
async fn measure(size: u32) {
    ::metrics::counter!("measured_total", "kind" => "size").increment(1);
    ::metrics::histogram!("size").record(f64::from(size));
    ::metrics::gauge!("last_size").set(f64::from(size));
}

/// Count from a thread for work that blocks.
#[tool(read_only, blocking)]
async fn heavy() {
    ::metrics::counter!("heavy_total").increment(1);
}

fn server() -> TestServer {
    TestServer::new(tools![measure, heavy]).capture_metrics()
}

async fn used() -> TestServer {
    let server = server();
    for size in [3, 3, 5] {
        server.call("measure", json!({ "size": size })).await.ok();
    }
    server
}

#[tokio::test]
async fn what_holds_passes() {
    for mode in Mode::ALL {
        let server = server().mode(mode);
        server.call("heavy", json!({})).await.ok();
        server.metrics().of("heavy_total").at_most(1).labels([]);
    }
    let server = used().await;
    let metrics = server.metrics();
    metrics.of("measured_total").counts(2).labels(["kind"]).at_most(1);
    metrics.of("size").measured(2).labels([]);
    assert_eq!(metrics.of("size").values(), [3.0, 5.0]);
    metrics.of("last_size").shows(5.0);
    let decisions = metrics.of("mcp_runtime_decisions_total").with("tool", "measure");
    decisions.labels(["tool", "decision"]).at_most(Decision::ALL.len());
    decisions.clone().with("decision", "cache_hit").counts(1);
    assert_eq!(decisions.with("decision", "cache_miss").count(), 2);
    assert_eq!(metrics.of("misspelt").count(), 0);
}

#[tokio::test]
async fn what_does_not_hold_fails_and_shows_what_there_is() {
    let server = used().await;
    let metrics = server.metrics();
    let of = |name: &str| metrics.of(name);
    for (assertion, expected) in [
        (&(|| _ = of("measured_total").counts(3)) as &dyn Fn(), "was to count 3, and counts 2"),
        (
            &|| _ = of("measured_total").with("kind", "x").counts(0),
            "with kind=x was to be a counter",
        ),
        (&|| _ = of("misspelt").counts(0), "metric `misspelt` was to be a counter"),
        (&|| _ = of("size").counts(2), "was to be a counter"),
        (&|| _ = of("size").measured(3), "was to have 3 values, and has 2"),
        (&|| _ = of("measured_total").measured(2), "was to be a histogram"),
        (&|| _ = of("last_size").shows(3.0), "was to show 3, and shows 5"),
        (&|| _ = of("size").shows(0.0), "was to be a gauge"),
        (
            &|| _ = of("measured_total").labels(["kind", "caller"]),
            "was to have the labels {\"caller\", \"kind\"}, and has {\"kind\"}",
        ),
        (&|| _ = of("measured_total").labels([]), "was to have the labels {}, and has {\"kind\"}"),
        (&|| _ = of("misspelt").labels([]), "was to be there"),
        (
            &|| _ = of("mcp_runtime_decisions_total").at_most(1),
            "was to have at most 1 series, and has 44",
        ),
        (&|| _ = of("misspelt").at_most(1), "was to be there"),
    ] {
        let text = message(assertion);
        assert!(text.lines().next().unwrap().ends_with(expected), "{text}");
    }
    let text = message(|| _ = of("measured_total").counts(3));
    assert!(text.ends_with("\n  counter {kind=size} 2"), "{text}");
    let text = message(|| _ = of("misspelt").counts(3));
    assert!(text.contains("there is no such series; metrics: [\"last_size\", "), "{text}");
}

#[tokio::test]
async fn nothing_follows_from_series_that_were_cut() {
    let metrics = Metrics::of_this_runtime();
    ::metrics::counter!("c").increment(1);
    ::metrics::gauge!("g").set(1.0);
    ::metrics::histogram!("h").record(1.0);
    for number in 3..MAX_SERIES {
        ::metrics::counter!("many", "number" => number.to_string()).increment(1);
    }
    metrics.of("c").counts(1).labels([]);
    metrics.of("g").shows(1.0);
    metrics.of("h").measured(1);
    ::metrics::counter!("c", "caller" => "anna").increment(1);
    for assertion in [
        &(|| _ = metrics.of("c").counts(1)) as &dyn Fn(),
        &|| _ = metrics.of("c").labels([]),
        &|| _ = metrics.of("g").shows(1.0),
        &|| _ = metrics.of("h").measured(1),
    ] {
        let text = message(assertion);
        assert!(text.contains("` can't be told: more series were registered than"), "{text}");
    }
}

/// Another test of this program, of another runtime.
#[test]
fn each_test_has_its_own() {
    let count = |calls: u32| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let server = server();
            for size in 0..calls {
                server.call("measure", json!({ "size": size })).await.ok();
            }
            server.metrics().of("measured_total").count()
        })
    };
    let threads = [2, 3].map(|calls| std::thread::spawn(move || count(calls)));
    assert_eq!(threads.map(|thread| thread.join().unwrap()), [2, 3]);
}

#[tokio::test]
async fn servers_of_one_test_share_them() {
    let (one, two) = (used().await, used().await);
    one.metrics().of("measured_total").counts(4);
    two.metrics().of("measured_total").counts(4);
}

#[tokio::test]
#[should_panic(expected = "make the server with `.capture_metrics()`")]
async fn metrics_that_are_not_kept_are_a_mistake() {
    TestServer::new(tools![measure]).metrics();
}

#[tokio::test]
#[should_panic(expected = "the server has been used already")]
async fn counters_of_a_server_that_runs_are_nobodys() {
    let server = TestServer::new(tools![measure]);
    server.stats();
    let _ = server.capture_metrics();
}

#[test]
#[should_panic(expected = "capture them in a `#[tokio::test]`")]
fn metrics_belong_to_a_runtime() {
    Metrics::of_this_runtime();
}
