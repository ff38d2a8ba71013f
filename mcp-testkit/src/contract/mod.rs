//! Contract tests: what a tool's attribute promises, as tests that nobody writes.
//!
//! [`contract_tests!`](crate::contract_tests) makes a test of each [`Promise`] for each tool. A test
//! asks the running server what the tool promises, makes calls by which the promise could be
//! broken, and looks at the answers and at what a layer around the tool's function saw: how often it
//! ran, and whether it was dropped. Where the function doesn't matter, the layer takes its place.

mod broken;
mod crashes;
mod macros;
mod options;
mod outage;
mod promise;
mod promises;
mod subject;
#[cfg(test)]
mod tests;
mod watch;
mod world;

use std::time::Duration;

use mcp_runtime::Tools;
use tokio::time::timeout;

pub(crate) use broken::Broken;
pub use options::Contract;
pub use promise::Promise;
use promises::Kept;
use subject::Subject;
#[cfg(test)]
pub(crate) use tests::{Nowhere, Patch};
pub use world::{__Setup, __set_up, World};

/// A count that never moves would prove that nothing happens twice.
pub(crate) const COUNTS_NONE: &str = "the call succeeded, and what counts its effects counts none: it \
                                      counts others, or what doesn't outlive the server";
/// In virtual time, longer than any test. Without an end to jump to, what waits for ever would.
const FOR_EVER: Duration = Duration::from_hours(2 * 365 * 24);

/// Tests one promise of the tool at a position of the list.
///
/// # Panics
///
/// When the promise is broken, and how.
#[doc(hidden)]
pub fn __contract_test(
    tools: &Tools,
    number: usize,
    promise: Promise,
    setup: impl AsyncFn(World) -> Contract + Sync,
) {
    let world = World::default();
    let setup = async || setup(world.clone()).await;
    let Some(tool) = tools.names().nth(number) else {
        panic!("the list of `contract_tests!` has fewer tools than it names")
    };
    let tested = match promise {
        // Of several servers, each with a runtime of its own.
        Promise::CrashKeepsPromises => crashes::keeps(&setup, tool),
        _ => paused(async { keeps(setup().await, tool, promise).await }),
    };
    match tested {
        Ok(Outcome::Kept(Kept::Yes)) => {}
        Ok(Outcome::Kept(Kept::InPart(unseen))) => println!("not looked at: {unseen}"),
        Ok(Outcome::Kept(Kept::NotMade)) => println!("`{tool}` doesn't promise that"),
        Ok(Outcome::Excepted(why)) => println!("not tested: {why}"),
        Err(broken) => {
            panic!("`{tool}` breaks its promise `{promise}`: {}\n{broken}", promise.says())
        }
    }
}

/// Tests that every tool of the server is in the list.
///
/// # Panics
///
/// When one is missing.
#[doc(hidden)]
pub fn __contract_is_whole(tools: &Tools, setup: impl AsyncFnOnce(World) -> Contract) {
    let tested: Vec<_> = tools.names().collect();
    let missing: Vec<_> = paused(async {
        let server = setup(World::default()).await.server;
        let names = server.list().map(mcp_runtime::ToolInfo::name);
        names.filter(|name| !tested.contains(name)).collect()
    });
    assert!(missing.is_empty(), "`contract_tests!` leaves these tools out: {missing:?}");
}

/// What came of a test that found nothing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Kept(Kept),
    /// The contract excepts the promise, for this reason.
    Excepted(String),
}

/// Tests a promise of a tool.
pub(crate) async fn keeps(
    contract: Contract,
    tool: &str,
    promise: Promise,
) -> Result<Outcome, Broken> {
    if let Some(why) = contract.exceptions.get(&(tool.to_owned(), promise)) {
        return Ok(Outcome::Excepted(why.clone()));
    }
    let subject = Subject::new(contract, tool, promise)?;
    match timeout(FOR_EVER, promises::test(&subject, promise)).await {
        Ok(tested) => tested.map(Outcome::Kept),
        Err(_) => Err(Broken::of("a call of this test was never answered")),
    }
}

/// Runs a test on a runtime of its own, whose time is paused.
fn paused<T>(test: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    crate::modes::run_on(runtime.enable_all().start_paused(true), test)
}
