//! The fallback: another tool that answers where this one can't.
//!
//! `fallback = cached_price` on a tool names another one whose arguments are among its own, by
//! name and type, and whose result is of the same type; the compiler checks both. When everything
//! further in has failed for lack of its backend (`timeout`, `backend_unavailable`,
//! `circuit_open`, `overloaded`), the other tool's whole pipeline runs: as the same caller, with
//! the same validated arguments, within the time that is left. Its answer is passed on with its
//! name under [`meta::FALLBACK`], so that nobody takes it for this tool's own.
//!
//! The tool itself has to answer a little before its deadline, so that there is time left for the
//! other one: a fifth of its timeout, at most 2 s, is kept back.
//!
//! On a tool that writes, the other one is asked only where the failure states that nothing
//! happened, as `circuit_open` does: else its effect could come twice.
//!
//! A failure that is the caller's, such as `not_found`, is an answer and no reason to ask another.
//! Where the other tool fails too, the first failure is the answer, unless the other one may have had
//! an effect: then it is what has to be known.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout_at;
use tower::Layer;

use super::service::ToolService;
use super::{Room, Running};
use crate::call::{Arguments, ToolCall};
use crate::error::{Code, Effect, ToolError};
use crate::meta;
use crate::stats::{Decision, ToolStats};
use crate::tool::ToolInfo;

/// The part of a tool's timeout that is kept back for its fallback, and the most of it.
const RESERVE_SHARE: u32 = 5;
const MAX_RESERVE: Duration = Duration::from_secs(2);

/// The tool that answers instead.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) tool: Arc<ToolInfo>,
    pub(crate) pipeline: ToolService,
    /// It takes the same struct as its whole input.
    pub(crate) whole: bool,
}

impl Target {
    /// Its share of the arguments: what its schema names.
    fn arguments(&self, all: &Arguments) -> Arguments {
        if self.whole {
            return all.clone();
        }
        let properties = self.tool.input_schema().get("properties");
        let known = |name: &str| properties.is_some_and(|all| all.get(name).is_some());
        let of_its_own = all.iter().filter(|(name, _)| known(name));
        of_its_own.map(|(name, value)| (name.clone(), value.clone())).collect()
    }
}

/// Asks the other tool where the rest of the pipeline can't answer.
#[derive(Clone)]
pub(crate) struct FallbackLayer {
    target: Arc<Target>,
    stats: Arc<ToolStats>,
}

impl FallbackLayer {
    pub(crate) fn new(target: Target, stats: Arc<ToolStats>) -> Self {
        Self { target: Arc::new(target), stats }
    }
}

impl Layer<ToolService> for FallbackLayer {
    type Service = Fallback;

    fn layer(&self, inner: ToolService) -> Fallback {
        Fallback { inner, layer: self.clone() }
    }
}

pub(crate) struct Fallback {
    inner: ToolService,
    layer: FallbackLayer,
}

impl Room for Fallback {
    type Future = Running;

    fn run(&self, call: ToolCall) -> Running {
        let (inner, FallbackLayer { target, stats }) = (self.inner.clone(), self.layer.clone());
        Box::pin(async move {
            let second =
                ToolCall { arguments: target.arguments(&call.arguments).into(), ..call.clone() };
            let kept = (second.tool.timeout() / RESERVE_SHARE).min(MAX_RESERVE);
            let until = second.context().deadline().checked_sub(kept);
            let until = until.unwrap_or_else(|| second.context().deadline());
            // All that waits further in reckons with the shorter time.
            let context = call.context().until(until);
            let first = ToolCall { context, place: None, ..call };
            let outcome = timeout_at(until, inner.run(first)).await;
            let failure = match outcome.unwrap_or_else(|_| Err(out_of_time(&second))) {
                Err(error) if may_answer(&second.tool, &error) => error,
                outcome => return outcome,
            };
            let tool = &target.tool;
            let context = second.context().for_fallback(tool.name(), tool.timeout());
            let second = ToolCall { tool: Arc::clone(tool), context, ..second };
            match target.pipeline.run(second).await {
                Ok(reply) => {
                    stats.count(Decision::FellBack);
                    Ok(reply.with_meta(meta::FALLBACK, tool.name()))
                }
                // A key must not be free again after it, whatever the first failure left.
                Err(error) if may_have_acted(tool, &error) => Err(error),
                Err(_) => Err(failure),
            }
        })
    }
}

/// Whether another tool may answer: for a lack of the backend, and only where nothing can have
/// happened that the other tool would make happen again.
fn may_answer(tool: &ToolInfo, error: &ToolError) -> bool {
    let unavailable = matches!(
        error.code(),
        Code::Timeout | Code::BackendUnavailable | Code::CircuitOpen | Code::Overloaded
    );
    unavailable && (tool.is_read_only() || error.stated_effect() == Some(Effect::None))
}

fn may_have_acted(tool: &ToolInfo, error: &ToolError) -> bool {
    !tool.is_read_only() && error.stated_effect() != Some(Effect::None)
}

fn out_of_time(call: &ToolCall) -> ToolError {
    let error = ToolError::new(Code::Timeout, "the call took so long that it was given up");
    if call.context().repeats(&call.tool) { error.retryable() } else { error }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tokio::time::sleep;

    use super::*;
    use crate::call::Reply;
    use crate::policy::Outcome;
    use crate::policy::testing::{Around, call_of, function, stats, tool};

    fn other(answer: fn(ToolCall) -> Outcome) -> Target {
        let schema = json!({ "properties": { "symbol": {} } });
        let info = ToolInfo {
            name: "other",
            input_schema: Arc::new(schema.as_object().cloned().unwrap()),
            timeout: Duration::from_mins(1),
            ..tool()
        };
        let pipeline = function(move |call| async move { answer(call) });
        Target { tool: Arc::new(info), pipeline, whole: false }
    }

    async fn ask(code: &'static str, answer: fn(ToolCall) -> Outcome) -> (Outcome, u64) {
        let stats = stats();
        let layer = FallbackLayer::new(other(answer), Arc::clone(&stats));
        let failing = function(move |_| async move {
            sleep(Duration::from_secs(4)).await;
            Err(ToolError::new(code, "the first failure"))
        });
        let arguments = json!({ "symbol": "AAPL", "days": 3 });
        let outcome =
            layer.around(failing).run(call_of(&Arc::new(tool()), "anna", arguments)).await;
        (outcome, stats.get(Decision::FellBack))
    }

    #[tokio::test(start_paused = true)]
    async fn the_other_tool_answers_as_the_same_caller_in_the_time_that_is_left() {
        let (outcome, count) = ask("backend_unavailable", |call| {
            let context = call.context();
            Ok(Reply::text(format!(
                "{} {} {} {}",
                context.tool(),
                context.caller().principal(),
                context.remaining().as_secs(),
                json!(call.arguments()),
            )))
        })
        .await;
        let reply = outcome.unwrap();
        assert_eq!(reply.content()[0], crate::Content::text("other anna 6 {\"symbol\":\"AAPL\"}"));
        assert_eq!(reply.meta()[meta::FALLBACK], "other");
        assert_eq!(count, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_tool_that_hangs_leaves_time_for_the_other() {
        let layer = FallbackLayer::new(other(|_| Ok(Reply::text("instead"))), stats());
        let hangs = function(|_| std::future::pending());
        let started = tokio::time::Instant::now();
        layer.around(hangs).run(call_of(&Arc::new(tool()), "anna", json!({}))).await.unwrap();
        assert_eq!(started.elapsed(), Duration::from_secs(8));
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_that_may_have_happened_is_not_done_by_another_tool() {
        for (effect, falls_back) in [(None, false), (Some(Effect::None), true)] {
            let layer = FallbackLayer::new(other(|_| Ok(Reply::text("instead"))), stats());
            let failing = function(move |_| async move {
                let error = ToolError::new("backend_unavailable", "down");
                Err(effect.into_iter().fold(error, ToolError::effect))
            });
            let writes = Arc::new(ToolInfo { read_only: false, ..tool() });
            let outcome = layer.around(failing).run(call_of(&writes, "anna", json!({}))).await;
            assert_eq!(outcome.is_ok(), falls_back);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_struct_for_the_whole_input_goes_over_whole() {
        let target = Target {
            whole: true,
            ..other(|call| Ok(Reply::text(json!(call.arguments()).to_string())))
        };
        let layer = FallbackLayer::new(target, stats());
        let failing = function(|_| async { Err(ToolError::new("backend_unavailable", "down")) });
        let arguments = json!({ "anything": 1 });
        let call = call_of(&Arc::new(tool()), "anna", arguments);
        let reply = layer.around(failing).run(call).await.unwrap();
        assert_eq!(reply.content()[0], crate::Content::text("{\"anything\":1}"));
    }

    #[tokio::test(start_paused = true)]
    async fn it_answers_for_a_lack_of_the_backend_alone() {
        for (code, falls_back) in [
            ("timeout", true),
            ("circuit_open", true),
            ("overloaded", true),
            ("not_found", false),
            ("invalid_arguments", false),
            ("internal", false),
            ("rate_limited", false),
        ] {
            let (outcome, count) = ask(code, |_| Ok(Reply::text("instead"))).await;
            assert_eq!((outcome.is_ok(), count == 1), (falls_back, falls_back), "{code}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn where_it_fails_too_the_first_failure_is_the_answer() {
        let (outcome, count) =
            ask("timeout", |_| Err(ToolError::new("not_found", "the second failure"))).await;
        assert_eq!(outcome.unwrap_err().message(), "the first failure");
        assert_eq!(count, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn an_effect_of_the_other_tool_is_not_hidden_by_the_first_failure() {
        for (effect, told) in [
            (Effect::None, ("the first failure", Effect::None)),
            (Effect::Unknown, ("the second failure", Effect::Unknown)),
            (Effect::Applied, ("the second failure", Effect::Applied)),
        ] {
            let second = function(move |_| async move {
                Err(ToolError::new("timeout", "the second failure").effect(effect))
            });
            let writes = ToolInfo { read_only: false, ..tool() };
            let target = Target {
                tool: Arc::new(ToolInfo { name: "other", ..writes.clone() }),
                pipeline: second,
                whole: true,
            };
            let failing = function(|_| async {
                Err(ToolError::new("circuit_open", "the first failure").effect(Effect::None))
            });
            let call = call_of(&Arc::new(writes), "anna", json!({}));
            let outcome = FallbackLayer::new(target, stats()).around(failing).run(call).await;
            let error = outcome.unwrap_err();
            assert_eq!((error.message(), error.stated_effect().unwrap()), told);
        }
    }
}
