use std::time::Duration;

use proptest::prelude::*;

use super::super::kind::Kind;
use super::super::passage::Passage;
use super::super::place::Place;
use super::super::{Fault, Faults};
use super::{plan, struck};

fn passes(faults: &Faults, edges: &[usize]) {
    let places =
        [Place::Function("a".into()), Place::Call("a".into()), Place::Dependency("a".into())];
    for edge in edges {
        faults.0.decide(&places[*edge], &Passage::default());
    }
}

/// What struck at each edge, whatever came in between.
fn by_edge(faults: &Faults) -> Vec<(String, u64, String)> {
    let journal = faults.journal();
    let mut all: Vec<_> = journal
        .iter()
        .map(|strike| (strike.edge().to_owned(), strike.ordinal(), strike.what().to_owned()))
        .collect();
    all.sort();
    all
}

fn chances(seed: u64) -> Faults {
    let ms = Duration::from_millis;
    Faults::of(seed)
        .tool("a", Fault::latency(ms(1)..ms(1_000)).rate(0.5))
        .tool("a", Fault::hang().rate(0.2).after(3))
        .call("a", Fault::hang().rate(0.3))
        .dependency("a", Fault::hang().rate(0.3).times(4))
}

proptest! {
    /// The same seed and the same passages, in any order of the edges: the same strikes.
    #[test]
    fn decisions_depend_on_the_seed_and_the_ordinals_alone(
        seed in any::<u64>(),
        edges in prop::collection::vec(0_usize..3, 1..120),
    ) {
        let (one, other) = (chances(seed), chances(seed));
        passes(&one, &edges);
        let mut sorted = edges;
        sorted.sort_unstable();
        passes(&other, &sorted);
        prop_assert_eq!(by_edge(&one), by_edge(&other));
    }

    #[test]
    fn another_seed_strikes_others(seed in any::<u64>()) {
        let journal = |seed| struck(&plan(seed, Fault::hang().rate(0.5)), 256);
        prop_assert_ne!(journal(seed), journal(seed.wrapping_add(1)));
        // Seeds are not a sequence that is shifted.
        prop_assert_ne!(&journal(seed)[1..], &journal(seed.wrapping_add(1))[..]);
    }

    #[test]
    fn what_is_added_elsewhere_changes_nothing(seed in any::<u64>()) {
        let alone = plan(seed, Fault::hang().rate(0.5));
        let among = Faults::of(seed).call("t", Fault::hang().rate(0.5)).tool("u", Fault::panic());
        let among = among.tool("t", Fault::hang().rate(0.5));
        prop_assert_eq!(struck(&alone, 64), struck(&among, 64));
    }
}

/// Equal faults at one edge, and equal edges, are struck on their own account.
#[test]
fn chances_are_independent() {
    let at = |place: Place, faults: &Faults| {
        (0..256)
            .map(|_| faults.0.decide(&place, &Passage::default()).before.len())
            .collect::<Vec<_>>()
    };
    let fault = || Fault::wall_back(Duration::ZERO).rate(0.5);
    let twice = Faults::of(1).tool("a", fault()).tool("a", fault()).tool("b", fault());
    let a = at(Place::Function("a".into()), &twice);
    let both = a.iter().filter(|strikes| **strikes == 2).count();
    assert!((32..96).contains(&both), "{both} of 256, where 64 are expected");
    let once = Faults::of(1).tool("a", fault()).tool("b", fault());
    assert_ne!(at(Place::Function("a".into()), &once), at(Place::Function("b".into()), &once));
}

/// Four standard deviations: `4 · √(10,000 · 0.1 · 0.9)`.
#[test]
fn a_rate_is_kept() {
    for seed in 0..16 {
        let strikes = struck(&plan(seed, Fault::hang().rate(0.1)), 10_000).len();
        assert!(strikes.abs_diff(1_000) <= 120, "seed {seed}: {strikes} of 10,000");
    }
}

#[test]
fn latencies_are_drawn_from_the_whole_range() {
    let (from, to) = (Duration::from_millis(100), Duration::from_millis(200));
    let faults = plan(5, Fault::latency(from..to));
    let drawn: Vec<Duration> = (0..1_000)
        .map(|_| {
            let blow = faults.0.decide(&Place::Function("t".into()), &Passage::default());
            let [Kind::Latency(drawn, _)] = blow.before[..] else { panic!("a latency") };
            drawn
        })
        .collect();
    assert!(drawn.iter().all(|drawn| (from..to).contains(drawn)));
    let mean = drawn.iter().sum::<Duration>() / 1_000;
    // The mean of so many draws is within 4 ms of the middle: more than four standard deviations.
    assert!(mean.abs_diff(Duration::from_millis(150)) < Duration::from_millis(4), "{mean:?}");
}

/// A seed that was printed by an older version repeats the same faults.
#[test]
fn seeds_keep_their_meaning() {
    let expected = [6, 9, 12, 19, 21, 22, 23, 25, 27, 30];
    assert_eq!(struck(&plan(7, Fault::hang().rate(0.2)), 30), expected);
}

/// An end leaves nothing to what stands after it in the plan, and nothing after the effect.
#[test]
fn an_end_is_the_end() {
    let ms = Duration::from_millis(1);
    let faults = Faults::of(1)
        .tool("t", Fault::panic().after_effect().once())
        .tool("t", Fault::latency(ms))
        .tool("t", Fault::hang().nth(1))
        .tool("t", Fault::block(ms).once());
    struck(&faults, 3);
    let what: Vec<_> =
        faults.journal().iter().map(|s| format!("{}: {}", s.ordinal(), s.what())).collect();
    assert_eq!(
        what,
        [
            "1: latency of 1ms",
            "1: hang",
            "2: latency of 1ms",
            "2: block the thread for 1ms",
            "2: panic after the effect",
            "3: latency of 1ms",
        ],
    );
}

#[test]
fn a_journal_is_bounded() {
    let faults = plan(1, Fault::hang());
    assert_eq!(struck(&faults, 10_050).len(), 10_000);
    assert!(faults.to_string().ends_with("\n  and 50 more"));
}

#[test]
fn faults_that_had_no_part_fail_the_test() {
    let faults = plan(1, Fault::hang().nth(3)).requests(Fault::duplicate());
    struck(&faults, 3);
    let failed = std::panic::AssertUnwindSafe(|| faults.assert_all_struck());
    let panic = std::panic::catch_unwind(failed).unwrap_err();
    let said = panic.downcast_ref::<String>().unwrap();
    assert_eq!(said, "these faults never struck:\n  requests: duplicate");
    let all = plan(1, Fault::hang());
    struck(&all, 1);
    all.assert_all_struck();
}
