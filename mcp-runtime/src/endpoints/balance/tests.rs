use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn balance(count: usize) -> Balance {
    Balance::new(count, fastrand::Rng::with_seed(7))
}

/// Makes one call that takes `latency`; returns where it went.
fn call(balance: &mut Balance, now: &mut Instant, latency: impl Fn(usize) -> Duration) -> usize {
    let mut ticket = balance.first(*now);
    *now += latency(ticket.index);
    balance.end(*now, &mut ticket, Ended::Answered);
    ticket.index
}

/// Fails at the endpoint until it is left alone; returns for how long.
fn leave_alone(balance: &mut Balance, now: Instant, index: usize) -> Duration {
    loop {
        let mut ticket = balance.start(now, index);
        if let Some(Change::LeftAlone(pause)) = balance.end(now, &mut ticket, Ended::Failed) {
            return pause;
        }
    }
}

#[test]
fn equal_endpoints_share_equally() {
    let (mut balance, now) = (balance(4), Instant::now());
    let mut counts = [0_u32; 4];
    // Held, so that the number of running calls decides.
    for _ in 0..4000 {
        counts[balance.first(now).index] += 1;
    }
    assert!(counts.iter().all(|count| (990..=1010).contains(count)), "{counts:?}");
}

#[test]
fn load_goes_to_the_faster_and_the_slower_gets_new_chances() {
    let (mut balance, mut now) = (balance(3), Instant::now());
    let mut counts = [0_u32; 3];
    let latency = |index| Duration::from_millis(if index == 0 { 500 } else { 10 });
    for _ in 0..20_000 {
        counts[call(&mut balance, &mut now, latency)] += 1;
    }
    assert!((1..1000).contains(&counts[0]), "{counts:?}");
    assert!(counts[1].abs_diff(counts[2]) < 4000, "{counts:?}");
}

#[test]
fn running_calls_weigh_as_much_as_latency() {
    let (mut balance, mut now) = (balance(2), Instant::now());
    for index in [0, 1, 0, 1] {
        let mut ticket = balance.start(now, index);
        now += SECOND;
        balance.end(now, &mut ticket, Ended::Answered);
    }
    // Both take about a second, and one is busy.
    let _busy = balance.start(now, 0);
    assert!((0..100).all(|_| {
        let mut ticket = balance.first(now);
        balance.end(now, &mut ticket, Ended::Dropped);
        ticket.index == 1
    }));
}

#[test]
fn a_peak_counts_at_once_and_fades() {
    let start = Instant::now();
    let mut latency = Latency { average: 0.01, at: start };
    latency.observe(start, 2.0);
    assert!((latency.now(start) - 2.0).abs() < 1e-9);
    latency.observe(start + SECOND, 0.01);
    assert!((1.7..2.0).contains(&latency.now(start + SECOND)));
    assert!(latency.now(start + 60 * SECOND) < 0.01);
    latency.observe_at_least(start + SECOND, 0.5);
    assert!(latency.now(start + SECOND) > 1.7, "a drop after less than usual says nothing");
    latency.observe_at_least(start + SECOND, 5.0);
    assert!(latency.now(start + SECOND) >= 5.0);
}

#[test]
fn fast_failures_attract_no_load() {
    let (mut balance, now) = (balance(2), Instant::now());
    let before = balance.endpoints[0].latency.now(now);
    let mut ticket = balance.start(now, 0);
    balance.end(now, &mut ticket, Ended::Failed);
    assert!(balance.endpoints[0].latency.now(now) >= before);
}

#[test]
fn only_failures_in_a_row_count() {
    let (mut balance, now) = (balance(1), Instant::now());
    let mut end = |ended| {
        let mut ticket = balance.start(now, 0);
        balance.end(now, &mut ticket, ended)
    };
    for ended in [Ended::Failed, Ended::Failed, Ended::Answered, Ended::Failed, Ended::Failed] {
        assert_eq!(end(ended), None);
    }
    assert_eq!(end(Ended::Dropped), None, "to be dropped says nothing");
    assert!(matches!(end(Ended::Failed), Some(Change::LeftAlone(_))));
}

#[test]
fn the_dead_is_left_alone_probed_once_and_comes_back() {
    let (mut balance, now) = (balance(2), Instant::now());
    let pause = leave_alone(&mut balance, now, 0);
    assert!((PAUSE / 2..=PAUSE).contains(&pause));
    assert!((0..100).all(|_| balance.first(now).index == 1));
    assert!(balance.another(now, 0b10).is_none(), "also not by failover");

    let later = now + pause;
    let mut probe = balance.first(later);
    assert_eq!((probe.index, probe.probe), (0, true));
    assert!((0..100).all(|_| balance.first(later).index == 1), "one probe");

    // One that hangs would otherwise take call after call.
    let dropped = balance.end(later, &mut probe, Ended::Dropped);
    let Some(Change::LeftAlone(pause)) = dropped else {
        panic!("a dropped probe extends the pause, too: {dropped:?}");
    };
    assert!((0..100).all(|_| balance.first(later).index == 1));

    let later = later + pause;
    let mut probe = balance.first(later);
    assert_eq!((probe.index, probe.probe), (0, true));
    assert_eq!(balance.end(later, &mut probe, Ended::Answered), Some(Change::Back));
    assert!(balance.states(later)[0].left_alone.is_none());
    assert!((0..100).any(|_| balance.first(later).index == 0));
}

#[test]
fn pauses_grow_to_a_limit_and_are_forgotten_after_some_answers() {
    let (mut balance, mut now) = (balance(2), Instant::now());
    let mut pause = leave_alone(&mut balance, now, 0);
    for expected in [10, 20, 40, 60, 60, 60] {
        now += pause;
        let mut probe = balance.first(now);
        let Some(Change::LeftAlone(next)) = balance.end(now, &mut probe, Ended::Failed) else {
            panic!("a failed probe extends the pause");
        };
        let expected = expected * SECOND;
        assert!((expected / 2..=expected).contains(&next), "{expected:?} {next:?}");
        pause = next;
    }
    now += pause;
    let answer = |balance: &mut Balance, index| {
        let mut ticket = balance.start(now, index);
        balance.end(now, &mut ticket, Ended::Answered)
    };
    assert_eq!(answer(&mut balance, 0), Some(Change::Back));
    assert!(leave_alone(&mut balance, now, 0) > PAUSE, "one answer is not enough");
    for _ in 0..ANSWERS {
        answer(&mut balance, 0);
    }
    assert!(leave_alone(&mut balance, now, 0) <= PAUSE);
}

#[test]
fn what_began_earlier_says_nothing_about_now() {
    let (mut balance, now) = (balance(1), Instant::now());
    let (mut early, mut other) = (balance.start(now, 0), balance.start(now, 0));
    leave_alone(&mut balance, now, 0);
    assert_eq!(balance.end(now, &mut early, Ended::Answered), None);
    assert!(balance.states(now)[0].left_alone.is_some());
    let failures = balance.states(now)[0].failures;
    balance.end(now, &mut other, Ended::Failed);
    assert_eq!(balance.states(now)[0].failures, failures);
}

#[test]
fn where_all_are_left_alone_the_one_with_the_shortest_pause_is_tried() {
    let (mut balance, now) = (balance(3), Instant::now());
    let pauses: Vec<_> = (0..3).map(|index| leave_alone(&mut balance, now, index)).collect();
    let shortest = (0..3).min_by_key(|index| pauses[*index]).unwrap();
    let mut ticket = balance.first(now);
    assert_eq!((ticket.index, ticket.probe), (shortest, false));
    assert!(balance.another(now, 1 << shortest).is_none());
    // It wasn't a probe, so that a flood of such calls doesn't extend the pause.
    assert_eq!(balance.end(now, &mut ticket, Ended::Failed), None);
}

proptest! {
    #[test]
    fn it_holds_whatever_happens(
        count in 1_usize..=5,
        steps in prop::collection::vec((0_u8..4, 0_usize..8, 0_u8..3, 0_u64..4000), 1..300),
    ) {
        let (mut balance, mut now) = (balance(count), Instant::now());
        let mut held: Vec<(Ticket, u64)> = Vec::new();
        for (what, which, how, pause) in steps {
            match what {
                0 => held.push((balance.first(now), 0)),
                1 if !held.is_empty() => {
                    let which = which % held.len();
                    let (mut ticket, tried) = held.swap_remove(which);
                    let tried = tried | 1 << ticket.index;
                    balance.end(now, &mut ticket, Ended::Failed);
                    if let Some(next) = balance.another(now, tried) {
                        prop_assert_eq!(tried & (1 << next.index), 0, "tried twice");
                        prop_assert!(
                            next.probe || balance.endpoints[next.index].left_alone.is_none()
                        );
                        held.push((next, tried));
                    }
                }
                2 if !held.is_empty() => {
                    let which = which % held.len();
                    let (mut ticket, _) = held.swap_remove(which);
                    let ended = [Ended::Answered, Ended::Failed, Ended::Dropped][usize::from(how)];
                    balance.end(now, &mut ticket, ended);
                }
                _ => now += Duration::from_millis(pause),
            }
            let mut running = BTreeMap::<usize, (usize, usize)>::new();
            for (ticket, _) in &held {
                let (calls, probes) = running.entry(ticket.index).or_default();
                *calls += 1;
                *probes += usize::from(
                    ticket.probe && ticket.epoch == balance.endpoints[ticket.index].epoch,
                );
            }
            for (index, endpoint) in balance.endpoints.iter().enumerate() {
                let (calls, probes) = running.get(&index).copied().unwrap_or_default();
                prop_assert_eq!(endpoint.running, calls);
                prop_assert_eq!(usize::from(endpoint.probed), probes);
                prop_assert!(endpoint.load(now) > 0.0 && endpoint.load(now).is_finite());
                prop_assert!(endpoint.left_alone.is_none_or(|until| until <= now + PAUSE_MOST));
            }
        }
    }
}
