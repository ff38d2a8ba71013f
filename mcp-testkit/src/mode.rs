//! [`Mode`]: the way in that a test's calls take.

use std::fmt;

/// The way in that calls take.
///
/// All of them are in memory: nothing listens, nothing is started. The same call gets the same
/// [`Answer`](crate::Answer) on each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mode {
    /// Straight into the pipeline: no protocol, microseconds.
    #[default]
    Typed,
    /// As over stdin and stdout: JSON-RPC by line, in the last revision that begins with
    /// `initialize`, 2025-11-25.
    Stdio,
    /// Streamable HTTP of revision 2026-07-28, through the server's routes and all their checks.
    Http,
    /// Streamable HTTP of revision 2025-06-18, which has sessions and answers in streams.
    HttpLegacy,
}

impl Mode {
    /// Every way in there is.
    pub const ALL: [Self; 4] = [Self::Typed, Self::Stdio, Self::Http, Self::HttpLegacy];
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Typed => "typed",
            Self::Stdio => "stdio",
            Self::Http => "http",
            Self::HttpLegacy => "http_legacy",
        })
    }
}
