//! Production MCP tool servers from annotated functions.
//!
//! [`#[tool]`](macro@tool) turns a plain `async fn` into a tool of the [Model Context
//! Protocol](https://modelcontextprotocol.io): its parameters become a JSON Schema that is
//! enforced, its attribute the policies that each call runs through. The function itself stays as
//! it is, and callable.
//!
//! ```no_run
//! use mcp_runtime::{tool, tools, Server, ToolError};
//!
//! /// Divide one number by another.
//! #[tool(read_only, timeout = "1s")]
//! async fn divide(
//!     /// What is divided.
//!     dividend: f64,
//!     /// What it is divided by.
//!     divisor: f64,
//! ) -> Result<f64, ToolError> {
//!     if divisor == 0.0 {
//!         return Err(ToolError::new("division_by_zero", "the divisor must not be 0"));
//!     }
//!     Ok(dividend / divisor)
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), mcp_runtime::Error> {
//!     Server::new("calculator", "1.0.0").tools(tools![divide]).run().await
//! }
//! ```
//!
//! # Where to look
//!
//! - [`tool`](macro@tool): the attribute, all its keys and those of `#[arg]`.
//! - [`Server`]: states, layers, transports, the command line. [`App`] and [`Request`]: calls in
//!   process.
//! - [`ToolError`](struct@ToolError) and [`#[derive(ToolError)]`](derive@ToolError): failures that tell a model what
//!   to do.
//! - [`State`], [`Context`], [`Caller`], and [`FromCall`] for extractors of your own.
//! - [`Content`], [`Reply`] and [`IntoReply`]: results that aren't data.
//! - [`raw`]: the SDK's own types, where this crate's don't reach.
//!
//! # Features
//!
//! - `http` (default): streamable HTTP, health endpoints, `Server::router`.
//! - `cli` (default): `Server::run`, `mcp.toml`, logging.
//! - `oauth`: access tokens of an OAuth 2 authorization server, `Server::oauth`.
//! - `sqlite` (default): keys of idempotent calls and the audit log in a file, and
//!   [`Context::transaction`].
//! - `deadpool`: pools of the crate `deadpool` in `Server::pool`.

mod access;
mod adapter;
mod app;
mod audit;
mod auth;
mod call;
mod caller;
mod canonical;
mod check;
mod claim;
#[cfg(feature = "cli")]
mod cli;
mod clock;
mod compose;
mod config;
mod confirmation;
mod const_text;
mod content;
mod context;
pub mod contract;
mod data;
mod ending;
mod endpoints;
mod error;
mod exposure;
mod extract;
mod fallback;
mod few;
mod gather;
#[cfg(feature = "testing")]
mod hooks;
mod json;
mod json_text;
mod life;
mod manifest;
pub mod meta;
mod outliving;
mod output;
mod params;
mod partial;
mod place;
mod policies;
mod policy;
mod pool;
mod principal;
#[doc(hidden)]
pub mod private;
#[cfg(feature = "testing")]
mod promised;
mod reconcile;
mod records;
mod registry;
mod request;
mod schema;
mod secrets;
mod server;
mod stats;
mod store;
mod text;
mod tool;
#[cfg(feature = "sqlite")]
mod transaction;
mod trying;
mod until;
mod unwise;
mod validate;
mod violations;

pub use access::{Granted, InvalidScope, Scopes};
pub use adapter::raw;
pub use app::App;
pub use audit::{AuditLine, AuditLog, AuditSink};
pub use auth::ApiKeys;
#[cfg(feature = "oauth")]
pub use auth::OAuth;
pub use call::{Arguments, Reply, ToolCall};
pub use caller::Caller;
pub use check::{CheckError, IntoCheck, IntoCheckError};
pub use clock::Clock;
pub use content::{Content, Icon, IconTheme, IntoIcons, ResourceLink};
pub use context::{Context, TraceContext};
pub use endpoints::{EndpointStatus, Endpoints};
pub use error::{Code, Effect, Error, IntoToolError, NextAction, ToolError};
pub use extract::{FromCall, Requirements, State};
pub use manifest::Manifest;
pub use mcp_macros::{ToolError, dependency, tool};
pub use output::{IntoReply, ToolOutput};
pub use params::{Argument, Scalar, ToolParam};
pub use partial::{Missing, Partial};
pub use policies::{Concurrency, Dependency, DependencyDef, Policies};
pub use policy::service::ToolService;
pub use pool::PoolStatus;
pub use records::Store;
pub use request::Request;
pub use server::Server;
pub use stats::{Decision, Stats};
pub use text::Text;
pub use tool::{Tool, ToolInfo, Tools};
#[cfg(feature = "sqlite")]
pub use transaction::TransactionError;

/// `SQLite`, in the version whose connections [`Context::transaction`] takes. A program can't link
/// two of them: name this one's version where you need `rusqlite` with other features, or a pool
/// over it.
#[cfg(feature = "sqlite")]
pub use rusqlite;

/// The tools of a server, by the paths of their functions: `tools![get_invoice, web::search]`.
///
/// Two tools of the same name don't compile. An entry may carry `#[cfg(…)]`.
///
/// ```
/// use mcp_runtime::{tool, tools};
///
/// mod web {
///     /// Search the web.
///     #[mcp_runtime::tool(open_world, read_only)]
///     pub async fn search(query: String) -> Vec<String> {
///         vec![query]
///     }
/// }
///
/// /// Say hello.
/// #[tool]
/// async fn hello() -> &'static str {
///     "hello"
/// }
///
/// let tools = tools![hello, web::search];
/// ```
#[macro_export]
macro_rules! tools {
    ($($tools:tt)*) => {
        $crate::contract::tools!($crate; $($tools)*)
    };
}

/// The catalogue of a crate's scopes: what each allows, and which others it implies.
///
/// ```standalone_crate
/// mcp_runtime::scopes! {
///     "read:invoices" => "Read invoices",
///     "write:invoices" => "Issue and change invoices",
///     "admin:invoices" => "Everything about invoices" implies ["read:invoices", "write:invoices"],
/// }
///
/// /// List the numbers of all invoices.
/// #[mcp_runtime::tool(scope = "read:invoices")]
/// async fn list_invoices() -> Vec<String> {
///     Vec::new()
/// }
/// # fn main() {}
/// ```
///
/// It stands at the root of the crate, where it defines the constant `MCP_SCOPES`. From then on a
/// tool of the crate that names a scope that is not listed doesn't compile. Without a catalogue
/// every scope is known, and none implies another.
///
/// A grant of `admin:invoices` allows what needs `read:invoices` too, also through further scopes;
/// a circle doesn't compile. Descriptions are shown to those who grant scopes: in the manifest and
/// the server's metadata.
///
/// The crates of a workspace share one: in the root of each, `pub use billing::MCP_SCOPES;`. Where
/// tools of several crates make one server, their catalogues are joined; what two of them say about
/// a scope must be the same, else the server doesn't start.
#[macro_export]
macro_rules! scopes {
    ($($entries:tt)*) => {
        $crate::contract::scopes!($crate; $($entries)*);
    };
}

/// The documents' examples, as tests.
#[cfg(all(doctest, feature = "cli", feature = "http", feature = "sqlite"))]
mod documents {
    macro_rules! documents {
        ($($name:ident = $path:literal,)*) => { $(#[doc = include_str!($path)] struct $name;)* };
    }
    documents! {
        Readme = "../../README.md",
        FirstTool = "../../docs/guide/01-first-tool.md",
        Arguments = "../../docs/guide/02-arguments.md",
        ResultsAndErrors = "../../docs/guide/03-results-and-errors.md",
        Extractors = "../../docs/guide/04-extractors.md",
        Testing = "../../docs/guide/05-testing.md",
        Serving = "../../docs/guide/06-serving.md",
        LayersAndDelegation = "../../docs/guide/07-layers-and-delegation.md",
        Policies = "../../docs/guide/08-policies.md",
        IdentityAndScopes = "../../docs/guide/09-identity-and-scopes.md",
        ChecksConfirmationSecrets = "../../docs/guide/10-checks-confirmation-secrets.md",
        TheManifest = "../../docs/guide/11-manifest.md",
        Lock = "../../docs/guide/12-lock.md",
        Idempotency = "../../docs/guide/13-idempotency.md",
        TheAuditLog = "../../docs/guide/14-audit.md",
    }
}
