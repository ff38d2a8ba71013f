//! The official clients with their own OAuth code: from no token at all to calls, to more scopes,
//! and past a token's end.
//!
//! An authorization server for tests stands beside the server under test, both on loopback. A
//! client's script in `tests/interop` carries out the steps of the plan that it is given, and
//! prints what came of each as a line of JSON. The verdict is reached here.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use serde_json::{Value, json};

use crate::server::{Server, free_address};
use crate::tools::{self, Node};
use crate::workspace::{Workspace, make, read, write};

use super::Report;
use super::clients::lines_of;

const NEWEST: &str = "2026-07-28";
/// What a client asks for that isn't told what its request needs: the scopes of the metadata.
const ALL: &str = "read:invoices write:payments";
/// The first time, the person grants no `write:` scope.
const GRANTED: &str = "read:invoices";

pub(super) fn run(workspace: &Workspace, report: &mut Report) -> Result<()> {
    let clients = Clients::install(workspace)?;
    let program = workspace.build("mcp-tests", "identity-fixture")?;
    let authority = workspace.build("mcp-tests", "authorization-server")?;
    let logs = &clients.scratch;

    let issuer = free_address()?;
    let mut authority = Server::start_at(issuer, &authority, &logs.join("authority.log"), &[])?;
    let (issuer, address) = (format!("http://{issuer}"), free_address()?);
    let environment = [
        ("MCP_RUNTIME_AUTH_RESOURCE", format!("http://{address}/mcp")),
        ("MCP_RUNTIME_AUTH_JWKS", format!("{issuer}/jwks.json")),
        ("MCP_RUNTIME_AUTH_ISSUER", issuer),
        ("MCP_RUNTIME_STORE", "memory".to_owned()),
    ];
    let environment = environment.each_ref().map(|(name, value)| (*name, value.as_ref()));
    let log = logs.join("server.log");
    let mut server = Server::start_at(address, &program, &log, &environment)?;

    for (client, mode, way) in RUNS {
        let outcomes = clients.outcomes(client, mode, way, &server.url());
        for step in way.steps() {
            let verdict = match &outcomes {
                Ok(outcomes) => step.judge(outcomes),
                Err(error) => Err(format!("{error:#}")),
            };
            let (client, step) = (client.name(), step.name);
            report.enter(&format!("{client}, {mode} | OAuth | {step}"), verdict);
        }
    }
    server.still_runs()?;
    authority.still_runs()
}

#[derive(Clone, Copy)]
enum Client {
    Python,
    TypeScript,
}

impl Client {
    fn name(self) -> &'static str {
        match self {
            Self::Python => "Python client",
            Self::TypeScript => "TypeScript client",
        }
    }
}

/// What a client begins with, which decides what it asks for.
#[derive(Clone, Copy)]
enum Way {
    Listing,
    Calling,
}

/// The TypeScript client greets the server in every mode, and so never begins with a call.
const RUNS: [(Client, &str, Way); 7] = [
    (Client::Python, NEWEST, Way::Listing),
    (Client::Python, "legacy", Way::Listing),
    (Client::Python, "auto", Way::Listing),
    (Client::Python, NEWEST, Way::Calling),
    (Client::TypeScript, NEWEST, Way::Listing),
    (Client::TypeScript, "legacy", Way::Listing),
    (Client::TypeScript, "auto", Way::Listing),
];

struct Step {
    name: &'static str,
    /// Listing is no call.
    tool: Option<&'static str>,
    /// Whether the token in use ends before the step.
    expired: bool,
    /// What has to be among the outcome.
    expected: Value,
}

impl Way {
    fn steps(self) -> Vec<Step> {
        match self {
            Self::Listing => vec![
                Step::listing(
                    "a token for a list",
                    json!({
                        "tools": ["bound", "filtered", "open", "plain"],
                        "asked": [ALL], "scope": GRANTED,
                    }),
                ),
                Step::call("a call", "plain", json!({ "asked": [ALL], "renewed": false })),
                Step::call(
                    "a call that needs one more scope",
                    "both",
                    json!({ "asked": [ALL, ALL], "scope": ALL, "renewed": true }),
                ),
                Step::listing(
                    "a list with that scope",
                    json!({ "tools": ["both", "bound", "filtered", "open", "plain"] }),
                ),
                Step {
                    expired: true,
                    ..Step::call(
                        "a token that has ended",
                        "both",
                        json!({ "asked": [ALL, ALL], "scope": ALL, "renewed": true }),
                    )
                },
            ],
            Self::Calling => vec![
                Step::call(
                    "a token for a call, and no more",
                    "plain",
                    json!({ "asked": ["read:invoices"], "scope": "read:invoices" }),
                ),
                Step::call(
                    "one more scope, and what was granted",
                    "both",
                    json!({ "asked": ["read:invoices", ALL], "scope": ALL }),
                ),
            ],
        }
    }
}

impl Step {
    fn listing(name: &'static str, expected: Value) -> Self {
        Self { name, tool: None, expired: false, expected }
    }

    /// A call has to succeed, whatever else is expected of it.
    fn call(name: &'static str, tool: &'static str, mut expected: Value) -> Self {
        expected["isError"] = false.into();
        expected["text"] = "done".into();
        Self { name, tool: Some(tool), expired: false, expected }
    }

    fn plan(&self) -> Value {
        let mut plan = json!({ "case": self.name, "expired": self.expired });
        if let Some(tool) = self.tool {
            plan["tool"] = tool.into();
            plan["arguments"] = json!({});
        }
        plan
    }

    fn judge(&self, outcomes: &[Value]) -> Result<(), String> {
        let outcome = outcomes.iter().find(|outcome| outcome["case"] == self.name);
        let outcome = outcome.ok_or("the client printed nothing")?;
        let expected = self.expected.as_object().into_iter().flatten();
        let wrong: Vec<String> = expected
            .filter(|(name, value)| outcome[*name] != **value)
            .map(|(name, value)| format!("`{name}` isn't {value}"))
            .collect();
        if wrong.is_empty() {
            return Ok(());
        }
        Err(format!("{}: got {outcome}", wrong.join(", ")))
    }
}

struct Clients {
    node: Node,
    python: PathBuf,
    python_script: PathBuf,
    typescript: PathBuf,
    scratch: PathBuf,
}

impl Clients {
    fn install(workspace: &Workspace) -> Result<Self> {
        let node = Node::install(workspace)?;
        let python = tools::python(workspace)?;
        let scripts = workspace.root.join("tests/interop");
        // Node looks for packages above the script that imports them.
        let typescript = node.directory.join("oauth.mjs");
        write(&typescript, &read(&scripts.join("ts/oauth.mjs"))?)?;
        let scratch = workspace.scratch("interop/oauth")?;
        make(&scratch.join("home"))?;
        Ok(Self {
            node,
            python,
            python_script: scripts.join("python/oauth.py"),
            typescript,
            scratch,
        })
    }

    /// What came of each step, as lines of JSON.
    fn outcomes(&self, client: Client, mode: &str, way: Way, url: &str) -> Result<Vec<Value>> {
        let steps: Vec<Value> = way.steps().iter().map(Step::plan).collect();
        let plan = json!({ "server": { "url": url }, "mode": mode, "steps": steps });
        let mut script = match client {
            Client::Python => self.python(&self.python_script),
            Client::TypeScript => self.node.run_script(&self.typescript),
        };
        lines_of(script.arg(plan.to_string()).env("HOME", self.scratch.join("home")), true)
    }

    fn python(&self, script: &Path) -> Command {
        let mut python = Command::new(&self.python);
        python.arg("-B").arg(script);
        python
    }
}
