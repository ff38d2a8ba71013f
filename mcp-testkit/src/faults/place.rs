//! The edges at which faults strike.

use std::fmt;
use std::sync::Arc;

/// An edge. Each counts what passes it on its own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Place {
    /// Around a tool's function: each attempt.
    Function(Arc<str>),
    /// Around a tool's whole pipeline: what its caller sees.
    Call(Arc<str>),
    Dependency(Arc<str>),
    /// From the client to the server.
    Requests,
    /// From the server to the client.
    Replies,
    /// Where the server keeps what outlives a call.
    Store,
    /// Its audit log, wherever that is.
    Audit,
}

impl Place {
    pub(super) fn is_transport(&self) -> bool {
        matches!(self, Self::Requests | Self::Replies)
    }

    pub(super) fn is_of_records(&self) -> bool {
        matches!(self, Self::Store | Self::Audit)
    }
}

/// The name in scripts. Decisions depend on it: it never changes.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Function(tool) => write!(f, "tool `{tool}`"),
            Self::Call(tool) => write!(f, "call of `{tool}`"),
            Self::Dependency(name) => write!(f, "dependency `{name}`"),
            Self::Requests => f.write_str("requests"),
            Self::Replies => f.write_str("replies"),
            Self::Store => f.write_str("store"),
            Self::Audit => f.write_str("audit log"),
        }
    }
}
