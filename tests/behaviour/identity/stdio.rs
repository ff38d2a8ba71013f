//! The truth table over stdio, where who calls is configuration.

use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use super::client::MODERN;
use super::table::{Fate, TABLE, TOOLS, arguments, keys, listed, missing, shown};
use crate::support::PATIENCE;

fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_identity-fixture"));
    command.arg("--stdio").kill_on_drop(true).current_dir(env!("CARGO_TARGET_TMPDIR"));
    command.env("MCP_RUNTIME_STORE", "memory");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

struct Stdin {
    _child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Stdin {
    fn of(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { _child: child, input, output }
    }

    async fn ask(&mut self, method: &str, mut params: Value) -> Value {
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": MODERN,
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        let message = json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params });
        self.input.write_all(format!("{message}\n").as_bytes()).await.unwrap();
        let line = timeout(PATIENCE, self.output.next_line()).await.unwrap().unwrap().unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

async fn follows_the_table(mut server: Stdin, id: &str, fates: &[Fate; 5]) {
    let list = server.ask("tools/list", json!({})).await;
    assert_eq!(listed(&list["result"]["tools"]), shown(*fates), "{id}");
    assert_eq!(list["result"]["cacheScope"], "private", "{id}");
    for (tool, fate) in TOOLS.iter().zip(fates) {
        let params = json!({ "name": tool, "arguments": arguments(tool) });
        let answer = server.ask("tools/call", params).await;
        let error = &answer["result"]["_meta"]["mcp-runtime/error"];
        match fate {
            Fate::Done => assert_eq!(answer["result"]["isError"], false, "{id} {tool}: {answer}"),
            Fate::Hidden | Fate::Row => {
                assert_eq!(error["code"], "insufficient_scope", "{id} {tool}: {answer}");
                assert_eq!(error["details"]["missing"], json!(missing(id, tool, *fate)));
            }
        }
    }
}

#[tokio::test]
async fn by_scopes_in_the_settings() {
    for (id, scopes, fates) in TABLE {
        let mut command = command();
        command.env("MCP_RUNTIME_STDIO_PRINCIPAL", id);
        command.env("MCP_RUNTIME_STDIO_SCOPES", scopes.join(", "));
        follows_the_table(Stdin::of(command), id, fates).await;
    }
}

#[tokio::test]
async fn by_a_key() {
    let directory = tempfile::tempdir().unwrap();
    let (file, keys) = keys(&directory);
    for (id, _, fates) in TABLE {
        let mut command = command();
        command.env("MCP_RUNTIME_AUTH_KEYS", &file).env("MCP_RUNTIME_STDIO_KEY", &keys[*id]);
        follows_the_table(Stdin::of(command), id, fates).await;
    }
}

#[tokio::test]
async fn nobody_in_particular_is_nobody_where_callers_are_authenticated() {
    let directory = tempfile::tempdir().unwrap();
    let (file, keys) = keys(&directory);
    let forged = format!("{}x", &keys["reader"][..keys["reader"].len() - 1]);
    for (key, names) in [(None, "`stdio.key`"), (Some(forged), "stdio.key")] {
        let mut command = command();
        command.env("MCP_RUNTIME_AUTH_KEYS", &file);
        command.envs(key.as_ref().map(|key| ("MCP_RUNTIME_STDIO_KEY", key)));
        let ended = timeout(PATIENCE, command.stdin(Stdio::null()).output()).await;
        let ended = ended.unwrap().unwrap();
        let log = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(1), "{log}");
        assert!(log.contains(names), "{log}");
        assert!(key.is_none_or(|key| !log.contains(&key)), "{log}");
    }
}

#[tokio::test]
async fn a_key_that_is_taken_out_of_its_file_stops_working() {
    let directory = tempfile::tempdir().unwrap();
    let (file, keys) = keys(&directory);
    let mut command = command();
    command.env("MCP_RUNTIME_AUTH_KEYS", &file).env("MCP_RUNTIME_STDIO_KEY", &keys["reader"]);
    let mut server = Stdin::of(command);
    assert!(server.ask("tools/list", json!({})).await["result"].is_object());

    std::fs::write(&file, "").unwrap();
    let refused = async {
        loop {
            let answer = server.ask("tools/list", json!({})).await;
            if answer["error"].is_object() {
                return answer;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    let refused = timeout(PATIENCE, refused).await.unwrap();
    assert_eq!(refused["error"]["code"], 401, "{refused}");
    assert_eq!(refused["error"]["data"]["code"], "unauthenticated", "{refused}");
    for tool in ["open", "plain", "nowhere"] {
        let answer = server.ask("tools/call", json!({ "name": tool, "arguments": {} })).await;
        assert_eq!(answer["error"], refused["error"], "{tool}");
    }
}

#[tokio::test]
async fn a_slip_in_the_scopes_of_the_settings_is_noticed() {
    let mut command = command();
    command.env("MCP_RUNTIME_STDIO_SCOPES", "read:invoice");
    let ended = timeout(PATIENCE, command.stdin(Stdio::null()).output()).await;
    let log = String::from_utf8(ended.unwrap().unwrap().stderr).unwrap();
    assert!(log.contains("`stdio.scopes`: no tool here asks for `read:invoice`; did you"), "{log}");
}
