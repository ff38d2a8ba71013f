//! The example, as the reader of `README.md` runs it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use mcp_testkit::Folder;
use serde_json::Value;

use crate::documents::root;
use crate::processes::{BUILD_PATIENCE, Guard, lines_of, run};
use crate::shell::{after, command_in, words};

/// How `README.md` calls the example: its reader has built nothing yet.
pub(crate) const PROGRAM: &str = "cargo run -q -p invoices --";

/// A command of `README.md`, on a ledger of its own.
pub(crate) fn invoices(command: &str, place: &Folder) -> Command {
    let arguments = command
        .strip_prefix(PROGRAM)
        .unwrap_or_else(|| panic!("this test runs `{PROGRAM} …` only, not `{command}`"));
    let mut invoices = Command::new(program());
    invoices
        .args(words(arguments))
        .current_dir(place.path())
        .env("INVOICES_DB", place.join("ledger.db"))
        .env("XDG_STATE_HOME", place.path())
        .env_remove("INVOICES_KEYS");
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("MCP_RUNTIME_") {
            invoices.env_remove(name);
        }
    }
    invoices
}

/// The example's binary, built as `cargo run` would.
pub(crate) fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let mut build = Command::new(env!("CARGO"));
        build
            .args(["build", "--quiet", "--package", "invoices", "--bin", "invoices"])
            .args(["--message-format", "json"])
            .current_dir(root());
        let output = run(build, BUILD_PATIENCE);
        assert_eq!(output.code, 0, "the example doesn't build: {}", output.stderr);
        let mut messages = output.stdout.lines().filter_map(|line| serde_json::from_str(line).ok());
        let binary =
            messages.find_map(|message: Value| message["executable"].as_str().map(PathBuf::from));
        binary.expect("cargo names the binary")
    })
}

/// A server on a new ledger, and what it said as it started for the first time.
pub(crate) struct FirstStart {
    _server: Guard,
    /// On stderr.
    pub(crate) said: String,
    pub(crate) keys: BTreeMap<String, String>,
    pub(crate) banner: String,
}

impl FirstStart {
    pub(crate) fn of(place: &Folder) -> Self {
        let mut serve = invoices(&format!("{PROGRAM} --http 127.0.0.1:0"), place);
        let mut server = Guard::spawn(serve.stdout(Stdio::piped()).stderr(Stdio::piped()));
        let stderr = server.0.stderr.take().unwrap();
        let banner = banner(&mut server);
        // Keys are made before the server listens, so all of them are on their way.
        let (mut said, mut keys) = (String::new(), BTreeMap::new());
        for line in lines_of(stderr) {
            said.extend([line.as_str(), "\n"]);
            if let Some(key) = line.trim().strip_prefix("export KEY=") {
                let id = key.split('_').nth(1).unwrap();
                keys.insert(id.to_owned(), key.to_owned());
            }
            if keys.len() == 3 {
                return Self { _server: server, said, keys, banner };
            }
        }
        panic!("the first start said only:\n{said}")
    }

    /// The words of the printed curl command, as the holder of a key would change it for another
    /// call.
    pub(crate) fn curl(&self, id: &str, tool: &str, arguments: &Value) -> Vec<String> {
        let banner = self.banner.replace("$KEY", &self.keys[id]);
        let printed = words(command_in(&banner, "curl "));
        let mut body: Value = serde_json::from_str(after(&printed, "-d")).unwrap();
        let usual = body["params"]["name"].as_str().unwrap().to_owned();
        body["params"]["name"] = tool.into();
        body["params"]["arguments"] = arguments.clone();
        let (usual, wanted) = (format!("Mcp-Name: {usual}"), format!("Mcp-Name: {tool}"));
        let mut words: Vec<String> = printed
            .iter()
            .map(|word| if *word == usual { wanted.clone() } else { word.clone() })
            .collect();
        *words.last_mut().unwrap() = body.to_string();
        words
    }
}

/// What a server prints as it begins to listen, to the end of its curl command.
pub(crate) fn banner(server: &mut Guard) -> String {
    let mut banner = String::new();
    for line in lines_of(server.0.stdout.take().unwrap()) {
        banner.extend([line.as_str(), "\n"]);
        if line.trim_start().starts_with("-d ") {
            return banner;
        }
    }
    panic!("the server printed only:\n{banner}")
}
