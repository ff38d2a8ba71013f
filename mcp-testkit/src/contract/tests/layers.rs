//! Layers that undo what the runtime does.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use mcp_runtime::{Code, Effect, Reply, ToolCall, ToolError, ToolService};
use serde_json::json;
use tower::{Service, ServiceExt, layer::layer_fn, service_fn, util::BoxCloneSyncService};

type Broken = BoxCloneSyncService<ToolCall, Reply, ToolError>;

fn around<F>(
    run: impl Fn(ToolService, ToolCall) -> F + Clone + Send + Sync + 'static,
) -> impl tower::Layer<ToolService, Service = Broken> + Clone + Send + Sync + 'static
where
    F: Future<Output = Result<Reply, ToolError>> + Send + 'static,
{
    layer_fn(move |inner: ToolService| {
        let run = run.clone();
        Broken::new(service_fn(move |call| run(inner.clone(), call)))
    })
}

/// What is dropped goes on.
pub(super) fn detached() -> impl tower::Layer<ToolService, Service = Broken> + Clone + Send + Sync {
    around(|mut inner, call| {
        let task = tokio::spawn(inner.call(call));
        async move { task.await.unwrap() }
    })
}

/// A place that is taken by a call that is dropped is never free again.
pub(super) fn leaking() -> impl tower::Layer<ToolService, Service = Broken> + Clone + Send + Sync {
    let taken = Arc::new(AtomicU32::new(0));
    around(move |inner, call| {
        let taken = Arc::clone(&taken);
        async move {
            if taken.fetch_add(1, Ordering::SeqCst) >= 10 {
                return Err(ToolError::new("full", "no place"));
            }
            let answer = inner.oneshot(call).await;
            taken.fetch_sub(1, Ordering::SeqCst);
            answer
        }
    })
}

/// A dependency's failure looks like the caller's.
pub(super) fn blaming() -> impl tower::Layer<ToolService, Service = Broken> + Clone + Send + Sync {
    around(|inner, call| async move {
        inner.oneshot(call).await.map_err(|_| ToolError::new(Code::Conflict, "your fault"))
    })
}

/// Once refused for this, always refused.
pub(super) fn unforgiving(
    code: Code,
) -> impl tower::Layer<ToolService, Service = Broken> + Clone + Send + Sync {
    let refused = Arc::new(AtomicBool::new(false));
    around(move |inner, call| {
        let (refused, code) = (Arc::clone(&refused), code.clone());
        async move {
            if refused.load(Ordering::SeqCst) {
                return Err(ToolError::new(code, "never again"));
            }
            let answer = inner.oneshot(call).await;
            let is_refusal = |error: &ToolError| *error.code() == code;
            refused.store(answer.as_ref().is_err_and(is_refusal), Ordering::SeqCst);
            answer
        }
    })
}

/// Whatever is sent is as good as `{"by": 7}`.
pub(super) fn lenient() -> impl tower::Layer<ToolService, Service = Broken> + Clone + Send + Sync {
    around(|inner, mut call| {
        *call.arguments_mut() = json!({ "by": 7 }).as_object().cloned().unwrap_or_default();
        inner.oneshot(call)
    })
}

/// Every other attempt fails before it gets to the function.
pub(super) fn every_other() -> impl tower::Layer<ToolService, Service = Broken> + Clone + Send + Sync
{
    let attempts = Arc::new(AtomicU32::new(0));
    around(move |inner, call| {
        let is_let_through = attempts.fetch_add(1, Ordering::SeqCst).is_multiple_of(2);
        async move {
            if is_let_through {
                return inner.oneshot(call).await;
            }
            Err(ToolError::new(Code::BackendUnavailable, "not this time").retryable())
        }
    })
}

/// The secret is written into what is put on record.
pub(super) fn copying() -> impl tower::Layer<ToolService, Service = Broken> + Clone + Send + Sync {
    around(|inner, mut call| {
        let card = call.arguments_mut().get("card").cloned().unwrap_or_default();
        call.arguments_mut().insert("note".to_owned(), card);
        inner.oneshot(call)
    })
}

/// Errors of this effect say that they had that one.
pub(super) fn failing_otherwise(
    from: Effect,
    to: Effect,
) -> impl tower::Layer<ToolService, Service = Broken> + Clone + Send + Sync {
    around(move |inner, call| async move {
        let otherwise = |error: ToolError| {
            if error.stated_effect() == Some(from) { error.effect(to) } else { error }
        };
        inner.oneshot(call).await.map_err(otherwise)
    })
}

/// What is passed is seen, with how often it was.
pub(super) fn seen(
    sees: impl Fn(u32) + Send + Sync + 'static,
) -> impl tower::Layer<ToolService, Service = Broken> + Clone + Send + Sync {
    let (passed, sees) = (Arc::new(AtomicU32::new(0)), Arc::new(sees));
    around(move |inner, call| {
        sees(passed.fetch_add(1, Ordering::SeqCst) + 1);
        inner.oneshot(call)
    })
}
