//! The manifest: a server's contract as a document, and the lock that notices its changes.
//!
//! | file | what it does |
//! |---|---|
//! | `model.rs` | what a manifest says, as plain data |
//! | `build.rs`, `digest.rs` | that data, of a running server |
//! | `number.rs` | how numbers are written |
//! | `words/`, `arguments.rs`, `findings.rs`, `visible.rs` | what several formats say alike |
//! | `render/` | one file or room per format |
//! | `lock/` | what has changed since a manifest was kept |

mod arguments;
mod build;
mod digest;
mod findings;
#[cfg(any(feature = "cli", feature = "testing"))]
pub(crate) mod lock;
mod model;
mod number;
mod render;
#[cfg(test)]
mod tests;
mod visible;
mod words;

pub use model::Manifest;

use crate::app::App;

impl App {
    /// The server's contract as a document.
    pub fn manifest(&self) -> Manifest {
        Manifest::of(self)
    }
}

impl Manifest {
    /// The whole manifest as indented JSON: what `manifest --format json` prints, and what a lock
    /// is compared with. Durations are in milliseconds, sizes in bytes; what isn't stated is left
    /// out.
    pub fn json(&self) -> String {
        render::json::render(self)
    }

    /// A document for a repository: scopes, a table of scopes and tools, each tool with its access,
    /// its policies and its arguments. In the Markdown of GitHub (GFM); whatever a description
    /// holds stays text.
    pub fn markdown(&self) -> String {
        render::markdown::render(self)
    }

    /// One page for those who review the server. It loads nothing, and its own policy
    /// (`Content-Security-Policy`) forbids it to; without scripts only its search is missing.
    pub fn html(&self) -> String {
        render::html::render(self)
    }

    /// The tools as operations of an `OpenAPI` 3.1 document, in JSON: what gateways, linters and
    /// security tools can read.
    ///
    /// Each listed tool is `POST /tools/NAME`, its arguments the body, its structured result the
    /// answer, its scopes the security requirement, its policies `x-mcp-policies`. **The server has
    /// no such paths:** calls travel as `tools/call` of MCP. A constraint on a scope, which
    /// `OpenAPI` has no word for, is in `x-mcp-scopes`.
    pub fn openapi(&self) -> String {
        render::openapi::render(self)
    }

    /// `sha256:` and the hex digest of everything else in the manifest.
    ///
    /// It is made of the JSON without whitespace and without `digest`, its keys sorted and
    /// everything else as [`json`](Self::json) writes it, so that other programs can check it:
    /// `jq -cjS 'del(.digest)' manifest.json | sha256sum`. (Some versions of `jq` spell numbers
    /// that have exponents in another way.)
    pub fn digest(&self) -> &str {
        &self.digest
    }
}
