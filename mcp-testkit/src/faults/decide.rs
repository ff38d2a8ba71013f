//! Decisions: what strikes, and what has struck.

use std::collections::{HashMap, HashSet};
use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mcp_runtime::Clock;
use tokio::time::Instant;

use super::fault::Fault;
use super::journal::{Journal, Strike};
use super::kind::Kind;
use super::passage::Passage;
use super::place::Place;
use super::seed::{Dice, VARIABLE};
use super::when::Seen;

/// A plan, as its edges use it.
pub(crate) struct Plan {
    seed: u64,
    began: Instant,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    rules: Vec<Rule>,
    /// What has passed each edge.
    passed: HashMap<Place, u64>,
    /// The places of records that servers have opened.
    opened: HashSet<Place>,
    journal: Journal,
    clock: Option<Clock>,
    /// Whether a failing test has been told.
    told: bool,
}

struct Rule {
    at: At,
    fault: Fault,
    /// By edge: a rule for all tools counts each of them on its own.
    seen: HashMap<Place, Seen>,
}

/// The edges of a rule.
pub(super) enum At {
    One(Place),
    EveryFunction,
}

impl At {
    fn covers(&self, place: &Place) -> bool {
        match self {
            Self::One(one) => one == place,
            Self::EveryFunction => matches!(place, Place::Function(_)),
        }
    }
}

impl Plan {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, began: Instant::now(), state: Mutex::default() }
    }

    pub(super) fn add(&self, at: At, fault: Fault) {
        self.state().rules.push(Rule { at, fault, seen: HashMap::new() });
    }

    pub(super) fn seed(&self) -> u64 {
        self.seed
    }

    pub(super) fn journal(&self) -> Vec<Strike> {
        self.state().journal.strikes().to_vec()
    }

    /// The faults that have not struck, one a line.
    pub(super) fn idle(&self) -> String {
        let state = self.state();
        let idle = state.rules.iter().filter(|rule| rule.seen.values().all(Seen::has_not_struck));
        let mut lines = String::new();
        for rule in idle {
            // Writing to a `String` never fails.
            let _ = write!(lines, "\n  {}: {}", rule.at, rule.fault);
        }
        lines
    }

    /// The tools that faults are meant for.
    pub(crate) fn tools(&self) -> Vec<Arc<str>> {
        let state = self.state();
        let named = state.rules.iter().filter_map(|rule| match &rule.at {
            At::One(Place::Function(tool) | Place::Call(tool)) => Some(Arc::clone(tool)),
            _ => None,
        });
        named.collect()
    }

    /// A place of records is about to be used.
    ///
    /// # Errors
    ///
    /// When a write to it is to be torn, and can't be.
    pub(super) fn open(&self, place: Place, tears: bool) -> Result<(), String> {
        let mut state = self.state();
        let torn = |rule: &Rule| rule.at.covers(&place) && matches!(rule.fault.kind, Kind::Torn);
        if !tears && state.rules.iter().any(torn) {
            return Err(format!(
                "the fault `{}` at the {place}: a write there is whole or isn't there. Half a line                  is of an audit log in a file; half of what begins or ends a call, of a store                  whose audit log is elsewhere",
                Kind::Torn
            ));
        }
        state.opened.insert(place);
        Ok(())
    }

    /// A place of records that faults are meant for, and that no server has opened.
    pub(super) fn unopened(&self) -> Option<Place> {
        let state = self.state();
        let meant = |place: &Place| state.rules.iter().any(|rule| rule.at.covers(place));
        [Place::Store, Place::Audit]
            .into_iter()
            .find(|one| meant(one) && !state.opened.contains(one))
    }

    /// Lets faults of the clock move this one.
    pub(crate) fn move_clock(&self, clock: Clock) {
        self.state().clock = Some(clock);
    }

    /// Counts what passes, and decides what strikes it. One step: decisions at an edge are made
    /// one after the other, in the order of its ordinals.
    pub(super) fn decide(&self, place: &Place, passage: &Passage<'_>) -> Blow {
        let at = self.began.elapsed();
        let mut state = self.state();
        let State { rules, passed, journal, .. } = &mut *state;
        let mut here: Vec<_> = rules
            .iter_mut()
            .filter(|rule| rule.at.covers(place))
            .enumerate()
            .filter(|(_, rule)| {
                let call = !place.is_transport() || passage.tool().is_some();
                call || rule.fault.when.all_messages
            })
            .collect();
        let mut blow = Blow::default();
        if here.is_empty() {
            return blow;
        }
        let ordinal = passed.entry(place.clone()).or_default();
        *ordinal += 1;
        let edge = place.to_string();
        // What strikes before the effect leaves nothing to strike after it.
        for after in [false, true] {
            for (position, rule) in &mut here {
                let Fault { kind, after_effect, when } = &rule.fault;
                if matches!(kind, Kind::Torn) && !passage.tears {
                    continue;
                }
                let late = *after_effect || kind.is_after_effect_at(place);
                if late != after {
                    continue;
                }
                let dice = Dice { seed: self.seed, edge: &edge, position: *position as u64 };
                let seen = rule.seen.entry(place.clone()).or_default();
                if !when.wants(passage, at, seen, &dice) || blow.ends() {
                    continue;
                }
                seen.struck += 1;
                let kind = kind.drawn(dice.share(*ordinal));
                let suffix = if *after_effect { " after the effect" } else { "" };
                let what = format!("{kind}{suffix}");
                journal.note(Strike::new(edge.clone(), *ordinal, at, what));
                if after { &mut blow.after } else { &mut blow.before }.push(kind);
            }
        }
        blow
    }

    /// The clock that faults of the wall clock move.
    #[track_caller]
    pub(super) fn clock(&self) -> Clock {
        self.state().clock.clone().unwrap_or_else(|| {
            panic!(
                "a fault moves the wall clock, and this plan has none: use it on a `TestServer`, \
                 or give it one by `Faults::time`"
            )
        })
    }

    /// What a failed test prints, the first time that it is asked for.
    pub(super) fn last_words(&self) -> Option<String> {
        let told = std::mem::replace(&mut self.state().told, true);
        (!told).then(|| self.to_string())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The seed, how to repeat it, and what was struck.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seed, state) = (self.seed, self.state());
        write!(f, "faults of seed {seed}, which {VARIABLE}={seed} repeats:{}", state.journal)
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(place) => place.fmt(f),
            Self::EveryFunction => f.write_str("every tool"),
        }
    }
}

/// What strikes one passage.
#[derive(Clone, Default)]
pub(super) struct Blow {
    pub(super) before: Vec<Kind>,
    pub(super) after: Vec<Kind>,
}

impl Blow {
    fn ends(&self) -> bool {
        self.before.iter().chain(&self.after).any(Kind::ends)
    }
}
