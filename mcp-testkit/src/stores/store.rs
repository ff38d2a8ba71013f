//! The suite of stores.

use mcp_runtime::Server;
use mcp_runtime::private::{StoreSuite, told};
use proptest::prelude::any;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use tokio::runtime::Builder;

use super::refuse_runtime;
use crate::faults::seed;
use crate::modes::run_on;

/// How many scripts are played: each opens its place again and again.
const SCRIPTS: u32 = 24;
/// The longest script.
const STEPS: usize = 60;
/// How many scripts are tried to find the shortest one that fails.
const SHRINKS: u32 = 500;
/// The seed, unless `MCP_TEST_SEED` says otherwise.
const SEED: u64 = 1;

/// Plays scripts on the store of a server, and holds every answer against what was promised.
///
/// A script is what several calls of two processes do about two idempotency keys: they ask, begin,
/// renew, complete, give back, don't know; processes are stopped without a word and started anew; the
/// wall clock goes forward and back. No effect is silently repeated, no key has two owners, an owner that was
/// replaced changes nothing, a replay is the first answer, and nothing is forgotten before its time.
/// What the log says of all this is one chain.
///
/// `make` makes an empty place, and gives what configures a server on it: another one for each
/// process, and again as one is started anew. Servers that keep keys in memory, and those whose
/// audit log only one process may write, are one process.
///
/// ```
/// use mcp_runtime::{Server, Store};
/// use mcp_testkit::stores::store_suite;
///
/// // In a test of its own.
/// store_suite(|| {
///     let folder = tempfile::tempdir().unwrap();
///     move || Server::new("suite", "0.0.0").store(Store::file(folder.path().join("records.db")))
/// });
/// ```
///
/// Scripts are the same in each run; `MCP_TEST_SEED=42` draws others.
///
/// # Panics
///
/// With the promise that was broken and the shortest script that was found to break it; and within a
/// Tokio runtime: call it in a plain `#[test]`.
#[track_caller]
pub fn store_suite<F: Fn() -> Server>(make: impl Fn() -> F) {
    refuse_runtime("store_suite");
    let seed = seed::asked_for().unwrap_or(SEED);
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config {
        cases: SCRIPTS,
        max_shrink_iters: SHRINKS,
        failure_persistence: None,
        ..Config::default()
    };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let scripts = proptest::collection::vec(any::<u64>(), 1..STEPS);
    let played = TestRunner::new_with_rng(config, rng).run(&scripts, |script| {
        let open = make();
        let play = StoreSuite::play(&open, &script);
        let played = run_on(Builder::new_current_thread().enable_all().start_paused(true), play);
        played.map_err(TestCaseError::fail)
    });
    match played {
        Ok(()) => {}
        Err(TestError::Fail(broken, script)) => panic!(
            "the store breaks a promise: {}\nthe script, of MCP_TEST_SEED={seed}:\n{}",
            broken.message(),
            told(&script)
        ),
        Err(TestError::Abort(why)) => panic!("the suite of stores was broken off: {why}"),
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::Arc;

    use mcp_runtime::{AuditLine, AuditLog, AuditSink, Store};

    use super::*;
    use crate::message;

    fn server() -> Server {
        Server::new("suite", "0.0.0")
    }

    #[test]
    fn memory_keeps_what_it_promises() {
        store_suite(|| || server().store(Store::memory()));
    }

    #[test]
    fn a_file_keeps_what_it_promises() {
        store_suite(|| {
            let folder = tempfile::tempdir().unwrap();
            move || server().store(Store::file(folder.path().join("records.db")))
        });
    }

    #[test]
    fn a_file_with_the_log_beside_it_keeps_what_it_promises() {
        store_suite(|| {
            let folder = tempfile::tempdir().unwrap();
            move || {
                let log = AuditLog::file(folder.path().join("audit.jsonl"));
                server().store(Store::file(folder.path().join("records.db"))).audit(log)
            }
        });
    }

    /// Every process has a store of its own.
    #[test]
    fn a_store_that_is_not_shared_is_found() {
        let told = message(|| {
            store_suite(|| {
                let folder = Arc::new(tempfile::tempdir().unwrap());
                let starts = std::cell::Cell::new(0);
                move || {
                    starts.set(starts.get() + 1);
                    server().store(Store::file(folder.path().join(format!("{}.db", starts.get()))))
                }
            });
        });
        assert!(told.starts_with("the store breaks a promise: "), "{told}");
        assert!(told.contains("\n  at step "), "{told}");
        assert!(told.contains("\nthe script, of MCP_TEST_SEED="), "{told}");
        assert!(told.contains("\n  1. "), "{told}");
    }

    struct Full;

    impl AuditSink for Full {
        fn append(&mut self, _: &[AuditLine]) -> io::Result<()> {
            Err(io::Error::other("there is no room"))
        }
    }

    #[test]
    fn a_store_that_takes_nothing_is_found() {
        let told = message(|| store_suite(|| || server().audit(AuditLog::to(Full))));
        assert!(told.contains(": the audit sink failed: there is no room"), "{told}");
    }

    #[tokio::test]
    #[should_panic(expected = "`store_suite` brings its own Tokio runtime")]
    async fn a_runtime_cannot_wait_for_another() {
        store_suite(|| server);
    }
}
