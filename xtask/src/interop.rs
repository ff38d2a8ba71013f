//! Real clients against the example server, over HTTP and stdio.
//!
//! A client's script in `tests/interop` connects, lists, makes the calls of the plan that it is
//! given, and prints what came of each as a line of JSON. The verdict is reached here.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::process;
use crate::server::Server;
use crate::tools::{self, Node};
use crate::workspace::{Workspace, make, read, write};

const TOOLS: [&str; 6] = [
    "customer_balance",
    "get_invoice",
    "issue_invoice",
    "overdue_report",
    "pay_invoice",
    "search_invoices",
];
const INVOICE: &str = "FV/2026/03/17";
const UNKNOWN_TOOL: &str = "no_such_tool";
const CLIENT_WITHIN: Duration = Duration::from_mins(1);
const INSPECTOR: &str = "@modelcontextprotocol/inspector";

/// What all clients came to.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
}

impl Report {
    pub(crate) fn verdict(&self) -> Result<()> {
        ensure!(self.passed > 0, "no client was tried");
        ensure!(self.failed == 0, "{} cases of real clients fail", self.failed);
        Ok(())
    }
}

pub(crate) fn run(workspace: &Workspace) -> Result<Report> {
    let clients = Clients::install(workspace)?;
    let invoices = workspace.build("invoices", "invoices")?;
    let scratch = workspace.scratch("interop")?;
    // The clients keep settings of their own in the user's home.
    let home = scratch.join("home");
    make(&home)?;
    let database = scratch.join("invoices.db");
    remove_database(&database)?;
    let environment = [("INVOICES_DB", database.as_os_str()), ("HOME", home.as_os_str())];
    let mut server = Server::start(&invoices, &scratch.join("server.log"), &environment)?;
    let transports = [
        Transport::Http { url: server.url() },
        Transport::Stdio { program: invoices, database, home: home.clone() },
    ];

    let mut report = Report::default();
    for client in CLIENTS {
        for transport in &transports {
            let outcomes = clients.outcomes(client, transport, &home);
            for case in CASES {
                let verdict = match &outcomes {
                    Ok(outcomes) => case.judge(client, outcomes),
                    Err(error) => Err(format!("{error:#}")),
                };
                let (client, transport) = (client.name(), transport.name());
                match verdict {
                    Ok(()) => {
                        report.passed += 1;
                        println!("ok      {client} | {transport} | {}", case.name());
                    }
                    Err(reason) => {
                        report.failed += 1;
                        println!("FAILED  {client} | {transport} | {}: {reason}", case.name());
                    }
                }
            }
        }
    }
    server.still_runs()?;
    println!("\ninterop: {} cases passed, {} failed", report.passed, report.failed);
    Ok(report)
}

/// The database has two files beside it.
fn remove_database(database: &Path) -> Result<()> {
    for suffix in ["", "-wal", "-shm"] {
        let mut file = database.as_os_str().to_owned();
        file.push(suffix);
        match std::fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("can't remove {}", file.display()));
            }
            _ => {}
        }
    }
    Ok(())
}

enum Transport {
    Http { url: String },
    Stdio { program: PathBuf, database: PathBuf, home: PathBuf },
}

impl Transport {
    fn name(&self) -> &'static str {
        match self {
            Self::Http { .. } => "http",
            Self::Stdio { .. } => "stdio",
        }
    }

    fn plan(&self, mode: &str) -> Value {
        let server = match self {
            Self::Http { url } => json!({ "url": url }),
            Self::Stdio { program, database, home } => json!({
                "command": program,
                "args": ["serve", "--stdio"],
                "env": { "INVOICES_DB": database, "HOME": home },
            }),
        };
        let calls = CASES.iter().filter_map(|case| {
            let (tool, arguments) = case.call()?;
            Some(json!({ "case": case.name(), "tool": tool, "arguments": arguments }))
        });
        json!({ "server": server, "mode": mode, "calls": calls.collect::<Vec<_>>() })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Client {
    /// The Inspector's command line, in one of its eras.
    Inspector(&'static str),
    /// The official Python client, in one of its modes.
    Python(&'static str),
    /// The official TypeScript client, in one of its modes.
    TypeScript(&'static str),
    FastMcp,
}

const CLIENTS: [Client; 10] = [
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
    fn name(self) -> String {
        match self {
            Self::Inspector(era) => format!("Inspector, {era}"),
            Self::Python(mode) => format!("Python client, {mode}"),
            Self::TypeScript(mode) => format!("TypeScript client, {mode}"),
            Self::FastMcp => "fastmcp".to_owned(),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    List,
    Success,
    ToolError,
    BadArguments,
    UnknownTool,
}

const CASES: [Case; 5] =
    [Case::List, Case::Success, Case::ToolError, Case::BadArguments, Case::UnknownTool];

impl Case {
    fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Success => "success",
            Self::ToolError => "tool error",
            Self::BadArguments => "bad arguments",
            Self::UnknownTool => "unknown tool",
        }
    }

    /// The call that makes the case; listing is none.
    fn call(self) -> Option<(&'static str, Value)> {
        match self {
            Self::List => None,
            Self::Success => Some(("get_invoice", json!({ "number": INVOICE }))),
            Self::ToolError => Some(("get_invoice", json!({ "number": "FV/2099/01/1" }))),
            Self::BadArguments => Some(("get_invoice", json!({ "number": 17, "nope": true }))),
            Self::UnknownTool => Some((UNKNOWN_TOOL, json!({}))),
        }
    }

    fn judge(self, client: Client, outcomes: &[Value]) -> Result<(), String> {
        let outcome = outcomes.iter().find(|outcome| outcome["case"] == self.name());
        let outcome = outcome.ok_or("the client printed nothing")?;
        let wrong = || Err(format!("got {outcome}"));
        let right = match self {
            Self::List => {
                let mut names: Vec<_> = outcome["tools"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str)
                    .collect();
                names.sort_unstable();
                names == TOOLS
            }
            Self::Success => {
                outcome["isError"] == false && outcome["structured"]["number"] == INVOICE
            }
            Self::ToolError => error_code(outcome).as_deref() == Some("not_found"),
            Self::BadArguments => error_code(outcome).as_deref() == Some("invalid_arguments"),
            // The Inspector looks the name up in the list and doesn't call a tool that isn't there.
            Self::UnknownTool if matches!(client, Client::Inspector(_)) => {
                outcome["error"]["code"] == "tool_not_found"
            }
            Self::UnknownTool => outcome["error"]["code"] == -32602,
        };
        if right { Ok(()) } else { wrong() }
    }
}

/// The `code` in the text of a tool error, which is JSON.
fn error_code(outcome: &Value) -> Option<String> {
    if outcome["isError"] != true {
        return None;
    }
    let error: Value = serde_json::from_str(outcome["text"].as_str()?).ok()?;
    error["code"].as_str().map(str::to_owned)
}

struct Clients {
    node: Node,
    python: PathBuf,
    python_scripts: PathBuf,
    typescript: PathBuf,
}

impl Clients {
    fn install(workspace: &Workspace) -> Result<Self> {
        let node = Node::install(workspace)?;
        let python = tools::python(workspace)?;
        let scripts = workspace.root.join("tests/interop");
        // Node looks for packages above the script that imports them.
        let typescript = node.directory.join("official.mjs");
        write(&typescript, &read(&scripts.join("ts/official.mjs"))?)?;
        Ok(Self { node, python, python_scripts: scripts.join("python"), typescript })
    }

    /// What came of each case, as lines of JSON.
    fn outcomes(&self, client: Client, transport: &Transport, home: &Path) -> Result<Vec<Value>> {
        match client {
            Client::Inspector(era) => {
                CASES.iter().map(|case| self.inspect(era, *case, transport, home)).collect()
            }
            Client::Python(mode) => self.python("official.py", &transport.plan(mode), home),
            Client::FastMcp => self.python("fast.py", &transport.plan("auto"), home),
            Client::TypeScript(mode) => {
                let mut script = self.node.run_script(&self.typescript);
                lines_of(script.arg(transport.plan(mode).to_string()).env("HOME", home))
            }
        }
    }

    fn python(&self, script: &str, plan: &Value, home: &Path) -> Result<Vec<Value>> {
        let mut python = Command::new(&self.python);
        python
            .arg("-B")
            .arg(self.python_scripts.join(script))
            .arg(plan.to_string())
            .env("HOME", home);
        lines_of(&mut python)
    }

    /// The Inspector makes one call a run.
    fn inspect(&self, era: &str, case: Case, transport: &Transport, home: &Path) -> Result<Value> {
        let mut inspector = self.node.run(INSPECTOR, "clients/launcher/build/index.js");
        inspector.args(["--cli", "--format", "json", "--protocol-era", era]).env("HOME", home);
        match case.call() {
            None => inspector.args(["--method", "tools/list", "--strict"]),
            Some((tool, arguments)) => inspector
                .args(["--method", "tools/call", "--tool-name", tool, "--tool-args-json"])
                .arg(arguments.to_string()),
        };
        match transport {
            Transport::Http { url } => {
                inspector.args(["--transport", "http", "--server-url", url]);
            }
            Transport::Stdio { program, database, home } => {
                inspector
                    .args(["-e", &format!("INVOICES_DB={}", database.display())])
                    .args(["-e", &format!("HOME={}", home.display()), "--"])
                    .arg(program)
                    .args(["serve", "--stdio"]);
            }
        }
        let output = process::output(&mut inspector, CLIENT_WITHIN)?;
        let result = json_line(&output.stdout)["result"].clone();
        let failure = json_line(&output.stderr)["error"].clone();
        if case == Case::List {
            // Its exit status says whether `--strict` found a schema that other clients can't use.
            ensure!(output.success, "{}", output.last_words());
            let tools = result["tools"].as_array().into_iter().flatten();
            let names: Vec<_> = tools.map(|tool| tool["name"].clone()).collect();
            return Ok(json!({ "case": case.name(), "tools": names }));
        }
        if result.is_null() {
            ensure!(!failure.is_null(), "{}", output.last_words());
            return Ok(json!({ "case": case.name(), "error": failure }));
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

fn lines_of(client: &mut Command) -> Result<Vec<Value>> {
    let output = process::output(client, CLIENT_WITHIN)?;
    let lines: Vec<Value> =
        output.stdout.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    ensure!(output.success, "{}", output.last_words());
    Ok(lines)
}

/// The first line that is a JSON object.
fn json_line(text: &str) -> Value {
    let mut objects = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    objects.find(Value::is_object).unwrap_or_default()
}
