//! A conversation with rust-analyzer, in the Language Server Protocol.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

use crate::process::Guard;

/// For the first build of what the project depends on.
const START: Duration = Duration::from_mins(10);
/// For one answer.
const ANSWER: Duration = Duration::from_mins(1);
/// Before a question that the server dropped, because it was still reading, is asked again.
const PAUSE: Duration = Duration::from_millis(200);
/// "The content was modified", and "the request was cancelled": ask again.
const AGAIN: [i64; 2] = [-32801, -32802];

pub(super) struct Session {
    _server: Guard,
    stdin: ChildStdin,
    messages: Receiver<Value>,
    document: String,
    version: u64,
    asked: u64,
}

/// A text and the place in it that a question is about.
pub(super) struct At {
    pub(super) text: String,
    /// In bytes from the beginning.
    pub(super) caret: usize,
}

impl Session {
    /// Opens the project's `src/main.rs`, and waits until the server knows all of it.
    pub(super) fn start(project: &Path, target: &Path) -> Result<Self> {
        println!("starting rust-analyzer");
        let mut command = Command::new("rust-analyzer");
        command.current_dir(project).env("CARGO_TARGET_DIR", target);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = Guard(command.spawn().context("rust-analyzer can't be run")?);
        let stdin = server.0.stdin.take().context("rust-analyzer has no stdin")?;
        let stdout = server.0.stdout.take().context("rust-analyzer has no stdout")?;
        let root = format!("file://{}", project.display());
        let document = format!("{root}/src/main.rs");
        let mut session = Self {
            _server: server,
            stdin,
            messages: listen(stdout),
            document,
            version: 1,
            asked: 0,
        };
        session.ask("initialize", &initialize(&root))?;
        session.tell("initialized", &json!({}))?;
        let text = crate::workspace::read(&project.join("src/main.rs"))?;
        let (uri, version) = (&session.document, session.version);
        let document =
            json!({ "uri": uri, "languageId": "rust", "version": version, "text": text });
        session.tell("textDocument/didOpen", &json!({ "textDocument": document }))?;
        session.wait_until_quiet()?;
        Ok(session)
    }

    /// Asks about a place in a changed text.
    pub(super) fn about(&mut self, method: &str, at: &At) -> Result<Value> {
        self.version += 1;
        let document = json!({ "uri": self.document, "version": self.version });
        let changes = json!([{ "text": at.text }]);
        let change = json!({ "textDocument": document, "contentChanges": changes });
        self.tell("textDocument/didChange", &change)?;
        let before = &at.text[..at.caret];
        let line = before.matches('\n').count();
        let character = at.caret - before.rfind('\n').map_or(0, |newline| newline + 1);
        let position = json!({ "line": line, "character": character });
        let document = json!({ "uri": self.document });
        self.ask(method, &json!({ "textDocument": document, "position": position }))
    }

    fn ask(&mut self, method: &str, params: &Value) -> Result<Value> {
        let deadline = Instant::now() + ANSWER;
        while Instant::now() < deadline {
            self.asked += 1;
            let id = self.asked;
            self.send(&json!({ "id": id, "method": method, "params": params }))?;
            let answer = loop {
                let message = self.next(deadline)?;
                if message["id"] == id && message.get("method").is_none() {
                    break message;
                }
            };
            let Some(error) = answer.get("error") else { return Ok(answer["result"].clone()) };
            let code = error["code"].as_i64().unwrap_or_default();
            ensure!(AGAIN.contains(&code), "{method} failed: {error}");
            thread::sleep(PAUSE);
        }
        bail!("{method} was not answered")
    }

    fn tell(&mut self, method: &str, params: &Value) -> Result<()> {
        self.send(&json!({ "method": method, "params": params }))
    }

    fn send(&mut self, message: &Value) -> Result<()> {
        let mut message = message.clone();
        message["jsonrpc"] = "2.0".into();
        let body = message.to_string();
        write!(self.stdin, "Content-Length: {}\r\n\r\n{body}", body.len())?;
        self.stdin.flush().context("rust-analyzer doesn't listen any more")
    }

    fn wait_until_quiet(&mut self) -> Result<()> {
        let deadline = Instant::now() + START;
        loop {
            let message = self.next(deadline)?;
            if message["method"] == "experimental/serverStatus" {
                let status = &message["params"];
                ensure!(status["health"] != "error", "rust-analyzer: {}", status["message"]);
                if status["quiescent"] == true {
                    return Ok(());
                }
            }
        }
    }

    /// The next message; the server's own questions get an empty answer.
    fn next(&mut self, deadline: Instant) -> Result<Value> {
        let left = deadline.saturating_duration_since(Instant::now());
        let message = self.messages.recv_timeout(left).context("rust-analyzer says nothing")?;
        if message.get("method").is_some() && message.get("id").is_some() {
            self.send(&json!({ "id": message["id"], "result": null }))?;
        }
        Ok(message)
    }
}

fn initialize(root: &str) -> Value {
    let documentation = json!(["markdown"]);
    json!({
        "processId": null,
        "rootUri": root,
        "capabilities": {
            "experimental": { "serverStatusNotification": true },
            "general": { "positionEncodings": ["utf-8"] },
            "textDocument": {
                "completion": { "completionItem": { "documentationFormat": documentation } },
                "hover": { "contentFormat": documentation },
            },
        },
        "initializationOptions": { "checkOnSave": false, "cachePriming": { "enable": false } },
    })
}

/// What the server says, message by message, until it says no more.
fn listen(stdout: ChildStdout) -> Receiver<Value> {
    let (sender, receiver) = sync_channel(100);
    thread::spawn(move || {
        let mut stdout = BufReader::new(stdout);
        while let Some(message) = message(&mut stdout) {
            if sender.send(message).is_err() {
                break;
            }
        }
    });
    receiver
}

fn message(stdout: &mut BufReader<ChildStdout>) -> Option<Value> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if stdout.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line.trim().is_empty() {
            break;
        }
        if let Some(number) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = number.trim().parse().ok();
        }
    }
    let mut body = vec![0; length?];
    stdout.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
