//! SIGKILL at every write and every sync of the protocol, and what is true after a restart.
//!
//! Each cycle starts the server on the same files, lets a call pass, and then counts the writes and
//! syncs that further calls cause: in the n-th cycle the process dies at the n-th of them, a write
//! every other time after half of it. Then the server is started again without faults, and every
//! call that was ever made is made again with its key.
//!
//! `CRASH_CYCLES=500 cargo test -p mcp-tests --test behaviour crash` runs more of them, in rounds of
//! 50.

use std::collections::BTreeMap;

use serde_json::Value;

use super::server::{Answer, Faults, Place, counted};

/// As many as the protocol of a few calls has steps, and some.
const CYCLES: u32 = 50;

/// What a client knows of a call.
struct Known {
    tool: &'static str,
    /// The answer that reached it.
    answer: Option<Answer>,
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_step_a_crash_hits_nothing_is_lost_or_done_twice() {
    let cycles = std::env::var("CRASH_CYCLES").ok().map_or(CYCLES, |text| text.parse().unwrap());
    // On new files from time to time: each cycle reads all of the log.
    for round in 0..cycles.div_ceil(CYCLES) {
        crashes(CYCLES.min(cycles - round * CYCLES)).await;
    }
}

async fn crashes(cycles: u32) {
    let place = Place::new();
    let mut known: BTreeMap<String, Known> = BTreeMap::new();
    let mut deaths = 0;
    for cycle in 1..=cycles {
        place.arm(false);
        let faults = Faults { kill_at: Some(cycle), torn: cycle % 2 == 0 };
        let mut process = place.start(faults).await;
        place.arm(true);
        for round in 0..3 {
            for tool in ["append", "insert", "append_and_look"] {
                let name = format!("{tool}-{cycle}-{round}");
                let answer = process.named_once(tool, &name).await;
                known.insert(name, Known { tool, answer });
            }
        }
        deaths += u32::from(process.has_died().await);
        process.kill().await;

        place.arm(false);
        let process = place.start(Faults::default()).await;
        let prefix = |name: &str| name.contains(&format!("-{cycle}-"));
        for (name, known) in known.iter_mut().filter(|(name, _)| prefix(name)) {
            let again = process.named(known.tool, name).await;
            let again = again.expect("an answer");
            check(name, known, &again);
            if again.code() == "ok" {
                known.answer = Some(again);
            }
        }
        process.stop().await;
        check_effects(&place, &known, &place.audit().await);
    }
    // The calls of a cycle cause more writes than that.
    assert_eq!(deaths, cycles, "all of them died");
}

/// What a client may be told that makes its call again.
fn check(name: &str, known: &Known, again: &Answer) {
    if let Some(told) = known.answer.as_ref().filter(|told| told.code() == "ok") {
        assert_eq!(again.result, told.result, "{name}: told once, told for ever");
        assert!(again.is_replay(), "{name}: {again:?}");
        return;
    }
    match known.tool {
        // Nobody can say whether a line that was being written is there.
        "append" => assert!(matches!(again.code(), "ok" | "indeterminate"), "{name}: {again:?}"),
        _ => assert_eq!(again.code(), "ok", "{name}: {again:?}"),
    }
}

fn check_effects(place: &Place, known: &BTreeMap<String, Known>, audit: &[Value]) {
    let (lines, rows) = (place.lines(), place.rows());
    for effects in [&lines, &rows] {
        for (name, count) in counted(effects) {
            assert_eq!(count, 1, "{name} took effect {count} times");
        }
    }
    let of = |kind: &str, call_id: &str| {
        audit.iter().any(|record| record["kind"] == kind && record["call_id"] == call_id)
    };
    for (name, call_id) in lines.iter().chain(&rows) {
        assert!(of("intent", call_id), "{name}: an effect without an intent before it");
        assert!(of("outcome", call_id), "{name}: an intent that nothing came of");
    }
    for (name, known) in known {
        let Some(answer) = known.answer.as_ref().filter(|answer| answer.code() == "ok") else {
            continue;
        };
        let effect = (name.clone(), answer.call_id().to_owned());
        let effects = if known.tool == "insert" { &rows } else { &lines };
        assert!(effects.contains(&effect), "{name}: acknowledged, and not there");
    }
}
