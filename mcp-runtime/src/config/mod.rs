//! Settings: one table that the file, the environment, the command line and the docs share.
//!
//! In order of precedence: flags, environment, `mcp.toml`, the default. A key or variable that
//! isn't in the table is an error that names the nearest one.

mod audit;
pub(crate) mod overrides;
#[cfg(feature = "cli")]
pub(crate) mod table;
#[cfg(feature = "cli")]
mod value;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use crate::audit::AuditSettings;
use crate::auth::AuthSettings;
use crate::clock::Clock;
use crate::json::Limits;
use crate::policies::RateLimit;
use overrides::Override;
#[cfg(feature = "cli")]
pub(crate) use value::parse_duration;

/// What an operator sets.
#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "http"), allow(dead_code, reason = "some settings are of HTTP alone"))]
pub(crate) struct Settings {
    pub(crate) auth: AuthSettings,
    pub(crate) http_address: SocketAddr,
    pub(crate) http_allowed_hosts: Vec<String>,
    pub(crate) http_allowed_origins: Vec<String>,
    pub(crate) http_allow_unauthenticated_network: bool,
    pub(crate) http_max_connections: usize,
    pub(crate) http_max_sessions: usize,
    pub(crate) http_read_timeout: Duration,
    pub(crate) http_write_timeout: Duration,
    pub(crate) max_message: usize,
    pub(crate) max_depth: usize,
    pub(crate) max_string: usize,
    pub(crate) max_in_flight: usize,
    /// For a tool that doesn't limit itself.
    pub(crate) tool_concurrency: Option<u32>,
    /// For every tool.
    pub(crate) rate_limits: Vec<RateLimit>,
    pub(crate) cache_bytes: usize,
    /// One per core where it isn't set.
    pub(crate) blocking_threads: Option<usize>,
    pub(crate) budget_units: Option<f64>,
    pub(crate) budget_period: Duration,
    pub(crate) overrides: BTreeMap<String, Override>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) grace: Duration,
    /// What signs the questions that people confirm; one of its own where it isn't set.
    pub(crate) confirmation_key_file: Option<PathBuf>,
    /// Nobody has said where it isn't set.
    pub(crate) store: Option<StorePlace>,
    pub(crate) audit: AuditSettings,
    /// No operator's: a test moves it.
    pub(crate) clock: Clock,
    /// Likewise.
    #[cfg(feature = "testing")]
    pub(crate) hooks: crate::hooks::Hooks,
    #[cfg(feature = "cli")]
    pub(crate) log: String,
    #[cfg(feature = "cli")]
    pub(crate) log_format: LogFormat,
}

/// Where the keys of idempotent calls are kept, and the audit log unless it says otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StorePlace {
    /// In this process; gone with it.
    Memory,
    /// One `SQLite` file, which several processes of a machine may share.
    #[cfg_attr(not(feature = "sqlite"), allow(dead_code, reason = "there is no SQLite"))]
    File(PathBuf),
    /// The same, in the user's state directory, under the server's name.
    #[cfg_attr(
        not(all(feature = "cli", feature = "sqlite")),
        allow(dead_code, reason = "the command line's default")
    )]
    State,
}

/// How log lines look.
#[cfg(feature = "cli")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            auth: AuthSettings::default(),
            http_address: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            http_allowed_hosts: Vec::new(),
            http_allowed_origins: Vec::new(),
            http_allow_unauthenticated_network: false,
            http_max_connections: 1024,
            http_max_sessions: 1024,
            http_read_timeout: Duration::from_secs(30),
            http_write_timeout: Duration::from_secs(30),
            max_message: 4 << 20,
            max_depth: 64,
            max_string: 1 << 20,
            max_in_flight: 1024,
            tool_concurrency: None,
            rate_limits: Vec::new(),
            cache_bytes: 64 << 20,
            blocking_threads: None,
            budget_units: None,
            budget_period: Duration::from_hours(24),
            overrides: BTreeMap::new(),
            timeout: None,
            grace: Duration::from_secs(20),
            confirmation_key_file: None,
            store: None,
            audit: AuditSettings::default(),
            clock: Clock::system(),
            #[cfg(feature = "testing")]
            hooks: crate::hooks::Hooks::default(),
            #[cfg(feature = "cli")]
            log: crate::adapter::DEFAULT_LOG.into(),
            #[cfg(feature = "cli")]
            log_format: LogFormat::Text,
        }
    }
}

impl Settings {
    pub(crate) fn json_limits(&self) -> Limits {
        Limits { message: self.max_message, depth: self.max_depth, string: self.max_string }
    }
}
