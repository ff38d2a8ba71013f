//! [`Effects`]: what a test's fakes have done.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// More effects are counted alone: a test that has more of them on purpose needs no list.
const MAX: usize = 100_000;
/// A failure shows so many of the newest.
const SHOWN: usize = 20;

/// What a test's fakes have done: payments that were made, mails that were sent.
///
/// All clones are one list, so that a fake has one clone and the test another. How often a tool's
/// function ran is [`TestServer::runs`](crate::TestServer::runs); that it had its effect as often is
/// what this is for.
///
/// ```
/// use mcp_runtime::{tool, tools, State};
/// use mcp_testkit::{Effects, TestServer, local};
/// use serde_json::json;
///
/// #[derive(Clone)]
/// struct FakeBank(Effects);
///
/// /// Pay an invoice.
/// #[tool(idempotent)]
/// async fn pay(number: String, State(bank): State<FakeBank>) {
///     bank.0.happened(format!("paid {number}"));
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let effects = Effects::new();
/// let server = TestServer::new(tools![pay]).state(FakeBank(effects.clone()));
/// let keyed = server.as_caller(local()).key("monday");
/// for _ in 0..3 {
///     keyed.call("pay", json!({ "number": "FV/7" })).await.ok();
/// }
/// effects.exactly(1).once_each().are(["paid FV/7"]);
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Effects(Arc<Mutex<List>>);

#[derive(Debug, Default)]
struct List {
    happened: Vec<String>,
    beyond: usize,
}

/// Counts effects: [`Effects`], or a function that says how many there are, of rows, payments, mails.
///
/// What it counts in has to outlive a server that is killed and started anew: a database, a fake that
/// the test holds.
pub trait Count: Send + Sync + 'static {
    /// How many there are by now.
    fn count(&self) -> u64;
}

impl<F: Fn() -> u64 + Send + Sync + 'static> Count for F {
    fn count(&self) -> u64 {
        self()
    }
}

impl Count for Effects {
    fn count(&self) -> u64 {
        // As wide as the number itself, on every machine that there is.
        u64::try_from(Self::count(self)).unwrap_or(u64::MAX)
    }
}

impl Effects {
    /// Nothing has happened.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes an effect: what a fake calls where the real one would have had it. What is said tells
    /// effects apart: `paid FV/7`, rather than `paid`.
    pub fn happened(&self, what: impl fmt::Display) {
        let mut list = self.list();
        if list.happened.len() < MAX {
            list.happened.push(what.to_string());
        } else {
            list.beyond += 1;
        }
    }

    /// How many there were.
    pub fn count(&self) -> usize {
        let list = self.list();
        list.happened.len() + list.beyond
    }

    /// What happened, in order; the first 100,000.
    pub fn all(&self) -> Vec<String> {
        self.list().happened.clone()
    }

    /// Asserts that there were so many.
    ///
    /// # Panics
    ///
    /// With what happened, when there were more or fewer.
    #[track_caller]
    pub fn exactly(&self, number: usize) -> &Self {
        let count = self.count();
        if count != number {
            self.fail(&format!("{number} effects were to happen, and {count} did"));
        }
        self
    }

    /// Asserts that there were none.
    ///
    /// # Panics
    ///
    /// With what happened.
    #[track_caller]
    pub fn none(&self) -> &Self {
        self.exactly(0)
    }

    /// Asserts that no effect happened twice, and that there was one at all.
    ///
    /// # Panics
    ///
    /// With those that did; and where nothing happened, or more than the 100,000 that are kept,
    /// since nothing would follow from that.
    #[track_caller]
    pub fn once_each(&self) -> &Self {
        let mut times: BTreeMap<String, usize> = BTreeMap::new();
        self.all().into_iter().for_each(|what| *times.entry(what).or_default() += 1);
        let mut again = times.iter().filter(|(_, times)| **times > 1);
        if let Some((what, times)) = again.next() {
            self.fail(&format!("`{what}` was to happen once, and happened {times} times"));
        }
        if times.is_empty() {
            self.fail("nothing happened at all: was there a call?");
        }
        self.all_kept()
    }

    /// Asserts that these happened, as often as they stand here, in any order, and nothing else.
    ///
    /// # Panics
    ///
    /// With what is missing, or too much; and where more happened than the 100,000 that are kept.
    #[track_caller]
    pub fn are<T: AsRef<str>>(&self, expected: impl IntoIterator<Item = T>) -> &Self {
        let mut others = self.all();
        for what in expected {
            let what = what.as_ref();
            match others.iter().position(|other| other == what) {
                Some(at) => drop(others.remove(at)),
                None => self.fail(&format!("`{what}` was to happen, or once more than it did")),
            }
        }
        if let Some(other) = others.first() {
            self.fail(&format!("`{other}` was not to happen, or not so often"));
        }
        self.all_kept()
    }

    /// That nothing happened which isn't in the list.
    #[track_caller]
    fn all_kept(&self) -> &Self {
        let beyond = self.list().beyond;
        if beyond > 0 {
            self.fail("more happened than is kept: what followed can't be told");
        }
        self
    }

    #[track_caller]
    fn fail(&self, what: &str) -> ! {
        panic!("{what}{}", self.told())
    }

    fn told(&self) -> String {
        let list = self.list();
        let mut told = String::new();
        let skipped = list.happened.len().saturating_sub(SHOWN);
        if skipped > 0 {
            let _ = write!(told, "\n  … {skipped} before");
        }
        for what in &list.happened[skipped..] {
            let _ = write!(told, "\n  {what}");
        }
        if list.beyond > 0 {
            let _ = write!(told, "\n  … {} after", list.beyond);
        }
        told
    }

    fn list(&self) -> MutexGuard<'_, List> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message;

    #[test]
    fn what_holds_passes() {
        let effects = Effects::new();
        effects.none().are([""; 0]);
        effects.clone().happened("paid 1");
        effects.happened(format_args!("paid {}", 2));
        effects.exactly(2).once_each().are(["paid 2", "paid 1"]);
        assert_eq!(effects.all(), ["paid 1", "paid 2"]);
    }

    #[test]
    fn what_does_not_hold_fails_and_shows_what_happened() {
        let effects = Effects::new();
        assert_eq!(
            message(|| _ = effects.once_each()),
            "nothing happened at all: was there a call?"
        );
        effects.happened("a");
        effects.happened("b");
        effects.happened("a");
        for (assertion, expected) in [
            (&(|| _ = effects.none()) as &dyn Fn(), "0 effects were to happen, and 3 did"),
            (&|| _ = effects.exactly(4), "4 effects were to happen, and 3 did"),
            (&|| _ = effects.once_each(), "`a` was to happen once, and happened 2 times"),
            (&|| _ = effects.are(["a", "a", "c"]), "`c` was to happen, or once more than it did"),
            (&|| _ = effects.are(["a", "b", "b"]), "`b` was to happen, or once more than it did"),
            (&|| _ = effects.are(["a", "b"]), "`a` was not to happen, or not so often"),
        ] {
            assert_eq!(message(assertion), format!("{expected}\n  a\n  b\n  a"));
        }
    }

    #[test]
    fn a_list_has_an_end_and_its_count_has_none() {
        let effects = Effects::new();
        (0..MAX + 2).for_each(|_| effects.happened("x"));
        effects.exactly(MAX + 2);
        assert_eq!(effects.all().len(), MAX);
        let told = message(|| _ = effects.none());
        assert_eq!(told.lines().count(), 1 + SHOWN + 2);
        assert!(told.ends_with("… 2 after"), "{told}");
    }

    #[test]
    fn nothing_follows_from_a_list_that_was_cut() {
        let effects = Effects::new();
        (0..MAX).for_each(|number| effects.happened(number));
        let first = || (0..MAX).map(|number| number.to_string());
        effects.once_each();
        effects.happened(0);
        for assertion in [&(|| _ = effects.once_each()) as &dyn Fn(), &|| _ = effects.are(first())]
        {
            let told = message(assertion);
            assert!(told.starts_with("more happened than is kept: what followed "), "{told}");
        }
    }
}
