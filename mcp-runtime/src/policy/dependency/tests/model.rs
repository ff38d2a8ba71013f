//! The breaker against a reference that keeps every call and counts afresh each time.

use proptest::prelude::*;
use tokio::time::Instant;

use super::ms;
use crate::policies::Breaker as Settings;
use crate::policy::dependency::circuit::{Circuit, Pass, Phase, Verdict};

#[derive(Clone, Debug)]
enum Event {
    Ask,
    /// One of the attempts under way ends.
    End {
        which: usize,
        verdict: Verdict,
        took: u64,
    },
    Pass(u64),
    ForceOpen,
    Disable,
    Enable,
}

fn event() -> impl Strategy<Value = Event> {
    let verdict = prop_oneof![
        5 => Just(Verdict::Failed),
        4 => Just(Verdict::Good),
        1 => Just(Verdict::Ignored),
    ];
    let end = (any::<usize>(), verdict, 0..400_u64);
    prop_oneof![
        400 => Just(Event::Ask),
        400 => end.prop_map(|(which, verdict, took)| Event::End { which, verdict, took }),
        40 => (0..200_u64).prop_map(Event::Pass),
        40 => (1_000..20_000_u64).prop_map(Event::Pass),
        1 => Just(Event::ForceOpen),
        1 => Just(Event::Disable),
        3 => Just(Event::Enable),
    ]
}

/// All times in milliseconds.
struct Model {
    failures: usize,
    percent: usize,
    slow: u64,
    open: u64,
    now: u64,
    state: State,
    /// Which state it is in, counted; what belongs to another one doesn't matter.
    era: usize,
    closed_at: u64,
    /// When, failed, slow.
    log: Vec<(u64, bool, bool)>,
    opened: Vec<u64>,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Closed,
    Open(u64),
    Probing { good: u32, busy: bool },
    Forced,
    Disabled,
}

impl Model {
    fn to(&mut self, state: State) {
        self.state = state;
        self.era += 1;
        if state == State::Closed {
            (self.closed_at, self.log, self.opened) = (self.now, Vec::new(), Vec::new());
        }
    }

    fn trip(&mut self) {
        let time = self.opened.last().map_or(self.open, |last| last * 2).min(60_000);
        self.opened.push(time);
        self.to(State::Open(self.now + time));
    }

    fn ask(&mut self) -> Result<usize, u64> {
        if matches!(self.state, State::Open(until) if until <= self.now) {
            self.to(State::Probing { good: 0, busy: false });
        }
        match self.state {
            State::Open(until) => return Err(until - self.now),
            State::Forced => return Err(60_000),
            State::Probing { busy: true, .. } => return Err(1_000),
            State::Probing { good, .. } => self.state = State::Probing { good, busy: true },
            State::Closed | State::Disabled => {}
        }
        Ok(self.era)
    }

    fn end(&mut self, era: usize, verdict: Verdict, took: u64) {
        if era != self.era {
            return;
        }
        let slow = took > self.slow;
        match self.state {
            State::Probing { good, .. } => match verdict {
                Verdict::Ignored => self.state = State::Probing { good, busy: false },
                Verdict::Good if !slow && good == 2 => self.to(State::Closed),
                Verdict::Good if !slow => {
                    self.state = State::Probing { good: good + 1, busy: false };
                }
                _ => self.trip(),
            },
            State::Closed if verdict != Verdict::Ignored => {
                self.log.push((self.now, verdict == Verdict::Failed, slow));
                if self.is_bad() {
                    self.trip();
                }
            }
            _ => {}
        }
    }

    fn is_bad(&self) -> bool {
        let in_row = self.log.iter().rev().take_while(|(_, failed, _)| *failed).count();
        // The window moves by three seconds at a time, from when the breaker was closed.
        let step = |at: u64| (at - self.closed_at) / 3_000;
        let oldest = step(self.now).saturating_sub(9);
        let recent: Vec<_> = self.log.iter().filter(|(at, ..)| step(*at) >= oldest).collect();
        let failed = recent.iter().filter(|(_, failed, _)| *failed).count();
        let slow = recent.iter().filter(|(.., slow)| *slow).count();
        in_row >= self.failures
            || recent.len() >= 20 && failed.max(slow) * 100 >= recent.len() * self.percent
    }
}

fn same(phase: Phase, state: State, start: Instant) -> bool {
    match (phase, state) {
        (Phase::Closed, State::Closed)
        | (Phase::ForcedOpen, State::Forced)
        | (Phase::Disabled, State::Disabled) => true,
        (Phase::Open { until }, State::Open(at)) => until == start + ms(at),
        (Phase::HalfOpen { good, probing }, State::Probing { good: expected, busy }) => {
            good == expected && probing == busy
        }
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn the_breaker_does_as_the_model(
        failures in prop_oneof![1..8_u32, Just(1_000)],
        percent in prop_oneof![Just(25_u32), Just(50), Just(75)],
        open in 1_000..70_000_u64,
        events in prop::collection::vec(event(), 1..600),
    ) {
        let open = open.min(60_000);
        let settings = Settings {
            failures,
            ratio: f64::from(percent) / 100.0,
            slow: Some(ms(300)),
            open: ms(open),
        };
        let start = Instant::now();
        let mut circuit = Circuit::new(settings, start);
        let mut model = Model {
            failures: failures as usize,
            percent: percent as usize,
            slow: 300,
            open,
            now: 0,
            state: State::Closed,
            era: 0,
            closed_at: 0,
            log: Vec::new(),
            opened: Vec::new(),
        };
        let mut running: Vec<(Pass, usize)> = Vec::new();
        for event in events {
            let now = start + ms(model.now);
            match event {
                Event::Pass(time) => model.now += time,
                Event::Ask => match (circuit.ask(|| now), model.ask()) {
                    (Ok(pass), Ok(era)) => running.push((pass, era)),
                    (Err(pause), Err(expected)) => prop_assert_eq!(pause, ms(expected)),
                    (asked, expected) => prop_assert!(false, "{asked:?}, not {expected:?}"),
                },
                Event::End { which, verdict, took } if !running.is_empty() => {
                    let (mut pass, era) = running.swap_remove(which % running.len());
                    pass.began = pass.began.map(|_| now - ms(took));
                    circuit.settle(pass, verdict, || 1.0, now);
                    model.end(era, verdict, took);
                }
                Event::End { .. } => {}
                Event::ForceOpen => {
                    circuit.force_open();
                    model.to(State::Forced);
                }
                Event::Disable => {
                    circuit.disable();
                    model.to(State::Disabled);
                }
                Event::Enable => {
                    circuit.close(now);
                    model.to(State::Closed);
                }
            }
            prop_assert!(same(circuit.phase(), model.state, start), "{:?}", circuit.phase());
        }
    }
}
