//! [`Ending`]: word that a call is over, for whoever waits for it.

use std::sync::atomic::{AtomicBool, Ordering, fence};
use std::sync::{Arc, OnceLock};

use tokio_util::sync::CancellationToken;

/// Word that a call is over. Most calls are before anybody waits for it: the token that it takes to
/// wait is made for the first who does.
///
/// Clones are one and the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ending(Arc<Word>);

#[derive(Debug, Default)]
struct Word {
    is_given: AtomicBool,
    token: OnceLock<CancellationToken>,
}

impl Ending {
    pub(crate) fn give(&self) {
        self.0.is_given.store(true, Ordering::Relaxed);
        // Either the token is seen here, or the word where the token is made.
        fence(Ordering::SeqCst);
        if let Some(token) = self.0.token.get() {
            token.cancel();
        }
    }

    pub(crate) fn is_given(&self) -> bool {
        let by_token = || self.0.token.get().is_some_and(CancellationToken::is_cancelled);
        self.0.is_given.load(Ordering::Acquire) || by_token()
    }

    /// What to wait for.
    pub(crate) fn token(&self) -> &CancellationToken {
        let token = self.0.token.get_or_init(CancellationToken::new);
        fence(Ordering::SeqCst);
        if self.0.is_given.load(Ordering::Relaxed) {
            token.cancel();
        }
        token
    }
}

/// One that is given elsewhere.
impl From<CancellationToken> for Ending {
    fn from(token: CancellationToken) -> Self {
        Self(Arc::new(Word { is_given: AtomicBool::new(false), token: token.into() }))
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn who_waits_is_told_before_and_after() {
        let ending = Ending::default();
        assert!(!ending.is_given());
        let early = ending.token().clone();
        assert!(!early.is_cancelled());
        ending.clone().give();
        assert!(ending.is_given() && early.is_cancelled() && ending.token().is_cancelled());
        let late = Ending::default();
        late.give();
        assert!(late.is_given() && late.token().is_cancelled());
    }

    #[test]
    fn word_that_is_given_elsewhere_is_heard() {
        let token = CancellationToken::new();
        let ending = Ending::from(token.child_token());
        assert!(!ending.is_given());
        token.cancel();
        assert!(ending.is_given());
    }

    #[test]
    fn nobody_misses_it_who_begins_to_wait_as_it_is_given() {
        for _ in 0..1_000 {
            let ending = Ending::default();
            let other = ending.clone();
            let giving = thread::spawn(move || other.give());
            let token = ending.token().clone();
            giving.join().unwrap();
            assert!(token.is_cancelled());
        }
    }
}
