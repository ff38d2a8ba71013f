//! [`Faults`] as a value: clones of one plan, and the last words of a failing test.

use std::fmt;
use std::sync::Arc;
use std::thread;

use super::plan::Faults;

/// Another handle of the same plan.
impl Clone for Faults {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// Where a test fails, says by which faults, and how to repeat them.
impl Drop for Faults {
    fn drop(&mut self) {
        if thread::panicking()
            && let Some(words) = self.0.last_words()
        {
            eprintln!("{words}");
        }
    }
}

/// The seed, how to repeat it, and what was struck: one line a strike.
impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Faults({self})")
    }
}
