//! The decisions, one by one, and every order of a few of them.

use std::sync::Arc;
use std::task::{Wake, Waker};
use std::time::Duration;

use tokio::time::Instant;

use super::ms;
use crate::policies::Concurrency;
use crate::policy::admission::adaptive::{Limit, Sample};
use crate::policy::admission::queue::{Entry, Stay, Ticket, Turn, Turns};

const TARGET: Duration = ms(100);

fn turns(max: u32, depth: usize) -> Turns {
    Turns::new(Limit::new(Concurrency::Fixed(max)), depth)
}

/// A limit of one that has been held from the start, and who waits for it.
struct Line {
    turns: Turns,
    start: Instant,
}

impl Line {
    fn new(depth: usize) -> Self {
        let (mut turns, start) = (turns(1, depth), Instant::now());
        assert_eq!(turns.enter(TARGET, start).0, Entry::Runs);
        Self { turns, start }
    }

    fn enter(&mut self, at: u64) -> Entry {
        self.turns.enter(TARGET, self.start + ms(at)).0
    }

    fn joins(&mut self, at: u64) -> Ticket {
        match self.enter(at) {
            Entry::Waits(ticket) => ticket,
            other => panic!("{other:?}"),
        }
    }

    fn release(&mut self, at: u64) {
        self.turns.release(Sample::Neutral, Stay::new(self.start, self.start + ms(at)));
    }

    fn look(&mut self, ticket: Ticket) -> Turn {
        self.turns.look(ticket, Waker::noop())
    }

    /// Overloaded at 1,100 ms, with the waiters of the last 60 ms.
    fn overloaded(depth: usize) -> (Self, [Ticket; 4]) {
        let mut line = Self::new(depth);
        let late = line.joins(0);
        let waiters = [late, line.joins(1_040), line.joins(1_060), line.joins(1_080)];
        assert!(!line.turns.counts().overloaded);
        (line, waiters)
    }
}

#[test]
fn a_burst_is_served_in_order_however_long_it_waits() {
    let mut line = Line::new(8);
    let tickets = [line.joins(0), line.joins(1), line.joins(2)];
    for (ticket, at) in tickets.into_iter().zip([300, 600, 900]) {
        line.release(at);
        assert_eq!(line.look(ticket), Turn::Runs);
    }
    assert!(!line.turns.counts().overloaded);
}

#[test]
fn under_overload_the_newest_is_next_and_the_late_are_shed() {
    let (mut line, [late, older, newer, newest]) = Line::overloaded(8);
    line.release(1_100);
    assert!(line.turns.counts().overloaded);
    assert_eq!(line.look(newest), Turn::Runs);
    assert_eq!(line.look(late), Turn::Shed);
    assert_eq!(line.look(newer), Turn::Waits);
    line.release(1_150);
    assert_eq!(line.look(newer), Turn::Runs);
    assert_eq!(line.look(older), Turn::Shed);
}

#[test]
fn a_newcomer_notices_overload_too() {
    let (mut line, [late, older, ..]) = Line::overloaded(8);
    let newcomer = line.joins(1_100);
    assert_eq!(line.look(late), Turn::Shed);
    assert_eq!(line.look(older), Turn::Waits);
    assert_eq!(line.look(newcomer), Turn::Waits);
}

#[test]
fn the_next_is_served_even_if_late() {
    let (mut line, [.., newest]) = Line::overloaded(8);
    line.release(5_000);
    assert_eq!(line.look(newest), Turn::Runs);
    assert_eq!(line.turns.counts().waiting, 0);
}

#[test]
fn a_full_queue_refuses_the_newcomer_and_under_overload_the_oldest() {
    let mut line = Line::new(2);
    let (first, second) = (line.joins(0), line.joins(0));
    assert_eq!(line.enter(50), Entry::Full);
    assert_eq!(line.look(first), Turn::Waits);
    assert!(matches!(line.enter(1_100), Entry::Waits(_)));
    assert_eq!((line.look(first), line.look(second)), (Turn::Shed, Turn::Shed));
    let third = line.joins(1_110);
    let fourth = line.joins(1_120);
    assert_eq!(line.turns.counts().waiting, 2);
    assert_eq!((line.look(third), line.look(fourth)), (Turn::Waits, Turn::Waits));
}

#[test]
fn overload_ends_when_there_is_room_and_nobody_waits() {
    let (mut line, _) = Line::overloaded(8);
    line.release(1_100);
    line.release(1_110);
    line.release(1_120);
    assert!(line.turns.counts().overloaded);
    line.release(1_130);
    assert_eq!(line.turns.counts().running, 0);
    assert!(!line.turns.counts().overloaded);
}

#[test]
fn a_queue_that_moves_in_time_is_no_overload_however_long_it_stands() {
    let mut line = Line::new(8);
    let mut waits = line.joins(0);
    for at in (90..5_000).step_by(90) {
        let next = line.joins(at);
        line.release(at);
        assert_eq!(line.look(waits), Turn::Runs);
        waits = next;
    }
    assert!(!line.turns.counts().overloaded);
}

#[test]
fn patience_starts_over_when_a_wait_is_short() {
    let mut line = Line::new(8);
    line.joins(0);
    line.joins(150);
    line.release(160);
    line.release(200);
    line.joins(210);
    line.joins(1_150);
    assert!(!line.turns.counts().overloaded);
}

/// A waker that is told apart from the others.
struct Mark;

impl Wake for Mark {
    fn wake(self: Arc<Self>) {}
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Task {
    Comes,
    /// `asleep`: it has looked, found nothing, and only a wake-up makes it look again.
    Waits {
        ticket: Ticket,
        asleep: bool,
    },
    Runs,
    Gone,
}

#[derive(Clone)]
struct World {
    turns: Turns,
    tasks: [Task; 4],
}

struct Explorer {
    start: Instant,
    max: u32,
    depth: usize,
    wakers: [Waker; 4],
    ends: u32,
}

impl Explorer {
    /// Every order in which four tasks come, look, run, end and leave.
    fn explore(&mut self, world: &World, step: u64) {
        self.check(world);
        let mut moved = false;
        for task in 0..world.tasks.len() {
            let choices = match world.tasks[task] {
                // It looks, or it leaves; asleep, it can only leave.
                Task::Waits { asleep: false, .. } => 2,
                Task::Comes | Task::Waits { asleep: true, .. } | Task::Runs => 1,
                Task::Gone => continue,
            };
            for chosen in 0..choices {
                let mut next = world.clone();
                let woken = self.act(&mut next, task, chosen, step);
                for (other, waker) in self.wakers.iter().enumerate() {
                    if woken.iter().any(|one| one.will_wake(waker))
                        && let Task::Waits { asleep, .. } = &mut next.tasks[other]
                    {
                        *asleep = false;
                    }
                }
                self.explore(&next, step + 1);
            }
            moved = true;
        }
        if !moved {
            self.ends += 1;
            let counts = world.turns.counts();
            assert_eq!((counts.running, counts.waiting, counts.granted), (0, 0, 0));
        }
    }

    fn act(&self, world: &mut World, task: usize, chosen: u8, step: u64) -> Vec<Waker> {
        // The steps are far enough apart to be late and overloaded on the way.
        let now = self.start + ms(step * 250);
        let (turns, task_state) = (&mut world.turns, &mut world.tasks[task]);
        match *task_state {
            Task::Comes => {
                let (entry, woken) = turns.enter(TARGET, now);
                *task_state = match entry {
                    Entry::Runs => Task::Runs,
                    Entry::Waits(ticket) => Task::Waits { ticket, asleep: false },
                    Entry::Full => Task::Gone,
                };
                woken
            }
            Task::Waits { ticket, asleep: false } if chosen == 0 => {
                *task_state = match turns.look(ticket, &self.wakers[task]) {
                    Turn::Runs => Task::Runs,
                    Turn::Waits => Task::Waits { ticket, asleep: true },
                    Turn::Shed => Task::Gone,
                };
                Vec::new()
            }
            Task::Waits { ticket, .. } => {
                *task_state = Task::Gone;
                turns.leave(ticket, now)
            }
            Task::Runs => {
                *task_state = Task::Gone;
                turns.release(Sample::Neutral, Stay::new(now, now))
            }
            Task::Gone => Vec::new(),
        }
    }

    fn check(&self, world: &World) {
        let counts = world.turns.counts();
        let hold = world.tasks.iter().filter(|task| **task == Task::Runs).count();
        assert!(counts.running <= self.max);
        assert!(counts.waiting <= self.depth);
        assert_eq!(counts.running as usize, hold + counts.granted, "a turn leaked");
        assert!(counts.waiting == 0 || counts.running == self.max, "room, and someone waits");
        let asleep =
            world.tasks.iter().filter(|task| matches!(task, Task::Waits { asleep: true, .. }));
        assert!(asleep.count() <= counts.waiting, "a wake-up was lost");
    }
}

#[test]
fn no_order_of_events_leaks_a_turn_or_loses_a_wake_up() {
    for (max, depth) in [(1, 3), (1, 1), (2, 2)] {
        let wakers = [(); 4].map(|()| Waker::from(Arc::new(Mark)));
        let start = Instant::now();
        let mut explorer = Explorer { start, max, depth, wakers, ends: 0 };
        explorer.explore(&World { turns: turns(max, depth), tasks: [Task::Comes; 4] }, 0);
        assert!(explorer.ends > 1_000, "{}", explorer.ends);
    }
}
