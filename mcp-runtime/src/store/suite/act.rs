//! What may happen, as numbers say: who draws them shrinks them, too.

use std::fmt;
use std::time::Duration;

pub(super) const PROCESSES: usize = 2;
pub(super) const CALLERS: usize = 4;
const KEYS: u64 = 2;

pub(crate) type Script = Vec<Act>;

/// What happens next. A caller's number says in which process it is.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    Begin { caller: usize, key: u8, other_payload: bool, settles: bool },
    Start(usize),
    Renew(usize),
    Complete(usize),
    Release(usize),
    Doubt(usize),
    Crash(usize),
    Forward(Duration),
    Back(Duration),
}

/// Takes one of so many away from a number.
fn draw(number: &mut u64, of: u64) -> u64 {
    let drawn = *number % of;
    *number /= of;
    drawn
}

/// The same, of a caller or a process.
fn one(number: &mut u64, of: usize) -> usize {
    // It is below `of`.
    usize::try_from(draw(number, of as u64)).unwrap_or_default()
}

impl Act {
    /// The act of a number: what happens often in life has more numbers.
    pub(crate) fn of(mut number: u64) -> Self {
        let number = &mut number;
        match draw(number, 29) {
            0..8 => Self::Begin {
                caller: one(number, CALLERS),
                key: u8::try_from(draw(number, KEYS)).unwrap_or_default(),
                other_payload: draw(number, 10) == 9,
                settles: draw(number, 10) >= 7,
            },
            8..14 => Self::Start(one(number, CALLERS)),
            14..16 => Self::Renew(one(number, CALLERS)),
            16..19 => Self::Complete(one(number, CALLERS)),
            19..21 => Self::Release(one(number, CALLERS)),
            21 => Self::Doubt(one(number, CALLERS)),
            22 => Self::Crash(one(number, PROCESSES)),
            23..27 => Self::Forward(Duration::from_millis(1 + draw(number, 1_499))),
            27 => Self::Forward(Duration::from_millis(5_000 + draw(number, 7_000))),
            _ => Self::Back(Duration::from_millis(1 + draw(number, 11_999))),
        }
    }
}

/// ``process 1: call 3 asks for key 0``.
impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut of = |caller: &usize, does: &str| {
            write!(f, "process {}: caller {caller} {does}", caller % PROCESSES)
        };
        match self {
            Self::Begin { caller, key, other_payload, settles } => {
                let other = if *other_payload { " with other arguments" } else { "" };
                let settles = if *settles { ", and can settle a doubt" } else { "" };
                of(caller, &format!("asks for key {key}{other}{settles}"))
            }
            Self::Start(caller) => of(caller, "is about to have its effect"),
            Self::Renew(caller) => of(caller, "renews its lease"),
            Self::Complete(caller) => of(caller, "has its answer"),
            Self::Release(caller) => of(caller, "gives its key back"),
            Self::Doubt(caller) => of(caller, "doesn't know what it did"),
            Self::Crash(process) => write!(f, "process {process} is killed, and started anew"),
            Self::Forward(by) => write!(f, "the clock goes forward by {by:?}"),
            Self::Back(by) => write!(f, "the clock goes back by {by:?}"),
        }
    }
}
