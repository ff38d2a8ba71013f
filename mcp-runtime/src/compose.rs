//! From constants to running tools: every check that can be made at start is made here.

use std::any::TypeId;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use serde_json::{Map, Value};

use crate::access::{AccessDef, Catalogue, Gate};
use crate::config::Settings;
use crate::config::overrides::{Effective, Override};
use crate::extract::{Requirements, States};
use crate::params::{Kind, ParamDef};
use crate::policies::Concurrency;
use crate::policy::budget::Ledger;
use crate::policy::fallback::Target;
use crate::policy::service::ToolService;
use crate::policy::stack::shared::Shared;
use crate::policy::stack::{Parts, UserLayer, compose};
use crate::policy::timeout;
use crate::records::Records;
use crate::schema::Contract;
use crate::secrets;
use crate::stats::Stats;
use crate::tool::{ToolDef, ToolInfo};
use crate::validate::nearest;

/// A tool that can be called.
#[derive(Clone)]
pub(crate) struct Tool {
    pub(crate) info: Arc<ToolInfo>,
    pub(crate) pipeline: ToolService,
}

/// Makes the tools of one server, and collects everything that is wrong with them.
pub(crate) struct Composer<'a> {
    states: &'a States,
    layers: &'a [UserLayer],
    settings: &'a Settings,
    shared: Shared,
    catalogue: Catalogue,
    made: HashMap<&'static str, (TypeId, Option<Tool>)>,
    /// The chain of fallbacks that is being made.
    making: HashSet<&'static str>,
    problems: Vec<String>,
}

impl<'a> Composer<'a> {
    /// # Errors
    ///
    /// What is wrong with the settings alone.
    pub(crate) fn new(
        states: &'a States,
        layers: &'a [UserLayer],
        settings: &'a Settings,
        counts: Stats,
        records: Records,
    ) -> Result<Self, String> {
        Ok(Self {
            states,
            layers,
            settings,
            shared: Shared::new(settings, counts, records)?,
            catalogue: Catalogue::default(),
            made: HashMap::new(),
            making: HashSet::new(),
            problems: Vec::new(),
        })
    }

    /// Hears of the scopes of a tool's crate, and of its fallbacks' crates. All of them have to be
    /// known before the first tool is made.
    pub(crate) fn learn_scopes(&mut self, def: &'static ToolDef) {
        let mut next = Some(def);
        let mut seen = HashSet::new();
        while let Some(def) = next.filter(|def| seen.insert(def.name)) {
            if let Err(problems) = self.catalogue.add(def.catalogue) {
                self.problems.extend(problems);
            }
            next = def.policies.fallback;
        }
    }

    pub(crate) fn catalogue(&self) -> Catalogue {
        self.catalogue.clone()
    }

    pub(crate) fn ledger(&self) -> Arc<Ledger> {
        Arc::clone(&self.shared.ledger)
    }

    pub(crate) fn problem(&mut self, tool: &str, problem: impl AsRef<str>) {
        self.problems.push(format!("tool `{tool}`: {}", problem.as_ref()));
    }

    /// The tool, or nothing where something is wrong with it. A tool that is also another one's
    /// fallback is one tool: they share its places, rates and cached results.
    pub(crate) fn tool(&mut self, def: &'static ToolDef) -> Option<Tool> {
        if let Some((id, made)) = self.made.get(def.name) {
            if *id == def.id {
                return made.clone();
            }
            self.problem(def.name, "another tool, here or as a fallback, has the same name");
            return None;
        }
        if !self.making.insert(def.name) {
            self.problem(def.name, "its fallbacks form a circle");
            return None;
        }
        let tool = self.make(def);
        self.making.remove(def.name);
        self.made.insert(def.name, (def.id, tool.clone()));
        tool
    }

    /// Every tool that was made, those that only answer for others too.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with any tool, and settings for tools that aren't there.
    pub(crate) fn finish(mut self) -> Result<Vec<Arc<ToolInfo>>, Vec<String>> {
        for name in self.settings.overrides.keys() {
            if !self.made.contains_key(name.as_str()) {
                let help = nearest(name, self.made.keys().copied())
                    .map_or_else(String::new, |similar| format!("; did you mean `{similar}`?"));
                self.problems.push(format!(
                    "the settings speak of a tool `{name}`, which this server doesn't have{help}"
                ));
            }
        }
        if !self.problems.is_empty() {
            let mut told = HashSet::new();
            self.problems.retain(|problem| told.insert(problem.clone()));
            return Err(self.problems);
        }
        Ok(self.made.into_values().filter_map(|(_, tool)| tool).map(|tool| tool.info).collect())
    }

    fn make(&mut self, def: &'static ToolDef) -> Option<Tool> {
        let before = self.problems.len();
        // A test may look at tools without calling them.
        #[cfg(feature = "testing")]
        let stateless = self.settings.hooks.stateless;
        #[cfg(not(feature = "testing"))]
        let stateless = false;
        if !stateless {
            self.check_states(def);
        }
        for problem in secrets::rules::problems(def) {
            self.problem(def.name, problem);
        }
        let contract = self.sound(def, Contract::of(def));
        let meta = self.sound(def, meta(def).map_err(|problem| vec![problem]));
        let none = Override::default();
        let over = self.settings.overrides.get(def.name).unwrap_or(&none);
        let effective = self.sound(def, over.apply(def));
        let fallback = def.policies.fallback.map(|fallback| self.tool(fallback));
        let (Some(contract), Some(meta), Some(effective)) = (contract, meta, effective) else {
            return None;
        };
        if self.problems.len() > before {
            return None;
        }
        let Effective { timeout, mut policies, mut rate_limits } = effective;
        let timeout = timeout.or(self.settings.timeout).unwrap_or_else(|| unstated_timeout(def));
        for (what, wait) in [
            ("`attempt_timeout`", policies.retry.and_then(|retry| retry.attempt_timeout)),
            ("the wait of `queue`", policies.queue.map(|queue| queue.wait)),
            ("`heartbeat`", policies.heartbeat),
        ] {
            if wait.is_some_and(|wait| wait >= timeout) {
                let wait = wait.unwrap_or_default();
                self.problem(
                    def.name,
                    format!("{what} of {wait:?} never ends within a timeout of {timeout:?}"),
                );
            }
        }
        if policies.blocking && policies.retry.is_some_and(|retry| retry.attempt_timeout.is_some())
        {
            self.problem(
                def.name,
                "`attempt_timeout` can't end an attempt that blocks its thread: remove it, or \
                 `blocking`",
            );
        }
        self.check_cache(def);
        if self.problems.len() > before {
            return None;
        }
        rate_limits.extend(&self.settings.rate_limits);
        let fallback = fallback.flatten();
        let may_see_raw = self.layers.iter().any(UserLayer::may_see_raw)
            || def.params.iter().any(|one| one.may_be_raw)
            || fallback.as_ref().is_some_and(|fallback| fallback.info.may_see_raw);
        let per_tool = self.settings.tool_concurrency;
        policies.concurrency = policies.concurrency.or(per_tool.map(Concurrency::Fixed));
        let info = Arc::new(ToolInfo {
            name: def.name,
            title: def.title,
            description: def.description,
            version: def.version,
            read_only: def.read_only,
            destructive: def.destructive,
            idempotent: def.idempotent,
            open_world: def.open_world,
            timeout,
            policies,
            rate_limits,
            access: def.access,
            gate: Gate::new(def.access, &self.catalogue),
            reads_caller: def.params.iter().any(|one| one.depends_on_caller),
            may_see_raw,
            confirms: def.destructive && !def.confirm_never,
            secrets: def.params.iter().filter(|one| one.secret).map(|one| one.name).collect(),
            plain: plain(def, &contract.input),
            checks: def.checks.iter().map(|check| check.arguments).collect(),
            input_schema: contract.input,
            output_schema: contract.output,
            shape: contract.shape,
            icons: def.icons.map(|icons| icons()).unwrap_or_default(),
            meta,
            pipeline: OnceLock::new(),
        });
        let whole = def.policies.fallback.is_some_and(|fallback| {
            fallback.params.iter().any(|param| matches!(param.kind, Kind::Flatten(_)))
        });
        let target = |Tool { info, pipeline }: Tool| Target { tool: info, pipeline, whole };
        let fallback = fallback.map(target);
        let parts = Parts {
            def,
            info: &info,
            validator: contract.validator.conceal(&info.secrets),
            rate_limits: &info.rate_limits,
            users: self.layers,
            fallback,
        };
        let pipeline = compose(parts, &self.shared);
        Some(Tool { info, pipeline })
    }

    fn check_states(&mut self, def: &ToolDef) {
        for param in def.params {
            let Kind::Extractor(requires) = param.kind else { continue };
            let mut requirements = Requirements::default();
            requires(&mut requirements);
            for missing in requirements.missing(self.states) {
                self.problem(
                    def.name,
                    format!(
                        "it takes `State<{missing}>`, and the server has no such state; \
                         add `.state(…)` with a `{missing}`"
                    ),
                );
            }
        }
    }

    /// A cached result is made for one request and served to others of the same caller.
    fn check_cache(&mut self, def: &ToolDef) {
        if def.policies.cache.is_some() && def.params.iter().any(|param| param.depends_on_request) {
            self.problem(
                def.name,
                "it is cached, and takes what can differ between two requests of one caller: \
                 `Context`, or an extractor that doesn't say otherwise; see \
                 `FromCall::IS_THE_CALLERS`",
            );
        }
    }

    fn sound<T>(&mut self, def: &ToolDef, checked: Result<T, Vec<String>>) -> Option<T> {
        checked
            .map_err(|problems| {
                for problem in problems {
                    self.problem(def.name, problem);
                }
            })
            .ok()
    }
}

/// What is wrong with tools that don't say who may call them, where that is decided about.
pub(crate) fn unstated(defs: &[&'static ToolDef]) -> Option<String> {
    let open: Vec<String> = defs
        .iter()
        .filter(|def| matches!(def.access, AccessDef::Unstated))
        .map(|def| format!("`{}`", def.name))
        .collect();
    if open.is_empty() {
        return None;
    }
    Some(format!(
        "callers are authenticated, and nothing says who may call {}: write \
         `scope = \"read:…\"` into the tool's attribute, or `public` for every caller",
        open.join(", ")
    ))
}

/// The arguments that the audit log holds as they are: those that say so, and all fields of a
/// flattened struct that does.
fn plain(def: &ToolDef, input: &Map<String, Value>) -> Vec<String> {
    let names = |param: &ParamDef| match param.kind {
        Kind::Flatten(_) => {
            let fields = input.get("properties").and_then(Value::as_object);
            fields.into_iter().flat_map(Map::keys).cloned().collect()
        }
        _ => vec![param.name.to_owned()],
    };
    def.params.iter().filter(|param| param.audit_plain).flat_map(names).collect()
}

/// What `meta = …` says, which must be a JSON object.
fn meta(def: &ToolDef) -> Result<Map<String, Value>, String> {
    match def.meta.map(|meta| meta()).transpose() {
        Ok(None) => Ok(Map::new()),
        Ok(Some(Value::Object(meta))) => Ok(meta),
        Ok(Some(_)) => Err("`meta` is not a JSON object".into()),
        Err(problem) => Err(format!("`meta`: {problem}")),
    }
}

/// External work is given more time.
fn unstated_timeout(def: &ToolDef) -> std::time::Duration {
    if def.open_world || !def.policies.dependencies.is_empty() {
        timeout::DEFAULT_OPEN_WORLD
    } else {
        timeout::DEFAULT
    }
}
