//! What a manifest says: plain data, the same in a lock file as in print.
//!
//! Everything is in a fixed order, and nothing depends on the time or the machine, so that equal
//! servers give equal bytes. What isn't stated is left out.

mod records;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::number;

pub(crate) use records::{AuditPart, IdempotencyPart, InFlightPart, KeyPart};

/// The form of manifests; a lock of another form can't be compared.
pub(crate) const FORM: u32 = 1;

/// A server's contract: who may call what, under which policies, with which schemas.
///
/// [`App::manifest`](crate::App::manifest) makes it, `SERVER manifest` prints it. It depends on
/// nothing but the tools and the settings: equal servers give equal bytes in every format, so that
/// a copy in a repository shows each change of the contract as a difference.
///
/// ```
/// use mcp_runtime::{tool, tools, Server};
///
/// /// Add two numbers.
/// #[tool(read_only, timeout = "1s")]
/// async fn add(a: i64, b: i64) -> i64 {
///     a + b
/// }
///
/// # fn main() -> Result<(), mcp_runtime::Error> {
/// let manifest = Server::new("calculator", "1.0.0").tools(tools![add]).build()?.manifest();
/// assert!(manifest.json().contains("\"timeout_ms\": 1000"));
/// assert!(manifest.markdown().contains("Add two numbers."));
/// assert!(manifest.html().starts_with("<!doctype html>"));
/// assert!(manifest.openapi().contains("\"operationId\": \"add\""));
/// assert!(manifest.digest().starts_with("sha256:"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(clippy::struct_field_names, reason = "the word by which a file is known as a manifest")]
pub struct Manifest {
    /// See [`FORM`].
    pub(crate) manifest: u32,
    pub(crate) server: About,
    /// By their tokens.
    pub(crate) scopes: Vec<ScopePart>,
    /// By their names. Also those that only answer for others.
    pub(crate) tools: Vec<ToolPart>,
    /// See [`Manifest::digest`].
    pub(crate) digest: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct About {
    pub(crate) name: String,
    pub(crate) version: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<String>,
}

/// One scope that a tool asks for, or that implies one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ScopePart {
    pub(crate) scope: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    /// The scopes that it includes, by the catalogue, directly or through others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) implies: Vec<String>,
    /// The tools for which it counts, itself or by what it implies.
    pub(crate) tools: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "one per flag of the attribute")]
pub(crate) struct ToolPart {
    pub(crate) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<String>,
    pub(crate) description: String,
    pub(crate) version: String,
    /// False for one that only answers for others.
    pub(crate) listed: bool,
    pub(crate) effect: EffectPart,
    /// Safe to repeat, for whatever reason.
    pub(crate) idempotent: bool,
    pub(crate) open_world: bool,
    /// Whether a person has to confirm each call.
    pub(crate) confirmation: bool,
    pub(crate) access: AccessPart,
    pub(crate) policies: PoliciesPart,
    /// The arguments that are recorded nowhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) secrets: Vec<String>,
    /// Business rules: the arguments that each looks at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) checks: Vec<Vec<String>>,
    pub(crate) input_schema: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) output_schema: Option<Map<String, Value>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EffectPart {
    Read,
    Write,
    Destructive,
}

/// Who may call a tool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AccessPart {
    /// The attribute doesn't say; such a tool is not served once authentication is on.
    Unstated,
    Public,
    /// All of these are needed.
    Scopes(Vec<RequiredScope>),
}

impl AccessPart {
    /// The scopes that are needed; none where none is.
    pub(crate) fn required(&self) -> &[RequiredScope] {
        match self {
            Self::Unstated | Self::Public => &[],
            Self::Scopes(all) => all,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct RequiredScope {
    pub(crate) scope: String,
    /// The fields by which a grant may be constrained.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) constraints: Vec<Constraint>,
    /// Other scopes that include it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) implied_by: Vec<String>,
}

impl RequiredScope {
    /// Whether a grant of this scope counts for it.
    pub(crate) fn met_by(&self, scope: &str) -> bool {
        self.scope == scope || self.implied_by.iter().any(|other| other == scope)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Constraint {
    pub(crate) field: String,
    /// The argument that must have the granted value; without one the function filters by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) argument: Option<String>,
}

/// The policies in force, durations in milliseconds and sizes in bytes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct PoliciesPart {
    pub(crate) timeout_ms: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) rate_limits: Vec<RateLimitPart>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) retry: Option<RetryPart>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) dependencies: Vec<DependencyPart>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) concurrency: Option<ConcurrencyPart>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) queue: Option<QueuePart>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cache: Option<CachePart>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "number::serialize_optional"
    )]
    pub(crate) cost: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) fallback: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) blocking: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) heartbeat_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) max_result_bytes: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) idempotency: Option<IdempotencyPart>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) audit: Option<AuditPart>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct RateLimitPart {
    pub(crate) count: u32,
    pub(crate) period_ms: u64,
    /// `caller`, `tool` or `global`.
    pub(crate) per: String,
    pub(crate) burst: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct RetryPart {
    pub(crate) attempts: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) attempt_timeout_ms: Option<u64>,
    pub(crate) base_ms: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct DependencyPart {
    pub(crate) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) concurrency: Option<ConcurrencyPart>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) queue: Option<QueuePart>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) breaker: Option<BreakerPart>,
    /// Retries as a share of calls.
    #[serde(serialize_with = "number::serialize")]
    pub(crate) retry_budget: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ConcurrencyPart {
    pub(crate) max: u32,
    pub(crate) adaptive: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct QueuePart {
    pub(crate) depth: u32,
    pub(crate) wait_ms: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct BreakerPart {
    pub(crate) failures: u32,
    #[serde(serialize_with = "number::serialize")]
    pub(crate) ratio: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) slow_ms: Option<u64>,
    pub(crate) open_ms: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct CachePart {
    pub(crate) ttl_ms: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) stale_while_revalidate_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) stale_if_error_ms: Option<u64>,
    /// All callers share one result.
    pub(crate) shared: bool,
}
