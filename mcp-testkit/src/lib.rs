//! Tests for tools that are built with [`mcp_runtime`]: in memory, without a network.
//!
//! [`TestServer`] runs each call through the same pipeline as a served one. Its [`Mode`] says which
//! way a call gets there: straight, or as a real client's JSON-RPC over stdio or HTTP. The
//! [`Answer`] is the same.
//!
//! ```
//! use mcp_runtime::{tool, tools, State};
//! use mcp_testkit::{Mode, TestServer};
//! use serde_json::json;
//!
//! #[derive(Clone)]
//! struct Stock(u32);
//!
//! /// Count what is left.
//! #[tool(read_only)]
//! async fn left(
//!     #[arg(range(1..))] sold: u32,
//!     State(stock): State<Stock>,
//! ) -> u32 {
//!     stock.0 - sold
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let server = TestServer::new(tools![left]).state(Stock(10)).mode(Mode::Http);
//! assert_eq!(server.call("left", json!({ "sold": 4 })).await.data::<u32>(), 6);
//! server.call("left", json!({ "sold": 0 })).await.violates("/sold", "minimum");
//! # }
//! ```
//!
//! # Where to look
//!
//! - [`TestServer`]: the server, its states, its mode, its counts and its log.
//! - [`caller`], [`anonymous`], [`local`]: who calls; [`As`]: what the server is to them.
//! - [`Answer`]: what came, and the assertions about it.
//! - [`Audit`], [`Metrics`], [`Log`]: what calls leave behind, and the assertions about it.
//! - [`TestServer::runs`], [`Effects`]: how often it happened.
//! - [`As::retrying`]: a client that repeats what may be repeated.
//! - [`Arguments`]: what to call a tool with, from its schema.
//! - [`TestServer::time`]: both clocks of the server, to let pass and to move.
//! - [`faults`]: what goes wrong, at every edge, and again in the same way.
//! - [`crash`]: a server that is killed at each point of a call, and started anew.
//! - [`contract_tests!`]: what a tool's attribute promises, as tests that nobody writes; [`Contract`]
//!   and [`World`] for what they need to know.
//! - [`stores`]: what every place for records has to keep, as tests.
//! - [`Folder`]: where the files of a test lie, out of a busy disk's way.
//! - [`assert_pipeline!`]: the layers that a tool's calls pass, in order.
//! - [`Snapshot`], [`TestServer::assert_lock`]: lists, pipelines and the contract, as they were.
//! - [`#[on_every_mode]`](macro@on_every_mode): one test body on every way in.
#![cfg_attr(test, allow(deprecated, reason = "tools for tests say no more than the test is about"))]

pub mod arguments;
pub mod crash;
pub mod faults;
pub mod stores;

mod answer;
mod as_caller;
mod audit;
mod caller;
mod contract;
mod effects;
mod folder;
mod listed;
mod log;
mod look;
mod metrics;
mod mode;
mod modes;
mod pipeline;
mod retrying;
mod runs;
mod server;
mod snapshot;
mod time;
mod wire;

/// Makes a test of an `async fn` for each [`Mode`]: `pays_once::typed`, `pays_once::stdio`,
/// `pays_once::http` and `pays_once::http_legacy`.
///
/// ```
/// use mcp_runtime::{tool, tools};
/// use mcp_testkit::{Mode, TestServer, on_every_mode};
/// use serde_json::json;
///
/// /// Add two numbers.
/// #[tool(read_only)]
/// async fn add(a: i64, b: i64) -> i64 {
///     a + b
/// }
///
/// #[on_every_mode]
/// async fn adds(mode: Mode) {
///     let server = TestServer::new(tools![add]).mode(mode);
///     let sum = server.call("add", json!({ "a": 1, "b": 2 })).await;
///     assert_eq!(sum.conforms().data::<i64>(), 3);
/// }
/// # fn main() {}
/// ```
///
/// Each test has a Tokio runtime of its own, on one thread, with its clock running; the body may
/// call `tokio::time::pause()`. Attributes such as `#[ignore]`, below this one, go onto each of the
/// tests, and the function may return a `Result`.
#[doc(inline)]
pub use mcp_macros::on_every_mode;
/// [`#[on_every_mode]`](macro@on_every_mode) for the modes that are listed.
///
/// ```
/// # use mcp_runtime::tools;
/// # use mcp_testkit::{Mode, TestServer, on_modes};
/// #[on_modes(http, http_legacy)]
/// async fn lists_nothing(mode: Mode) {
///     assert!(TestServer::new(tools![]).mode(mode).listed().await.is_empty());
/// }
/// # fn main() {}
/// ```
#[doc(inline)]
pub use mcp_macros::on_modes;

pub use answer::Answer;
pub use arguments::Arguments;
pub use as_caller::As;
pub use audit::{Audit, Record};
pub use caller::{TestCaller, anonymous, caller, local};
#[doc(hidden)]
pub use contract::{__Setup, __contract_is_whole, __contract_test, __set_up};
pub use contract::{Contract, Promise, World};
pub use effects::{Count, Effects};
pub use faults::{Fault, Faults};
pub use folder::Folder;
pub use listed::ListedTool;
pub use log::{Event, Events, Log};
#[doc(hidden)]
pub use mcp_runtime as __runtime;
pub use metrics::{Metrics, Series};
pub use mode::Mode;
#[doc(hidden)]
pub use modes::__run;
#[doc(hidden)]
pub use pipeline::{__assert_pipeline, __compose};
/// The crate by which [`Arguments::strategy`] is used.
#[doc(no_inline)]
pub use proptest;
pub use retrying::Retrying;
pub use server::TestServer;
pub use snapshot::Snapshot;
pub use time::Time;

/// The message of an assertion that must fail.
#[cfg(test)]
#[track_caller]
fn message(assertion: impl FnOnce()) -> String {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    let panic = catch_unwind(AssertUnwindSafe(assertion)).expect_err("it holds");
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => (*panic.downcast_ref::<&str>().expect("a panic has a text")).to_owned(),
    }
}
