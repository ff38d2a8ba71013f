//! [`Retrying`]: a client that repeats what may be repeated.

use std::time::Duration;

use serde::Serialize;
use tokio::time::sleep;

use crate::{Answer, As};

/// How often such a client makes a call at most.
const ATTEMPTS: u32 = 5;
/// How long it waits after the first failure that states no pause; twice as long after each
/// further one.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// A caller with a well-behaved client: made by [`As::retrying`].
///
/// It makes a call again, five times at most, where the error is retryable and asks for nothing
/// else than a retry. It waits as long as `retry_after` says, else 100 ms and twice as long after
/// each further failure; on Tokio's clock, so that a test whose time is paused doesn't wait. All
/// attempts carry one idempotency key: that of [`As::key`], else one of their own.
///
/// ```
/// # use mcp_runtime::{tool, tools, Code, State, ToolError};
/// # use mcp_testkit::{TestServer, local};
/// # use serde_json::json;
/// # use std::sync::{Arc, atomic::{AtomicU32, Ordering}};
/// # use std::time::Duration;
/// #[derive(Clone, Default)]
/// struct Calls(Arc<AtomicU32>);
///
/// /// Answer the second time.
/// #[tool(read_only)]
/// async fn shy(State(calls): State<Calls>) -> Result<&'static str, ToolError> {
///     if calls.0.fetch_add(1, Ordering::Relaxed) == 0 {
///         return Err(ToolError::new(Code::Conflict, "not yet").retry_after(Duration::from_mins(1)));
///     }
///     Ok("here I am")
/// }
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let server = TestServer::new(tools![shy]).state(Calls::default());
/// let answer = server.as_caller(local()).retrying().call("shy", json!({})).await;
/// assert_eq!(answer.text(), "here I am");
/// assert_eq!(answer.attempts(), 2);
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Retrying<'a>(As<'a>);

impl<'a> Retrying<'a> {
    pub(crate) fn new(caller: As<'a>) -> Self {
        Self(caller)
    }

    /// Calls a tool, as [`As::call`] does, until it succeeds, fails for good, or five attempts
    /// are made. Gives the last answer.
    ///
    /// # Panics
    ///
    /// As [`As::call`].
    #[track_caller]
    pub fn call(
        &self,
        tool: &str,
        arguments: impl Serialize,
    ) -> impl Future<Output = Answer> + Send {
        let caller = if self.0.has_key() { self.0.clone() } else { self.0.key(new_key()) };
        let call = caller.prepared(tool, &arguments);
        async move {
            let mut attempt = 1;
            loop {
                let answer = call.clone().send().await.after(attempt);
                match pause(&answer, attempt) {
                    Some(pause) if attempt < ATTEMPTS => sleep(pause).await,
                    _ => return answer,
                }
                attempt += 1;
            }
        }
    }
}

/// How long to wait before the same call again, or `None` where there must be none.
fn pause(answer: &Answer, attempt: u32) -> Option<Duration> {
    let error = answer.outcome().as_ref().err().filter(|error| error.is_retryable())?;
    let action = &error.to_json()["next_action"];
    (action == "retry")
        .then(|| error.stated_retry_after().unwrap_or(FIRST_PAUSE * 2_u32.pow(attempt - 1)))
}

/// Like no other, also of another test against the same records.
fn new_key() -> String {
    format!("testkit-{:032x}", fastrand::u128(..))
}
