//! The fixture as a process, with faults between it and the disk.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use mcp_testkit::Folder;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::support::{PATIENCE, call_message};

const KEY: &str = "idempotency-key";
/// What a call is refused with that couldn't be recorded in time.
pub(crate) const UNRECORDED: [&str; 2] = ["audit_unavailable", "backend_unavailable"];
/// How often a client makes a call at most.
const ATTEMPTS: u32 = 10;

/// The folder of one server: its records, its effects, and the faults' own files beside them.
pub(crate) struct Place {
    root: Folder,
}

/// How the process is made to fail.
#[derive(Clone, Copy, Default)]
pub(crate) struct Faults {
    /// It dies at this write or sync, counted from when it is armed.
    pub(crate) kill_at: Option<u32>,
    pub(crate) torn: bool,
}

/// A process that listens.
pub(crate) struct Process {
    child: Child,
    address: SocketAddr,
    client: Client,
}

/// An answer to a call: the result of the tool, or its error.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    /// The whole result but for its `_meta`.
    pub(crate) result: Value,
    pub(crate) meta: Value,
}

impl Answer {
    /// The public error, where it is one.
    pub(crate) fn error(&self) -> Option<&Value> {
        self.meta.get("mcp-runtime/error")
    }

    pub(crate) fn code(&self) -> &str {
        self.error().and_then(|error| error["code"].as_str()).unwrap_or("ok")
    }

    /// Whether nothing was done because it couldn't be recorded in time.
    fn is_unrecorded(&self) -> bool {
        let is_none = self.error().is_some_and(|error| error["effect"] == "none");
        is_none && UNRECORDED.contains(&self.code())
    }

    pub(crate) fn is_replay(&self) -> bool {
        self.meta.get("mcp-runtime/replayed").is_some()
    }

    /// The call that had the effect, by the function's own word.
    pub(crate) fn call_id(&self) -> &str {
        self.result["structuredContent"]["call_id"].as_str().unwrap_or_default()
    }
}

impl Place {
    pub(crate) fn new() -> Self {
        let place = Self { root: Folder::new() };
        std::fs::create_dir(place.data()).unwrap();
        place
    }

    /// What faults strike.
    fn data(&self) -> PathBuf {
        self.root.path().join("data")
    }

    pub(crate) fn records(&self) -> PathBuf {
        self.data().join("records.db")
    }

    fn control(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_records-fixture"));
        command.args(arguments).kill_on_drop(true).current_dir(self.root.path());
        command.env("EFFECTS", self.data());
        command.env("MCP_RUNTIME_STORE", format!("file:{}", self.records().display()));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) async fn start(&self, faults: Faults) -> Process {
        let mut command = self.command(&["serve", "--http", "127.0.0.1:0"]);
        command.env("LD_PRELOAD", shim());
        command.env("FAULTS_BELOW", self.data());
        command.env("FAULTS_ARMED", self.control("armed"));
        command.env("FAULTS_MODE", self.control("mode"));
        if let Some(at) = faults.kill_at {
            command.env("FAULTS_KILL_AT", at.to_string());
        }
        if faults.torn {
            command.env("FAULTS_TORN", "1");
        }
        command.stderr(std::fs::File::create(self.control("log")).unwrap());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = timeout(PATIENCE, lines.next_line()).await.unwrap().unwrap();
        let first = first.unwrap_or_else(|| panic!("it didn't start: {}", self.log()));
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let url = first.split("http://").nth(1).unwrap();
        let address = url.strip_suffix("/mcp").unwrap().parse().unwrap();
        Process { child, address, client: Client::new() }
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.control("log")).unwrap_or_default()
    }

    pub(crate) fn arm(&self, armed: bool) {
        let file = self.control("armed");
        if armed {
            std::fs::write(file, "").unwrap();
        } else {
            let _ = std::fs::remove_file(file);
        }
    }

    /// Lets the disk fail in a way, or not.
    pub(crate) fn fail(&self, mode: Option<&str>) {
        std::fs::write(self.control("mode"), mode.unwrap_or("no")).unwrap();
    }

    pub(crate) async fn run(&self, arguments: &[&str]) -> Output {
        let child = self.command(arguments).spawn().unwrap();
        timeout(PATIENCE, child.wait_with_output()).await.unwrap().unwrap()
    }

    /// The whole log, verified.
    pub(crate) async fn audit(&self) -> Vec<Value> {
        let verified = self.run(&["audit", "verify"]).await;
        let said = format!(
            "{}{}",
            String::from_utf8_lossy(&verified.stdout),
            String::from_utf8_lossy(&verified.stderr)
        );
        assert!(verified.status.success(), "{said}\n{}", self.log());
        let exported = self.run(&["audit", "export"]).await;
        assert!(exported.status.success(), "{}", String::from_utf8_lossy(&exported.stderr));
        let text = String::from_utf8(exported.stdout).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Whether a function that takes its time has begun.
    pub(crate) fn has_begun(&self) -> bool {
        self.data().join("begun").exists()
    }

    /// Names of effects and the calls that had them: lines of the file.
    pub(crate) fn lines(&self) -> Vec<(String, String)> {
        let text = std::fs::read_to_string(self.data().join("effects.txt")).unwrap_or_default();
        // A line without its end is an effect that didn't become whole.
        let pair = |line: &str| {
            let (name, call_id) = line.strip_suffix('.')?.split_once(' ')?;
            Some((name.to_owned(), call_id.to_owned()))
        };
        text.lines().filter_map(pair).collect()
    }

    /// The same: rows of the database.
    pub(crate) fn rows(&self) -> Vec<(String, String)> {
        let database = rusqlite::Connection::open(self.data().join("effects.db")).unwrap();
        let mut query = database.prepare("SELECT name, call_id FROM effects").unwrap();
        let rows = query.query_map((), |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect()
    }
}

impl Process {
    /// A call under a key, by a client that makes it again where a busy machine took longer than a
    /// call waits for its record, and for nothing else. Nothing where the process didn't answer.
    pub(crate) async fn call(&self, tool: &str, key: &str, arguments: &Value) -> Option<Answer> {
        for _ in 1..ATTEMPTS {
            let answer = self.call_once(tool, key, arguments).await?;
            if !answer.is_unrecorded() {
                return Some(answer);
            }
            // The pause that it asks for, on the clock of the other process.
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        self.call_once(tool, key, arguments).await
    }

    async fn call_once(&self, tool: &str, key: &str, arguments: &Value) -> Option<Answer> {
        let request = self
            .client
            .post(format!("http://{}/mcp", self.address))
            .header("accept", "application/json, text/event-stream")
            .header("content-type", "application/json")
            .header("mcp-protocol-version", "2026-07-28")
            .header("mcp-method", "tools/call")
            .header("mcp-name", tool)
            .header(KEY, key)
            .body(call_message(tool, arguments).to_string());
        let answered = async {
            let response = request.send().await.ok()?;
            let status = response.status();
            let text = response.text().await.ok()?;
            assert_eq!(status, StatusCode::OK, "{text}");
            let mut answer: Value = serde_json::from_str(&text).ok()?;
            let mut result = answer["result"].take();
            let meta = result.as_object_mut()?.remove("_meta").unwrap_or_default();
            Some(Answer { result, meta })
        };
        timeout(PATIENCE, answered).await.expect("no call hangs")
    }

    pub(crate) async fn named(&self, tool: &str, name: &str) -> Option<Answer> {
        self.call(tool, &format!("key-{name}"), &json!({ "name": name })).await
    }

    /// The same by a client that takes whatever comes.
    pub(crate) async fn named_once(&self, tool: &str, name: &str) -> Option<Answer> {
        self.call_once(tool, &format!("key-{name}"), &json!({ "name": name })).await
    }

    pub(crate) async fn readiness(&self) -> (StatusCode, String) {
        let url = format!("http://{}/readyz", self.address);
        let response = self.client.get(url).send().await.unwrap();
        (response.status(), response.text().await.unwrap())
    }

    /// Kills it, if it is still there.
    pub(crate) async fn kill(mut self) {
        let _ = self.child.start_kill();
        timeout(PATIENCE, self.child.wait()).await.unwrap().unwrap();
    }

    /// Lets it end by itself.
    pub(crate) async fn stop(mut self) {
        let pid = i32::try_from(self.child.id().unwrap()).unwrap();
        let pid = rustix::process::Pid::from_raw(pid).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        let status = timeout(PATIENCE, self.child.wait()).await.unwrap().unwrap();
        assert!(status.success(), "{status}");
    }

    /// Whether it has died, or is about to: a moment is given to what it does after its answers.
    pub(crate) async fn has_died(&mut self) -> bool {
        let moment = Duration::from_millis(500);
        timeout(moment, self.child.wait()).await.is_ok()
    }
}

/// The faults, compiled once.
fn shim() -> &'static Path {
    static SHIM: OnceLock<PathBuf> = OnceLock::new();
    SHIM.get_or_init(|| {
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/faults/faults.c");
        let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap().keep();
        let library = directory.join("faults.so");
        let made = std::process::Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .args([library.as_os_str(), source.as_ref()])
            .status();
        assert!(made.is_ok_and(|status| status.success()), "cc can't compile {source}");
        library
    })
}

/// How often each name occurs.
pub(crate) fn counted(effects: &[(String, String)]) -> BTreeMap<&str, usize> {
    effects.iter().fold(BTreeMap::new(), |mut counts, (name, _)| {
        *counts.entry(name.as_str()).or_default() += 1;
        counts
    })
}
