//! The clients, and how each is run.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::Try;
use super::cases::{Case, Scene};
use super::example::{Example, Transport};
use crate::process;
use crate::tools::{self, Node};
use crate::workspace::{Workspace, read, write};

const CLIENT_WITHIN: Duration = Duration::from_mins(1);
const INSPECTOR: &str = "@modelcontextprotocol/inspector";

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Client {
    /// The Inspector's command line, in one of its eras.
    Inspector(&'static str),
    /// The official Python client, in one of its modes.
    Python(&'static str),
    /// The official TypeScript client, in one of its modes.
    TypeScript(&'static str),
    FastMcp,
}

pub(super) const CLIENTS: [Client; 10] = [
    Client::Inspector("modern"),
    Client::Inspector("legacy"),
    Client::Inspector("auto"),
    Client::Python("auto"),
    Client::Python("legacy"),
    Client::Python("2026-07-28"),
    Client::TypeScript("auto"),
    Client::TypeScript("legacy"),
    Client::TypeScript("2026-07-28"),
    Client::FastMcp,
];

impl Client {
    pub(super) fn name(self) -> String {
        match self {
            Self::Inspector(era) => format!("Inspector, {era}"),
            Self::Python(mode) => format!("Python client, {mode}"),
            Self::TypeScript(mode) => format!("TypeScript client, {mode}"),
            Self::FastMcp => "fastmcp".to_owned(),
        }
    }

    /// Whether it speaks revision 2026-07-28 to a server that does.
    pub(super) fn is_modern(self) -> bool {
        match self {
            Self::Inspector(mode) | Self::Python(mode) | Self::TypeScript(mode) => mode != "legacy",
            Self::FastMcp => true,
        }
    }

    /// The Inspector's command line asks nobody.
    pub(super) fn scenes(self) -> &'static [Scene] {
        match self {
            Self::Inspector(_) => &Scene::UNATTENDED,
            _ => &Scene::ALL,
        }
    }
}

pub(super) struct Clients {
    node: Node,
    python: PathBuf,
    python_scripts: PathBuf,
    typescript: PathBuf,
}

impl Clients {
    pub(super) fn install(workspace: &Workspace) -> Result<Self> {
        let node = Node::install(workspace)?;
        let python = tools::python(workspace)?;
        let scripts = workspace.root.join("tests/interop");
        // Node looks for packages above the script that imports them.
        let typescript = node.directory.join("official.mjs");
        write(&typescript, &read(&scripts.join("ts/official.mjs"))?)?;
        Ok(Self { node, python, python_scripts: scripts.join("python"), typescript })
    }

    /// What came of each case of a scene, as lines of JSON.
    pub(super) fn outcomes(
        &self,
        one: Try,
        scene: Scene,
        invoice: &str,
        example: &Example,
    ) -> Result<Vec<Value>> {
        let key = scene.key().map(|id| example.key(id)).transpose()?;
        let plan = |mode: &str| {
            let calls = scene.cases().iter().filter_map(|case| {
                let (tool, arguments) = case.call(invoice)?;
                Some(json!({ "case": case.name(), "tool": tool, "arguments": arguments }))
            });
            json!({
                "server": example.server(one.transport, key),
                "mode": mode,
                "person": scene.person(),
                "calls": calls.collect::<Vec<_>>(),
            })
            .to_string()
        };
        let mut script = match one.client {
            Client::Inspector(era) => {
                let cases = scene.cases().iter();
                let inspect =
                    |case: &Case| self.inspect(era, *case, invoice, one.transport, key, example);
                return cases.map(inspect).collect();
            }
            Client::Python(mode) => self.python("official.py", &plan(mode)),
            Client::FastMcp => self.python("fast.py", &plan("auto")),
            Client::TypeScript(mode) => {
                let mut script = self.node.run_script(&self.typescript);
                script.arg(plan(mode));
                script
            }
        };
        lines_of(script.env("HOME", example.home()), scene != Scene::Stranger)
    }

    fn python(&self, script: &str, plan: &str) -> Command {
        let mut python = Command::new(&self.python);
        python.arg("-B").arg(self.python_scripts.join(script)).arg(plan);
        python
    }

    /// The Inspector makes one call a run.
    fn inspect(
        &self,
        era: &str,
        case: Case,
        invoice: &str,
        transport: Transport,
        key: Option<&str>,
        example: &Example,
    ) -> Result<Value> {
        let mut inspector = self.node.run(INSPECTOR, "clients/launcher/build/index.js");
        inspector.args(["--cli", "--format", "json", "--protocol-era", era]);
        inspector.env("HOME", example.home());
        match case.call(invoice) {
            None => inspector.args(["--method", "tools/list", "--strict"]),
            Some((tool, arguments)) => inspector
                .args(["--method", "tools/call", "--tool-name", tool, "--tool-args-json"])
                .arg(arguments.to_string()),
        };
        match transport {
            Transport::Http => {
                inspector.args(["--transport", "http", "--server-url", &example.url()]);
                // It would look for a browser.
                inspector.arg("--stored-auth-only");
                let header = key.map(|key| format!("Authorization: Bearer {key}"));
                inspector.args(header.iter().flat_map(|header| ["--header", header]));
            }
            Transport::Stdio => {
                for (name, value) in example.environment(key) {
                    inspector.args(["-e", &format!("{name}={value}")]);
                }
                inspector.arg("--").arg(&example.program).args(["serve", "--stdio"]);
            }
        }
        let output = process::output(&mut inspector, CLIENT_WITHIN)?;
        let result = json_line(&output.stdout)["result"].clone();
        let failure = json_line(&output.stderr)["error"].clone();
        if matches!(case, Case::List | Case::CustomersList) {
            // Its exit status says whether `--strict` found a schema that other clients can't use.
            ensure!(output.success, "{}", output.last_words());
            let tools = result["tools"].as_array().into_iter().flatten();
            let names: Vec<_> = tools.map(|tool| tool["name"].clone()).collect();
            return Ok(json!({ "case": case.name(), "tools": names }));
        }
        if result.is_null() {
            ensure!(!failure.is_null(), "{}", output.last_words());
            return Ok(json!({ "case": case.name(), "error": failure, "exit": output.code }));
        }
        let texts = result["content"].as_array().into_iter().flatten();
        let text = texts.filter(|block| block["type"] == "text").map(|block| &block["text"]).next();
        Ok(json!({
            "case": case.name(),
            "isError": result["isError"] == true,
            "structured": result["structuredContent"],
            "text": text,
        }))
    }
}

/// What a script printed. One that can't connect is to say so, and to fail.
pub(super) fn lines_of(client: &mut Command, connects: bool) -> Result<Vec<Value>> {
    let output = process::output(client, CLIENT_WITHIN)?;
    let lines: Vec<Value> =
        output.stdout.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    ensure!(output.success == connects, "{}", output.last_words());
    Ok(lines)
}

/// The first line that is a JSON object.
fn json_line(text: &str) -> Value {
    let mut objects = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    objects.find(Value::is_object).unwrap_or_default()
}
