//! [`ToolDef`], the constant that an annotated function becomes, and [`ToolInfo`], what a running
//! server knows about the tool.

use std::any::TypeId;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use schemars::SchemaGenerator;
use serde_json::{Map, Value};

use crate::access::{AccessDef, Gate, ScopeDef, Scopes};
use crate::call::ToolCall;
use crate::check::CheckDef;
use crate::const_text::{Text, equal, hash};
use crate::content::Icon;
use crate::error::ToolError;
use crate::output::{OutputSchema, Returned, Shape};
use crate::params::{JsonResult, Kind, ParamDef};
use crate::policies::{
    Audit, Cache, Concurrency, DependencyDef, Idempotency, Policies, Queue, RateLimit, Retry,
};

/// A function with `#[tool]`, by the struct of the same name that stands beside it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a tool",
    label = "no `#[tool]` function has this name",
    note = "annotate the function: `#[mcp_runtime::tool]`"
)]
pub trait Tool {
    #[doc(hidden)]
    const DEF: &'static ToolDef;
}

/// A tool's function, waiting to run.
pub type Invocation = Pin<Box<dyn Future<Output = Result<Returned, ToolError>> + Send>>;

/// A function that was called, unless an argument or an extractor prevented it.
pub type Invoked = Result<Invocation, ToolError>;

type Invoke = fn(&mut ToolCall) -> Invoked;

/// Everything that an attribute says, as data.
#[derive(Clone, Copy)]
#[allow(clippy::struct_excessive_bools, reason = "one per flag of the attribute")]
pub struct ToolDef {
    /// Tells tools of the same name apart.
    pub(crate) id: TypeId,
    pub(crate) name: &'static str,
    /// Of the name: in constants, text is compared byte by byte, which takes long.
    hash: u64,
    pub(crate) description: &'static str,
    pub(crate) params: &'static [ParamDef],
    pub(crate) output: fn(&mut SchemaGenerator) -> OutputSchema,
    pub(crate) invoke: Invoke,
    pub(crate) title: Option<&'static str>,
    pub(crate) version: Option<&'static str>,
    pub(crate) read_only: bool,
    pub(crate) destructive: bool,
    pub(crate) idempotent: bool,
    pub(crate) open_world: bool,
    pub(crate) timeout: Option<Duration>,
    pub(crate) policies: Policies,
    pub(crate) access: AccessDef,
    /// The catalogue of the tool's crate.
    pub(crate) catalogue: Scopes,
    pub(crate) checks: &'static [CheckDef],
    /// A destructive tool doesn't ask for confirmation.
    pub(crate) confirm_never: bool,
    pub(crate) icons: Option<fn() -> Vec<Icon>>,
    pub(crate) meta: Option<fn() -> JsonResult>,
}

impl ToolDef {
    /// Stands in for a tool whose attribute doesn't compile.
    pub const INVALID: Self = Self::new(
        "invalid",
        "",
        &[],
        |_| OutputSchema(None),
        |_| Err(ToolError::new("internal", "this tool did not compile")),
    );

    #[doc(hidden)]
    #[track_caller]
    pub const fn new(
        name: &'static str,
        description: &'static str,
        params: &'static [ParamDef],
        output: fn(&mut SchemaGenerator) -> OutputSchema,
        invoke: Invoke,
    ) -> Self {
        let mut i = 0;
        while i < params.len() {
            assert!(
                !params[i].keeps_grants,
                "`Granted<…>` on a tool without `scope = \"… .where(…)\"`: no grant leaves rows \
                 to the function\n\
                 = help: name the field that is left to it, as in \
                 `scope = \"read:invoices.where(customer_id)\"`, or take no `Granted<…>`"
            );
            i += 1;
        }
        Self::with_rows(name, description, params, output, invoke)
    }

    /// The same of a tool whose scope has `.where(…)`: the function may keep what was granted.
    #[doc(hidden)]
    #[track_caller]
    pub const fn with_rows(
        name: &'static str,
        description: &'static str,
        params: &'static [ParamDef],
        output: fn(&mut SchemaGenerator) -> OutputSchema,
        invoke: Invoke,
    ) -> Self {
        check_arguments(params);
        Self {
            id: TypeId::of::<()>(),
            name,
            hash: hash(name),
            description,
            params,
            output,
            invoke,
            title: None,
            version: None,
            read_only: false,
            destructive: false,
            idempotent: false,
            open_world: false,
            timeout: None,
            policies: Policies::NONE,
            access: AccessDef::Unstated,
            catalogue: Scopes::NONE,
            checks: &[],
            confirm_never: false,
            icons: None,
            meta: None,
        }
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn of<T: 'static>(mut self) -> Self {
        self.id = TypeId::of::<T>();
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn title(mut self, title: &'static str) -> Self {
        self.title = Some(title);
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn version(mut self, version: &'static str) -> Self {
        self.version = Some(version);
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn destructive(mut self) -> Self {
        self.destructive = true;
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn idempotent(mut self) -> Self {
        self.idempotent = true;
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn open_world(mut self) -> Self {
        self.open_world = true;
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn timeout_ms(mut self, milliseconds: u64) -> Self {
        self.timeout = Some(Duration::from_millis(milliseconds));
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn public(mut self) -> Self {
        self.access = AccessDef::Public;
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn scopes(mut self, all: &'static [ScopeDef], catalogue: Scopes) -> Self {
        self.access = AccessDef::Scopes(all);
        self.catalogue = catalogue;
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn checks(mut self, all: &'static [CheckDef]) -> Self {
        self.checks = all;
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn confirm_never(mut self) -> Self {
        self.confirm_never = true;
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn retry(mut self, retry: Retry) -> Self {
        self.policies.retry = Some(retry);
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn dependencies(mut self, all: &'static [&'static DependencyDef]) -> Self {
        self.policies.dependencies = all;
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn concurrency(mut self, limit: u32) -> Self {
        self.policies.concurrency = Some(Concurrency::Fixed(limit));
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn adaptive(mut self, max: u32) -> Self {
        self.policies.concurrency = Some(Concurrency::Adaptive { max });
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn queue(mut self, depth: u32, wait_ms: u64) -> Self {
        self.policies.queue = Some(Queue::new(depth, wait_ms));
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn rate_limits(mut self, all: &'static [RateLimit]) -> Self {
        self.policies.rate_limits = all;
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn cost(mut self, units: f64) -> Self {
        self.policies.cost = Some(units);
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn cache(mut self, cache: Cache) -> Self {
        self.policies.cache = Some(cache);
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn fallback(mut self, tool: &'static ToolDef) -> Self {
        self.policies.fallback = Some(tool);
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn blocking(mut self) -> Self {
        self.policies.blocking = true;
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn heartbeat_ms(mut self, milliseconds: u64) -> Self {
        self.policies.heartbeat = Some(Duration::from_millis(milliseconds));
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn max_result(mut self, bytes: usize) -> Self {
        self.policies.max_result = Some(bytes);
        self
    }

    /// `idempotent` on a tool that writes.
    #[doc(hidden)]
    #[must_use]
    pub const fn once(mut self, idempotency: Idempotency) -> Self {
        self.idempotent = true;
        self.policies.idempotency = Some(idempotency);
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn audit(mut self, audit: Audit) -> Self {
        self.policies.audit = audit;
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn icons(mut self, icons: fn() -> Vec<Icon>) -> Self {
        self.icons = Some(icons);
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn meta(mut self, meta: fn() -> JsonResult) -> Self {
        self.meta = Some(meta);
        self
    }
}

impl fmt::Debug for ToolDef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToolDef").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The rules between arguments that only types can tell from extractors.
#[track_caller]
const fn check_arguments(params: &[ParamDef]) {
    let mut i = 0;
    while i < params.len() {
        let mut j = i + 1;
        while j < params.len() {
            let (a, b) = (&params[i], &params[j]);
            if is_argument(a) && is_argument(b) {
                assert!(
                    !(is_flatten(a) || is_flatten(b)),
                    "`#[arg(flatten)]` makes one struct the whole input: \
                     other arguments can't stand beside it\n\
                     = help: make them fields of the struct, or remove `flatten`"
                );
                if equal(a.name, b.name) {
                    let mut text = Text::new();
                    text.push("two arguments of this tool share the name `").push(a.name);
                    text.push("`\n= help: give one of them another: `#[arg(rename = \"…\")]`");
                    panic!("{}", text.as_str());
                }
            }
            j += 1;
        }
        i += 1;
    }
}

const fn is_argument(param: &ParamDef) -> bool {
    !matches!(param.kind, Kind::Extractor(_))
}

const fn is_flatten(param: &ParamDef) -> bool {
    matches!(param.kind, Kind::Flatten(_))
}

/// Stops compilation where an earlier tool of the list has the name of the tool at `index`.
///
/// # Panics
///
/// In that case; it is called in constants only.
#[track_caller]
pub const fn assert_unique(index: usize, all: &[(usize, &ToolDef)]) {
    let mut at = 0;
    while at < all.len() && all[at].0 != index {
        at += 1;
    }
    let tool = all[at].1;
    let (name, hash) = (tool.name, tool.hash);
    if tool.description.is_empty() {
        // `ToolDef::INVALID`, which has its own error already.
        return;
    }
    let mut earlier = 0;
    while earlier < at {
        if all[earlier].1.hash == hash && equal(all[earlier].1.name, name) {
            let mut text = Text::new();
            text.push("two tools on this server share the name `").push(name);
            text.push("`\n= help: list it once, or name one otherwise: `#[tool(name = \"…\")]`");
            panic!("{}", text.as_str());
        }
        earlier += 1;
    }
}

/// The tools of a server: what [`tools!`](crate::tools) makes.
#[derive(Clone, Debug, Default)]
pub struct Tools(pub(crate) Vec<&'static ToolDef>);

impl Tools {
    #[doc(hidden)]
    pub fn new(all: &[(usize, &'static ToolDef)]) -> Self {
        Self(all.iter().map(|(_, def)| *def).collect())
    }

    /// Adds the tools of another list: `web::tools().and(admin::tools())`.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }
}

/// What a running server knows about one of its tools.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "one per flag of the attribute")]
pub struct ToolInfo {
    pub(crate) name: &'static str,
    pub(crate) title: Option<&'static str>,
    pub(crate) description: &'static str,
    pub(crate) version: Option<&'static str>,
    pub(crate) read_only: bool,
    pub(crate) destructive: bool,
    pub(crate) idempotent: bool,
    pub(crate) open_world: bool,
    pub(crate) timeout: Duration,
    pub(crate) policies: Policies,
    /// Every rate that holds: its own, those of its operator, those of the server.
    pub(crate) rate_limits: Vec<RateLimit>,
    pub(crate) access: AccessDef,
    /// What decides who may call it.
    pub(crate) gate: Gate,
    /// Whether its function can tell callers apart, by an extractor.
    pub(crate) reads_caller: bool,
    /// Whether code that runs for it, or for its fallback, may ask for the request in the SDK's
    /// own terms: an extractor or a layer from outside.
    pub(crate) may_see_raw: bool,
    /// Whether a person has to confirm each call.
    pub(crate) confirms: bool,
    /// The arguments that must not be recorded anywhere.
    pub(crate) secrets: Vec<&'static str>,
    /// The arguments that the audit log holds as they are.
    pub(crate) plain: Vec<String>,
    /// The arguments that its checks look at, by check.
    pub(crate) checks: Vec<&'static [&'static str]>,
    pub(crate) input_schema: Arc<Map<String, Value>>,
    pub(crate) output_schema: Option<Arc<Map<String, Value>>>,
    pub(crate) shape: Shape,
    pub(crate) icons: Vec<Icon>,
    pub(crate) meta: Map<String, Value>,
    /// Set as the pipeline is composed, which needs the rest.
    pub(crate) pipeline: OnceLock<Vec<&'static str>>,
}

impl ToolInfo {
    /// The name under which clients call it.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// A name for people.
    pub fn title(&self) -> Option<&'static str> {
        self.title
    }

    /// What a model reads to choose the tool.
    pub fn description(&self) -> &'static str {
        self.description
    }

    /// The stated version of its contract, `"1"` where none is stated.
    pub fn version(&self) -> &'static str {
        self.version.unwrap_or("1")
    }

    /// It changes nothing.
    pub fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// It can destroy what it changes.
    pub fn is_destructive(&self) -> bool {
        self.destructive
    }

    /// A repeat of the same call changes nothing more.
    pub fn is_idempotent(&self) -> bool {
        self.idempotent || self.read_only
    }

    /// Its function runs on threads for work that blocks.
    pub fn is_blocking(&self) -> bool {
        self.policies.blocking
    }

    /// It reaches beyond this server's own domain, such as the web.
    pub fn is_open_world(&self) -> bool {
        self.open_world
    }

    /// Its policies beside the timeout, as they are in force.
    pub fn policies(&self) -> &Policies {
        &self.policies
    }

    /// The time that a call may take.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// The JSON Schema (2020-12) of the arguments, as advertised and enforced.
    pub fn input_schema(&self) -> &Map<String, Value> {
        &self.input_schema
    }

    /// The JSON Schema of the structured result, where there is one.
    pub fn output_schema(&self) -> Option<&Map<String, Value>> {
        self.output_schema.as_deref()
    }

    /// The layers that its calls pass, by name, in the order in which a call meets them.
    ///
    /// The names are those of the table in the guide's chapter on policies, and are stable. A
    /// policy that the tool doesn't use isn't there. A layer of
    /// [`Server::layer`](crate::Server::layer) is a `layer`, at its place; one that the test kit
    /// puts around functions, such as its faults, is a `function_layer`.
    ///
    /// ```
    /// use mcp_runtime::{Server, tool, tools};
    ///
    /// /// The price of a share.
    /// #[tool(read_only, rate_limit = "60/1m", cache_ttl = "30s")]
    /// async fn price(symbol: String) -> usize {
    ///     symbol.len()
    /// }
    ///
    /// # fn main() -> Result<(), mcp_runtime::Error> {
    /// let app = Server::new("market", "1.0.0").tools(tools![price]).build()?;
    /// let price = app.tools().next().unwrap();
    /// assert!(price.pipeline().ends_with(&["rate_limit", "validation", "journal", "cache"]));
    /// # Ok(())
    /// # }
    /// ```
    pub fn pipeline(&self) -> &[&'static str] {
        self.pipeline.get().map_or(&[], Vec::as_slice)
    }

    /// Whether the structured result is `{"result": …}`: it must be an object, and what the
    /// function returns is a list, a number or the like.
    pub fn wraps_result(&self) -> bool {
        self.shape == Shape::Wrapped
    }
}
