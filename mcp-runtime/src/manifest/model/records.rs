//! What is kept of calls: keys of idempotent ones, and the audit log.

use serde::{Deserialize, Serialize};

/// One effect for each key. A tool that is `idempotent` without it reads, or a repeat of its calls
/// is harmless by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct IdempotencyPart {
    pub(crate) key: KeyPart,
    pub(crate) ttl_ms: u64,
    /// A call without a key is refused.
    pub(crate) required: bool,
    pub(crate) in_flight: InFlightPart,
    /// A function finds out what happened where nobody knows.
    pub(crate) reconcile: bool,
    /// The effect and the record of it are one transaction.
    pub(crate) transaction: bool,
}

/// Where a call's key comes from if its client sends none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KeyPart {
    /// Nowhere.
    Client,
    /// From all arguments.
    Arguments,
    /// From these, by their names.
    Fields(Vec<String>),
}

/// What becomes of a call whose key is in use. The stricter is the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum InFlightPart {
    Wait,
    Reject,
}

/// What the audit log keeps of a tool's calls, where that is more or for another time than of
/// every call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct AuditPart {
    /// The result, and not its digest.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) result: bool,
    /// The server's where it isn't stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) retention_ms: Option<u64>,
    /// The arguments that are kept as they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) plain: Vec<String>,
}
