//! The state machine's rules, one by one, and every order of a few probes.

use std::time::Duration;

use tokio::time::Instant;

use super::{SETTINGS, ms};
use crate::policies::Breaker as Settings;
use crate::policy::dependency::circuit::{Circuit, PROBES, PROBING, Pass, Phase, Verdict};

/// A breaker, and a clock that is set by hand.
#[derive(Clone)]
struct Bench {
    circuit: Circuit,
    now: Instant,
}

impl Bench {
    fn new(settings: Settings) -> Self {
        let now = Instant::now();
        Self { circuit: Circuit::new(settings, now), now }
    }

    /// Tripped, and the time has come for a probe.
    fn half_open() -> Self {
        let mut bench = Self::new(SETTINGS);
        bench.attempts(5, Verdict::Failed);
        bench.now += ms(5_000);
        bench
    }

    fn ask(&mut self) -> Result<Pass, Duration> {
        self.ask_at(self.now)
    }

    fn ask_at(&mut self, now: Instant) -> Result<Pass, Duration> {
        self.circuit.ask(|| now)
    }

    fn settle(&mut self, mut pass: Pass, verdict: Verdict, took: Duration) -> bool {
        pass.began = pass.began.map(|_| self.now - took);
        self.circuit.settle(pass, verdict, || 1.0, self.now)
    }

    fn attempt(&mut self, verdict: Verdict, took: Duration) {
        let pass = self.ask().unwrap();
        self.settle(pass, verdict, took);
    }

    fn attempts(&mut self, times: u32, verdict: Verdict) {
        (0..times).for_each(|_| self.attempt(verdict, ms(1)));
    }

    fn is_closed(&self) -> bool {
        self.circuit.phase() == Phase::Closed
    }

    fn open_for(&self) -> Option<Duration> {
        match self.circuit.phase() {
            Phase::Open { until } => Some(until - self.now),
            _ => None,
        }
    }
}

#[test]
fn without_a_time_to_be_slow_a_closed_breaker_reads_no_clock() {
    let mut circuit = Circuit::new(Settings { slow: None, ..SETTINGS }, Instant::now());
    assert_eq!(circuit.ask(|| panic!("it read the clock")).unwrap().began, None);
    let now = Instant::now();
    let mut circuit = Circuit::new(Settings { slow: Some(ms(300)), ..SETTINGS }, now);
    assert_eq!(circuit.ask(|| now).unwrap().began, Some(now));
}

#[test]
fn trips_at_failures_in_a_row() {
    let mut bench = Bench::new(SETTINGS);
    bench.attempts(4, Verdict::Failed);
    bench.attempts(1, Verdict::Good);
    bench.attempts(4, Verdict::Failed);
    assert!(bench.is_closed());
    bench.attempts(1, Verdict::Failed);
    assert_eq!(bench.open_for(), Some(ms(5_000)));
    assert_eq!(bench.ask_at(bench.now + ms(1_000)), Err(ms(4_000)));
}

#[test]
fn trips_at_the_ratio_of_enough_calls() {
    let mut bench = Bench::new(SETTINGS);
    for _ in 0..9 {
        bench.attempts(1, Verdict::Good);
        bench.attempts(1, Verdict::Failed);
    }
    bench.attempts(1, Verdict::Good);
    assert!(bench.is_closed(), "19 calls are too few");
    bench.attempts(1, Verdict::Failed);
    assert!(!bench.is_closed());
}

#[test]
fn a_ratio_below_the_limit_is_borne() {
    let mut bench = Bench::new(SETTINGS);
    for _ in 0..100 {
        bench.attempts(11, Verdict::Good);
        for _ in 0..9 {
            bench.attempts(1, Verdict::Failed);
            bench.attempts(1, Verdict::Good);
        }
        bench.now += ms(100);
    }
    assert!(bench.is_closed());
}

#[test]
fn the_window_forgets() {
    let mut bench = Bench::new(SETTINGS);
    for _ in 0..9 {
        bench.attempts(1, Verdict::Good);
        bench.attempts(1, Verdict::Failed);
    }
    bench.now += ms(30_000);
    for _ in 0..9 {
        bench.attempts(1, Verdict::Failed);
        bench.attempts(1, Verdict::Good);
    }
    assert!(bench.is_closed());
    assert_eq!(bench.circuit.counts(bench.now).calls, 18);
}

#[test]
fn trips_at_slow_calls_where_slow_is_said() {
    for (slow, trips) in [(None, false), (Some(ms(100)), true)] {
        let mut bench = Bench::new(Settings { slow, ..SETTINGS });
        for _ in 0..10 {
            bench.attempt(Verdict::Good, ms(100));
            bench.attempt(Verdict::Good, ms(101));
        }
        assert_eq!(!bench.is_closed(), trips);
    }
}

#[test]
fn what_says_nothing_does_not_count() {
    let mut bench = Bench::new(SETTINGS);
    bench.attempts(4, Verdict::Failed);
    bench.attempts(100, Verdict::Ignored);
    assert_eq!(bench.circuit.counts(bench.now).calls, 4);
    bench.attempts(1, Verdict::Failed);
    assert!(!bench.is_closed(), "nor does it break the row");
}

#[test]
fn three_good_probes_close_and_one_failure_opens_again() {
    let mut bench = Bench::half_open();
    bench.attempts(2, Verdict::Good);
    assert_eq!(bench.circuit.phase(), Phase::HalfOpen { good: 2, probing: false });
    bench.attempts(1, Verdict::Good);
    assert!(bench.is_closed());
    assert_eq!(bench.circuit.counts(bench.now).calls, 0, "a clean slate");
    bench.attempts(4, Verdict::Failed);
    assert!(bench.is_closed());

    let mut bench = Bench::half_open();
    bench.attempts(2, Verdict::Good);
    bench.attempts(1, Verdict::Failed);
    assert_eq!(bench.open_for(), Some(ms(10_000)));
}

#[test]
fn a_slow_probe_is_a_failed_one() {
    let mut bench = Bench::new(Settings { slow: Some(ms(100)), ..SETTINGS });
    bench.attempts(5, Verdict::Failed);
    bench.now += ms(5_000);
    bench.attempt(Verdict::Good, ms(101));
    assert_eq!(bench.open_for(), Some(ms(10_000)));
}

#[test]
fn the_time_doubles_to_a_minute_and_starts_over_once_closed() {
    let mut bench = Bench::new(SETTINGS);
    bench.attempts(5, Verdict::Failed);
    for seconds in [5, 10, 20, 40, 60, 60, 60] {
        assert_eq!(bench.open_for(), Some(Duration::from_secs(seconds)));
        bench.now += Duration::from_secs(seconds);
        bench.attempts(1, Verdict::Failed);
    }
    bench.now += ms(60_000);
    bench.attempts(3, Verdict::Good);
    bench.attempts(5, Verdict::Failed);
    assert_eq!(bench.open_for(), Some(ms(5_000)));
}

#[test]
fn a_longer_time_than_a_minute_is_kept_and_not_doubled() {
    let mut bench = Bench::new(Settings { open: ms(300_000), ..SETTINGS });
    bench.attempts(5, Verdict::Failed);
    assert_eq!(bench.open_for(), Some(ms(300_000)));
    bench.now += ms(300_000);
    bench.attempts(1, Verdict::Failed);
    assert_eq!(bench.open_for(), Some(ms(300_000)));
}

#[test]
fn results_of_an_earlier_epoch_are_ignored() {
    let mut bench = Bench::new(SETTINGS);
    let early = [(); 4].map(|()| bench.ask().unwrap());
    bench.attempts(5, Verdict::Failed);
    assert!(!bench.settle(early[0], Verdict::Failed, ms(1)));
    bench.now += ms(5_000);
    let probe = bench.ask().unwrap();
    // Neither frees the probe's slot, nor closes, nor opens.
    for (pass, verdict) in
        early.into_iter().zip([Verdict::Ignored, Verdict::Good, Verdict::Failed, Verdict::Good])
    {
        bench.settle(pass, verdict, ms(1));
        assert_eq!(bench.circuit.phase(), Phase::HalfOpen { good: 0, probing: true });
    }
    bench.settle(probe, Verdict::Failed, ms(1));
    bench.now += ms(10_000);
    bench.ask().unwrap();
    bench.settle(probe, Verdict::Good, ms(1));
    assert_eq!(bench.circuit.phase(), Phase::HalfOpen { good: 0, probing: true });
}

#[test]
fn operators_decide() {
    let mut bench = Bench::new(SETTINGS);
    let early = bench.ask().unwrap();
    bench.circuit.force_open();
    assert_eq!(bench.ask_at(bench.now + ms(3_600_000)), Err(Settings::MAX_OPEN));
    bench.settle(early, Verdict::Good, ms(1));
    assert_eq!(bench.circuit.phase(), Phase::ForcedOpen);
    bench.circuit.disable();
    bench.attempts(100, Verdict::Failed);
    assert_eq!(bench.circuit.phase(), Phase::Disabled);
    bench.circuit.close(bench.now);
    bench.attempts(4, Verdict::Failed);
    assert!(bench.is_closed());
    bench.attempts(1, Verdict::Failed);
    assert!(!bench.is_closed());
}

/// Every order in which `tasks` ask and end, each in every way. Returns how many there were.
fn explore(bench: &Bench, tasks: [Option<Result<Pass, ()>>; 4]) -> u32 {
    let probing = tasks.iter().flatten().filter(|task| task.is_ok()).count();
    let live = |pass: &Pass| bench.clone().settle(*pass, Verdict::Failed, ms(1));
    let running: Vec<_> = tasks.iter().flatten().flatten().filter(|pass| live(pass)).collect();
    match bench.circuit.phase() {
        Phase::HalfOpen { good, probing } => {
            assert!(good < PROBES);
            assert_eq!(running.len(), usize::from(probing), "one probe holds the slot");
        }
        Phase::Open { .. } => assert!(running.is_empty()),
        _ => assert!(probing <= tasks.len()),
    }
    let mut orders = 0;
    for (index, task) in tasks.iter().enumerate() {
        match task {
            None => {
                let (mut next, mut tasks) = (bench.clone(), tasks);
                let slot_taken =
                    matches!(next.circuit.phase(), Phase::HalfOpen { probing: true, .. });
                let asked = next.ask();
                if slot_taken {
                    assert_eq!(asked, Err(PROBING));
                }
                tasks[index] = Some(asked.map_err(|_| ()));
                orders += explore(&next, tasks);
            }
            Some(Ok(pass)) => {
                for verdict in [Verdict::Good, Verdict::Failed, Verdict::Ignored] {
                    let (mut next, mut tasks) = (bench.clone(), tasks);
                    next.settle(*pass, verdict, ms(1));
                    tasks[index] = Some(Err(()));
                    orders += explore(&next, tasks);
                }
            }
            Some(Err(())) => {}
        }
    }
    orders.max(1)
}

#[test]
fn no_order_of_probes_admits_two_or_loses_the_slot() {
    for good in 0..PROBES {
        let mut bench = Bench::half_open();
        bench.attempts(good, Verdict::Good);
        assert!(explore(&bench, [None; 4]) > 1_000);
    }
}
