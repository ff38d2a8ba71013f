//! What goes wrong, at the edges of a server: on purpose, and again in the same way.
//!
//! A [`Fault`] says what goes wrong and when. A plan, [`Faults`], puts faults at edges; it has a
//! seed, and keeps a journal of what was struck.
//!
//! ```
//! use mcp_runtime::{tool, tools, Code, ToolError};
//! use mcp_testkit::{Fault, Faults, TestServer};
//! use serde_json::json;
//! use std::time::Duration;
//!
//! /// Pay an invoice.
//! #[tool(timeout = "10s")]
//! async fn pay_invoice(number: String) -> String {
//!     format!("paid {number}")
//! }
//!
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() {
//! let faults = Faults::seeded(7)
//!     .tool("pay_invoice", Fault::hang().once())
//!     .tool("pay_invoice", Fault::latency(Duration::from_millis(20)).every(2));
//! let server = TestServer::new(tools![pay_invoice]).faults(&faults);
//!
//! let hung = server.call("pay_invoice", json!({ "number": "FV/1" })).await;
//! assert_eq!(hung.error().code(), &Code::Timeout);
//! let slow = server.call("pay_invoice", json!({ "number": "FV/1" })).await;
//! assert_eq!(slow.text(), "paid FV/1");
//!
//! assert_eq!(
//!     faults.to_string(),
//!     "faults of seed 7, which MCP_TEST_SEED=7 repeats:
//!   +0.000s  tool `pay_invoice`, number 1: hang
//!   +10.000s  tool `pay_invoice`, number 2: latency of 20ms",
//! );
//! # }
//! ```
//!
//! # Edges
//!
//! | edge | by | what passes |
//! |---|---|---|
//! | a tool's function | [`Faults::tool`], [`TestServer::fault`](crate::TestServer::fault) | each attempt, inside retries, breaker and the time of an attempt |
//! | a tool's whole pipeline | [`Faults::call`] | each call of [`TestServer::call`](crate::TestServer::call), as its caller sees it |
//! | a dependency | [`Faults::dependency`] | each operation of a [`Faulty`] value, or of a tower service with a [`FaultLayer`] |
//! | the store | [`Faults::store`] | each [`Write`] to where keys are, and the audit log unless it is elsewhere |
//! | the audit log | [`Faults::audit`] | each write that has a record |
//! | a transport | [`Faults::requests`], [`Faults::replies`] | messages over a [pipe](Faults::pipe) or [HTTP](Faults::http), both in memory |
//!
//! | fault | function, dependency | call | store, audit log | transport |
//! |---|---|---|---|---|
//! | [`latency`](Fault::latency), [`hang`](Fault::hang), [`wall_forward`](Fault::wall_forward), [`wall_back`](Fault::wall_back) | ✓ | ✓ | ✓ | ✓ |
//! | [`error`](Fault::error), [`error_with`](Fault::error_with) | ✓ | ✓ | | |
//! | [`panic`](Fault::panic), [`block`](Fault::block) | ✓ | | | |
//! | any of these with [`after_effect`](Fault::after_effect) | ✓ | ✓ | ✓ | |
//! | [`outage`](Fault::outage), before or [`after_effect`](Fault::after_effect); [`torn`](Fault::torn) | | | ✓ | |
//! | [`drop_request`](Fault::drop_request) | | ✓ | | requests |
//! | [`drop_reply_after_effect`](Fault::drop_reply_after_effect) | dependency | ✓ | ✓ | replies |
//! | [`truncate`](Fault::truncate), [`half_frame`](Fault::half_frame), [`slow_reader`](Fault::slow_reader), [`disconnect`](Fault::disconnect) | | | | ✓ |
//! | [`duplicate`](Fault::duplicate) | | | | ✓, of HTTP requests alone |
//! | [`reorder`](Fault::reorder) | | | | pipe |
//!
//! What can't happen at an edge panics as it is put there. Several faults of one edge strike in the
//! order of the plan; one that puts an end to the call leaves nothing to those after it.
//!
//! # The same again
//!
//! Whether a fault strikes depends on the seed, the name of the edge, the fault's place among those
//! of its edge, and on the ordinal of what passes there, counted from 1: never on how tasks are
//! scheduled. Faults that are added elsewhere change nothing. Which of several simultaneous calls
//! is number 3 is the scheduler's to say: a test that cares makes them one after the other, or
//! tells them apart by [`when`](Fault::when).
//!
//! A test that fails prints the seed and every strike. `MCP_TEST_SEED` with that seed, and the name
//! of the test, repeats them:
//!
//! ```sh
//! MCP_TEST_SEED=3735928559 cargo test pays_once
//! ```

mod conditions;
mod decide;
mod dependency;
mod fault;
mod handle;
mod http;
mod journal;
mod kind;
mod passage;
mod pipe;
mod place;
mod plan;
mod records;
pub(crate) mod seed;
mod server;
mod suffer;
mod tool;
mod when;

pub use dependency::{FaultLayer, FaultService, Faulty};
pub use fault::{Fault, Spread};
pub use http::{ConnectionLost, HttpFaultLayer, HttpFaults, ReplyBody};
pub use journal::Strike;
#[doc(inline)]
pub use mcp_runtime::private::Write;
pub use passage::Passage;
pub use plan::Faults;

#[cfg(test)]
mod tests;
