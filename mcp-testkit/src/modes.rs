//! What tests on several ways in run on; the macros are in `mcp-macros`.

use std::time::Duration;

use tokio::runtime::Builder;

/// How long threads that a test has left behind are waited for.
const LEFT_BEHIND: Duration = Duration::from_millis(100);

/// Runs the body of a test.
///
/// # Panics
///
/// When no runtime can be made, and as the body does.
#[doc(hidden)]
#[track_caller]
pub fn __run<T>(body: impl Future<Output = T>) -> T {
    run_on(Builder::new_current_thread().enable_all(), body)
}

/// Runs the body of a test on a runtime of its own.
#[track_caller]
pub(crate) fn run_on<T>(runtime: &mut Builder, body: impl Future<Output = T>) -> T {
    let runtime = runtime.build();
    let runtime = runtime.unwrap_or_else(|error| panic!("no runtime: {error}"));
    let result = runtime.block_on(body);
    // Dropping it would wait for tools that still hold a thread, for as long as they like.
    runtime.shutdown_timeout(LEFT_BEHIND);
    result
}
