//! The example server: its keys, and how a client reaches it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::process;
use crate::server::Server;
use crate::workspace::{Workspace, kept, read};

const CALL_WITHIN: Duration = Duration::from_secs(30);

/// What every key starts with; its id follows.
const PREFIX: &str = "export KEY=mcp_";

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Transport {
    Http,
    Stdio,
}

impl Transport {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Stdio => "stdio",
        }
    }
}

/// The example, serving over HTTP, on a ledger of its own.
pub(super) struct Example {
    server: Server,
    pub(super) program: PathBuf,
    /// The clients keep settings of their own in it, and the servers what they keep.
    home: TempDir,
    keys: BTreeMap<String, String>,
}

impl Example {
    pub(super) fn start(workspace: &Workspace) -> Result<Self> {
        let program = workspace.build("invoices", "invoices")?;
        // A new one, for the first start makes keys and says them.
        let home = kept()?;
        let database = database(&home);
        let log = workspace.scratch("interop")?.join("server.log");
        let environment =
            [("INVOICES_DB", database.as_os_str()), ("HOME", home.path().as_os_str())];
        let server = Server::start(&program, &log, &environment)?;
        let keys = printed_keys(&read(&log)?);
        ensure!(keys.len() == 3, "the example printed {} keys", keys.len());
        Ok(Self { server, program, home, keys })
    }

    pub(super) fn url(&self) -> String {
        self.server.url()
    }

    pub(super) fn home(&self) -> &Path {
        self.home.path()
    }

    pub(super) fn still_runs(&mut self) -> Result<()> {
        self.server.still_runs()
    }

    /// The key with this id.
    pub(super) fn key(&self, id: &str) -> Result<&str> {
        let key = self.keys.get(id).with_context(|| format!("the example made no key `{id}`"))?;
        Ok(key)
    }

    /// The variables of a process that serves over stdio, as the holder of a key or as nobody.
    pub(super) fn environment(&self, key: Option<&str>) -> Vec<(&'static str, String)> {
        let path = |path: &Path| path.display().to_string();
        let mut all =
            vec![("INVOICES_DB", path(&database(&self.home))), ("HOME", path(self.home()))];
        all.extend(key.map(|key| ("MCP_RUNTIME_STDIO_KEY", key.to_owned())));
        all
    }

    /// How a client's script is to reach the server.
    pub(super) fn server(&self, transport: Transport, key: Option<&str>) -> Value {
        match transport {
            Transport::Http => {
                let headers: BTreeMap<_, _> =
                    key.map(|key| ("Authorization", format!("Bearer {key}"))).into_iter().collect();
                json!({ "url": self.url(), "headers": headers })
            }
            Transport::Stdio => json!({
                "command": self.program,
                "args": ["serve", "--stdio"],
                "env": self.environment(key).into_iter().collect::<BTreeMap<_, _>>(),
            }),
        }
    }

    /// Issues an invoice on the command line, where the caller is whoever sits there.
    pub(super) fn issue(&self) -> Result<String> {
        let arguments = json!({ "customer_id": 1020, "total_cents": 100, "issued": "2027-01-02", "due": "2027-01-31" });
        let mut invoices = Command::new(&self.program);
        invoices.args(["call", "issue_invoice", &arguments.to_string()]);
        invoices.env("INVOICES_DB", database(&self.home)).env("HOME", self.home());
        let output = process::output(&mut invoices, CALL_WITHIN)?;
        ensure!(output.code == Some(0), "{}", output.last_words());
        let result: Value = serde_json::from_str(&output.stdout)?;
        let number = result["structuredContent"]["number"].as_str();
        Ok(number.context("an invoice without a number")?.to_owned())
    }
}

/// The keys in what the first start says, by their ids.
fn printed_keys(log: &str) -> BTreeMap<String, String> {
    let printed = log.lines().filter_map(|line| line.trim().strip_prefix(PREFIX));
    printed
        .filter_map(|rest| {
            let (id, _) = rest.split_once('_')?;
            Some((id.to_owned(), format!("mcp_{rest}")))
        })
        .collect()
}

fn database(home: &TempDir) -> PathBuf {
    home.path().join("invoices.db")
}
