//! Every order in which callers and flights can meet.
//!
//! What the tasks do between two decisions is written down as steps; the test takes every step
//! that is possible in every state that can be reached, and looks at the whole after each.

use std::collections::HashSet;

use super::super::flight::{ATTEMPTS, Entered, Flights, Limits, tries_again};
use crate::store::cache::Key;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Caller {
    /// Has no result, for the `tried`th time.
    Needs {
        tried: u32,
    },
    Waits {
        tried: u32,
        flight: usize,
        attempt: u32,
        leads: bool,
    },
    Served,
    /// A flight came to grief and there was no further attempt.
    Failed {
        tried: u32,
        attempt: u32,
        leads: bool,
    },
    Left,
}

/// A flight's task. Its handle is its place in the list.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Task {
    Runs {
        stopped: bool,
    },
    /// The result is in the store, or there is none, and the flight is in the table still.
    Ended {
        well: bool,
    },
    Landed {
        well: bool,
    },
    Announced {
        well: bool,
    },
    /// It saw that it had been stopped.
    Dropped,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Enter(usize),
    Leave(usize),
    Hear(usize),
    Refresh,
    End { flight: usize, well: bool },
    Land(usize),
    Announce(usize),
    SeeStop(usize),
}

#[derive(Clone)]
struct World {
    steps: Vec<Step>,
    callers: Vec<Caller>,
    tasks: Vec<Task>,
    ids: Vec<u64>,
    background: Vec<bool>,
    refreshes: usize,
}

/// The real table cannot be copied, so each path is played from its beginning. Gives the world at
/// its end, and all of its state.
fn play(start: &World, path: &[Step], key: &Key) -> (World, String) {
    let flights = Flights::<usize>::new(Limits { flights: 2, waiters: 9 });
    let mut world = start.clone();
    for step in path {
        world.take(*step, &flights, key);
    }
    world.check(&flights);
    let World { callers, tasks, background, refreshes, .. } = &world;
    let state =
        format!("{callers:?} {tasks:?} {background:?} {refreshes} {:?}", flights.state(key));
    (world, state)
}

impl World {
    fn new(callers: usize, refreshes: usize) -> Self {
        Self {
            steps: Vec::new(),
            callers: vec![Caller::Needs { tried: 1 }; callers],
            tasks: Vec::new(),
            ids: Vec::new(),
            background: Vec::new(),
            refreshes,
        }
    }

    fn possible(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        for (index, caller) in self.callers.iter().enumerate() {
            match caller {
                Caller::Needs { .. } => steps.push(Step::Enter(index)),
                Caller::Waits { flight, .. } => {
                    steps.push(Step::Leave(index));
                    if matches!(self.tasks[*flight], Task::Announced { .. } | Task::Dropped) {
                        steps.push(Step::Hear(index));
                    }
                }
                _ => {}
            }
        }
        if self.refreshes > 0 {
            steps.push(Step::Refresh);
        }
        for (flight, task) in self.tasks.iter().enumerate() {
            match task {
                Task::Runs { stopped: true } => steps.push(Step::SeeStop(flight)),
                Task::Runs { .. } => {
                    steps.extend([true, false].map(|well| Step::End { flight, well }));
                }
                Task::Ended { .. } => steps.push(Step::Land(flight)),
                Task::Landed { .. } => steps.push(Step::Announce(flight)),
                Task::Announced { .. } | Task::Dropped => {}
            }
        }
        steps
    }

    fn begin(&mut self, id: u64, background: bool) {
        self.ids.push(id);
        self.tasks.push(Task::Runs { stopped: false });
        self.background.push(background);
    }

    fn leave(&mut self, flight: usize, flights: &Flights<usize>, key: &Key) {
        if let Some(stopped) = flights.leave(key, self.ids[flight]) {
            assert_eq!(stopped, flight);
            // A task that has ended its work no longer listens.
            if let Task::Runs { stopped } = &mut self.tasks[flight] {
                *stopped = true;
            }
        }
    }

    fn take(&mut self, step: Step, flights: &Flights<usize>, key: &Key) {
        self.steps.push(step);
        match step {
            Step::Enter(index) => {
                let Caller::Needs { tried } = self.callers[index] else { unreachable!() };
                let next = self.tasks.len();
                let (flight, attempt, leads) = match flights.enter(key, tried, || next) {
                    Entered::Leads { id, handle } => {
                        self.begin(id, false);
                        (handle, tried, true)
                    }
                    Entered::Joins { id, attempt, handle } => {
                        assert_eq!(self.ids[handle], id);
                        (handle, attempt, false)
                    }
                    other => panic!("there is room: {other:?}"),
                };
                self.callers[index] = Caller::Waits { tried, flight, attempt, leads };
            }
            Step::Refresh => {
                self.refreshes -= 1;
                let next = self.tasks.len();
                if let Some((id, _)) = flights.refresh(key, || next) {
                    self.begin(id, true);
                }
            }
            Step::Leave(index) => {
                let Caller::Waits { flight, .. } = self.callers[index] else { unreachable!() };
                self.leave(flight, flights, key);
                self.callers[index] = Caller::Left;
            }
            Step::Hear(index) => {
                let Caller::Waits { tried, flight, attempt, leads } = self.callers[index] else {
                    unreachable!()
                };
                let well = self.tasks[flight] == Task::Announced { well: true };
                self.leave(flight, flights, key);
                self.callers[index] = if well {
                    Caller::Served
                } else if !leads && tries_again(attempt, tried) {
                    Caller::Needs { tried: tried + 1 }
                } else {
                    Caller::Failed { tried, attempt, leads }
                };
            }
            Step::End { flight, well } => self.tasks[flight] = Task::Ended { well },
            Step::Land(flight) => {
                let Task::Ended { well } = self.tasks[flight] else { unreachable!() };
                flights.land(key, self.ids[flight]);
                self.tasks[flight] = Task::Landed { well };
            }
            Step::Announce(flight) => {
                let Task::Landed { well } = self.tasks[flight] else { unreachable!() };
                self.tasks[flight] = Task::Announced { well };
            }
            Step::SeeStop(flight) => {
                flights.land(key, self.ids[flight]);
                self.tasks[flight] = Task::Dropped;
            }
        }
    }

    fn check(&self, flights: &Flights<usize>) {
        let steps = &self.steps;
        let running = |task: &&Task| matches!(task, Task::Runs { stopped: false });
        assert!(self.tasks.iter().filter(running).count() <= 1, "two at a time: {steps:?}");
        for caller in &self.callers {
            match caller {
                Caller::Waits { flight, .. } => {
                    let task = self.tasks[*flight];
                    let lost = matches!(task, Task::Runs { stopped: true } | Task::Dropped);
                    assert!(!lost, "stopped under one who waits: {steps:?}");
                }
                Caller::Failed { tried, attempt, leads } => {
                    let alone = *leads && *tried == 1;
                    assert!(alone || attempt.max(tried) == &ATTEMPTS, "given up: {steps:?}");
                }
                Caller::Needs { tried } => assert!(*tried <= ATTEMPTS, "no end: {steps:?}"),
                Caller::Served | Caller::Left => {}
            }
        }
        for (flight, task) in self.tasks.iter().enumerate() {
            let waits = |caller: &Caller| matches!(caller, Caller::Waits { flight: of, .. } if *of == flight);
            let wanted = self.background[flight] || self.callers.iter().any(waits);
            assert!(wanted || !running(&task), "runs for nobody: {steps:?}");
        }
        if self.possible().is_empty() {
            assert_eq!(flights.under_way(), 0, "left behind: {steps:?}");
        }
    }
}

/// Goes through every state and returns how many there are.
fn explore(start: &World) -> usize {
    let key = Key::new("t", "1", None, "{}".into());
    let mut seen = HashSet::new();
    let mut open = vec![Vec::new()];
    while let Some(path) = open.pop() {
        let (world, state) = play(start, &path, &key);
        if !seen.insert(state) {
            continue;
        }
        open.extend(world.possible().into_iter().map(|step| {
            let mut longer = path.clone();
            longer.push(step);
            longer
        }));
    }
    seen.len()
}

#[test]
fn three_callers_in_every_order() {
    let states = explore(&World::new(3, 0));
    assert!(states > 100, "{states}");
}

#[test]
fn two_callers_and_a_refresh_in_every_order() {
    let states = explore(&World::new(2, 1));
    assert!(states > 100, "{states}");
}

#[test]
fn limits_are_kept() {
    let flights = Flights::<()>::new(Limits { flights: 1, waiters: 2 });
    let [key, other] = ["{}", "{\"n\":1}"].map(|text| Key::new("t", "1", None, text.into()));
    assert!(matches!(flights.enter(&key, 1, || ()), Entered::Leads { .. }));
    assert!(matches!(flights.enter(&key, 1, || ()), Entered::Joins { .. }));
    assert!(matches!(flights.enter(&key, 1, || ()), Entered::Crowded));
    assert!(matches!(flights.enter(&other, 1, || ()), Entered::Alone));
    assert_eq!(flights.refresh(&other, || ()), None);
    assert_eq!(flights.refresh(&key, || ()), None);
}
