//! The command line of every server, and its settings.

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::time::timeout;

use crate::process::{HttpServer, command, output};
use crate::support::{PATIENCE, begin_call, call_message, read_all};

#[tokio::test]
async fn the_command_line_tells_its_outcome_by_exit_code() {
    for (arguments, code) in [
        (&["call", "quick"][..], 0),
        (&["call", "quick", "{}"], 0),
        (&["call", "panics"], 3),
        (&["call", "forget", r#"{"what":"me"}"#], 3),
        (&["call", "forget", r#"{"what":"me"}"#, "--yes"], 0),
        (&["call", "quick", r#"{"a":1}"#], 3),
        (&["call", "quick", "{"], 2),
        (&["call", "quick", "[]"], 2),
        (&["call", "quick", r#"{"a":1,"a":2}"#], 2),
        (&["call", "quack"], 2),
        (&["fly"], 2),
        (&["--stdio", "--http", "127.0.0.1:0"], 2),
        (&["list"], 0),
        (&["check"], 0),
        (&["check", "--config", "absent.toml"], 1),
        (&["manifest"], 0),
        (&["manifest", "--format", "pdf"], 2),
        (&["manifest", "--output", "absent/manifest.json"], 1),
    ] {
        let output = output(&mut command(arguments)).await;
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {error}");
        let printed = String::from_utf8(output.stdout).unwrap();
        if arguments[0] == "call" && code != 2 {
            let result: Value = serde_json::from_str(&printed).unwrap();
            assert_eq!(result["isError"], json!(code == 3), "{arguments:?}");
        } else if code != 0 {
            assert_eq!(printed, "", "{arguments:?}");
        }
    }
}

#[tokio::test]
async fn arguments_that_are_no_object_are_told_what_one_looks_like() {
    for (arguments, told) in [
        ("[]", r#"not one JSON object, such as '{"name": "Anna"}'"#),
        ("what=me", r#"not one JSON object, such as '{"name": "Anna"}'"#),
        (r#"{"a":1,"a":2}"#, "not one JSON object: "),
    ] {
        let output = output(&mut command(&["call", "quick", arguments])).await;
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains(told), "{arguments}: {error}");
    }
}

#[tokio::test]
async fn the_command_line_shows_what_it_asks_for() {
    let output = output(&mut command(&["call", "forget", r#"{"what":"the milk"}"#])).await;
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("what: \"the milk\"\n\nTo confirm it, add --yes."), "{error}");
    let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(printed["_meta"]["mcp-runtime/error"]["code"], "confirmation_required");
}

#[tokio::test]
async fn a_key_file_that_is_none_is_an_error_at_start() {
    let refused =
        output(command(&["check"]).env("MCP_RUNTIME_CONFIRMATION_KEY_FILE", "/nowhere/key")).await;
    assert_eq!(refused.status.code(), Some(1));
    let message = String::from_utf8(refused.stderr).unwrap();
    assert!(message.contains("`confirmation.key_file` /nowhere/key: "), "{message}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_key_that_everyone_may_read_is_worth_a_word() {
    use std::os::unix::fs::PermissionsExt;

    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("confirmation.key");
    std::fs::write(&file, [7; 32]).unwrap();
    for (mode, warned) in [(0o600, false), (0o644, true)] {
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        let mut call = command(&["call", "quick"]);
        let called = output(call.env("MCP_RUNTIME_CONFIRMATION_KEY_FILE", &file)).await;
        assert!(called.status.success());
        let log = String::from_utf8(called.stderr).unwrap();
        assert_eq!(log.contains("everyone on this machine may read"), warned, "{mode:o}: {log}");
    }
}

#[tokio::test]
async fn the_sdk_prints_no_messages_unless_it_is_named() {
    for (log, printed) in [("trace", false), ("info,rmcp=trace", true)] {
        let mut command = command(&["--stdio"]);
        let mut child = command.env("MCP_RUNTIME_LOG", log).spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        let call = call_message("forget", &json!({ "what": "s3cret" }));
        input.write_all(format!("{call}\n").as_bytes()).await.unwrap();
        let mut answer = BufReader::new(child.stdout.take().unwrap()).lines();
        timeout(PATIENCE, answer.next_line()).await.unwrap().unwrap().unwrap();
        drop(input);
        let mut log = String::new();
        let read = child.stderr.as_mut().unwrap().read_to_string(&mut log);
        timeout(PATIENCE, read).await.unwrap().unwrap();
        assert!(log.contains("confirmation_required"), "{log}");
        assert_eq!(log.contains("s3cret"), printed, "{log}");
    }
}

#[tokio::test]
async fn the_manifest_is_printed_or_written_with_the_settings_applied() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("mcp.toml"), "[tools.slow]\ntimeout = \"90s\"\n").unwrap();
    for (format, expected) in [
        ("json", "\"timeout_ms\": 90000"),
        ("md", "| timeout | 90s |"),
        ("html", "<!doctype html>"),
        ("openapi", "\"openapi\": \"3.1"),
    ] {
        let manifest = |more: &[&str]| {
            let mut command = command(&[&["manifest", "--format", format], more].concat());
            command.current_dir(directory.path());
            command
        };
        let printed = output(&mut manifest(&[])).await;
        let text = String::from_utf8(printed.stdout).unwrap();
        assert!(text.contains(expected), "{format}: {text}");

        let path = directory.path().join("written");
        std::fs::write(&path, "what was there").unwrap();
        let quiet = output(&mut manifest(&["--output", "written"])).await;
        assert_eq!(quiet.stdout, b"");
        assert_eq!(std::fs::read_to_string(path).unwrap(), text);
    }
}

#[tokio::test]
async fn an_unknown_setting_names_the_nearest() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("mcp.toml"), "graze = \"1s\"\n").unwrap();
    let refused = output(command(&["check"]).current_dir(directory.path())).await;
    assert_eq!(refused.status.code(), Some(1));
    let message = String::from_utf8(refused.stderr).unwrap();
    assert!(message.contains("unknown setting `graze`; did you mean `grace`?"), "{message}");

    let refused = output(command(&["check"]).env("MCP_RUNTIME_HTTP_ADRESS", "x")).await;
    let message = String::from_utf8(refused.stderr).unwrap();
    assert!(message.contains("did you mean `MCP_RUNTIME_HTTP_ADDRESS`?"), "{message}");
}

#[tokio::test]
async fn an_operator_tightens_single_tools_and_never_loosens_them() {
    let directory = tempfile::tempdir().unwrap();
    let check = async |settings: &str| {
        std::fs::write(directory.path().join("mcp.toml"), settings).unwrap();
        let output = output(command(&["check"]).current_dir(directory.path())).await;
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(check("[tools.slow]\ntimeout = \"1s\"\nrate_limit = \"1/1m\"\n").await.0, Some(0));
    for (settings, expected) in [
        ("[tools.slow]\ntimeout = \"2h\"\n", "would loosen its contract, which says 3600s"),
        ("[tools.slow]\ncache_ttl = \"1s\"\n", "has nothing to tighten"),
        (
            "[tools.slw]\ntimeout = \"1s\"\n",
            "a tool `slw`, which this server doesn't have; did you mean `slow`?",
        ),
    ] {
        let (code, message) = check(settings).await;
        assert_eq!(code, Some(1), "{settings}");
        assert!(message.contains(expected), "{message}");
    }

    let settings = "[tools.slow]\ntimeout = \"50ms\"\n[tools.quick]\nrate_limit = \"1/1h\"\n";
    std::fs::write(directory.path().join("mcp.toml"), settings).unwrap();
    let server = HttpServer::start(|command| {
        command.current_dir(directory.path());
    })
    .await;
    let slow = read_all(begin_call(server.address, "slow", json!({ "pause": 60_000 })).await).await;
    assert!(slow.contains("took longer than 50ms"), "{slow}");
    for expected in ["quick", "rate_limited"] {
        let answer = read_all(begin_call(server.address, "quick", json!({})).await).await;
        assert!(answer.contains(expected), "{answer}");
    }
}
