//! What the rooms' tests share: calls out of nothing, and a function at the end of the pipeline.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};
use tower::Layer;

use super::service::ToolService;
use super::{Outcome, Room};
use crate::access::{AccessDef, Catalogue, Gate};
use crate::call::ToolCall;
use crate::caller::Caller;
use crate::context::{Context, InProcess, Origin};
use crate::ending::Ending;
use crate::output::Shape;
use crate::policies::Policies;
use crate::stats::ToolStats;
use crate::tool::ToolInfo;

/// A read-only tool `t` with a timeout of 10 s and no policies.
pub(crate) fn tool() -> ToolInfo {
    ToolInfo {
        name: "t",
        title: None,
        description: "",
        version: None,
        read_only: true,
        destructive: false,
        idempotent: false,
        open_world: false,
        timeout: Duration::from_secs(10),
        policies: Policies::NONE,
        rate_limits: Vec::new(),
        access: AccessDef::Public,
        gate: Gate::new(AccessDef::Public, &Catalogue::default()),
        reads_caller: false,
        may_see_raw: false,
        confirms: false,
        secrets: Vec::new(),
        plain: Vec::new(),
        checks: Vec::new(),
        input_schema: Arc::default(),
        output_schema: None,
        shape: Shape::Untyped,
        icons: Vec::new(),
        meta: Map::new(),
        pipeline: std::sync::OnceLock::new(),
    }
}

/// A call of `tool` by `caller`. `arguments` is a JSON object.
pub(crate) fn call_of(tool: &Arc<ToolInfo>, caller: &str, arguments: Value) -> ToolCall {
    call_by(tool, Caller::new(caller), arguments)
}

pub(crate) fn call_by(tool: &Arc<ToolInfo>, caller: Caller, arguments: Value) -> ToolCall {
    let Value::Object(arguments) = arguments else { panic!("arguments are an object") };
    let origin =
        Origin { request: Box::new(InProcess::default()), caller, ending: Ending::default() };
    ToolCall {
        tool: Arc::clone(tool),
        arguments: arguments.into(),
        context: Context::new(tool.name, tool.timeout, origin),
        states: Arc::default(),
        extensions: http::Extensions::new(),
        place: None,
        claim: None,
    }
}

/// A call of the tool `t` by `anna`.
pub(crate) fn call(arguments: Value) -> ToolCall {
    call_of(&Arc::new(tool()), "anna", arguments)
}

/// A function at the end of the pipeline.
pub(crate) fn function<F, R>(function: F) -> ToolService
where
    F: Fn(ToolCall) -> R + Clone + Send + Sync + 'static,
    R: Future<Output = Outcome> + Send + 'static,
{
    ToolService::outside(tower::service_fn(function))
}

/// A room whose type is erased, as a layer's in the pipeline.
pub(crate) trait Around: Layer<ToolService, Service: Room> {
    fn around(&self, inner: ToolService) -> ToolService {
        ToolService::rooms(self.layer(inner))
    }
}

impl<L: Layer<ToolService, Service: Room>> Around for L {}

pub(crate) fn stats() -> Arc<ToolStats> {
    Arc::new(ToolStats::new("t"))
}
