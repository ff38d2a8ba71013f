//! The documents tell the truth: the commands of README.md run and print what it shows, the
//! commands that a server prints work when they are pasted, defaults are the real ones, and
//! every path leads somewhere.
//!
//! In README.md
//! - a `console` block is commands after `$ `, each with what it prints to stdout; `…` at the end
//!   of a line stands for the rest of it, and `echo $?` is the exit code of the command before;
//! - a `json` block below a comment `<!-- text of: … -->` is the text that this call answers.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, ErrorKind, Read, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// How `README.md` calls the example: its reader has built nothing yet.
const PROGRAM: &str = "cargo run -q -p invoices --";
/// For anything but a build.
const PATIENCE: Duration = Duration::from_secs(30);
const BUILD_PATIENCE: Duration = Duration::from_mins(15);
const POLL: Duration = Duration::from_millis(10);

#[test]
fn commands_print_what_the_readme_shows() {
    let place = TempDir::new().unwrap();
    let mut shown = 0;
    for block in blocks(&readme()).iter().filter(|block| block.kind == "console") {
        let mut code = 0;
        for (command, expected) in commands(block) {
            let printed = if command == "echo $?" {
                format!("{code}\n")
            } else {
                let output = run(invoices(&command, &place), PATIENCE);
                code = output.code;
                output.stdout
            };
            if let Err(difference) = same(&expected, &printed) {
                panic!("README.md shows another output of `{command}`: {difference}\n{printed}");
            }
            shown += 1;
        }
    }
    assert!(shown > 0, "README.md shows no command");
}

#[test]
fn a_model_reads_what_the_readme_shows() {
    let place = TempDir::new().unwrap();
    let mut shown = 0;
    for block in blocks(&readme()).iter().filter(|block| block.kind == "json") {
        let comment = block.above.strip_prefix("<!-- text of: ");
        let Some(command) = comment.and_then(|rest| rest.strip_suffix(" -->")) else { continue };
        let output = run(invoices(&format!("{PROGRAM} {command}"), &place), PATIENCE);
        let result: Value = serde_json::from_str(&output.stdout).unwrap();
        let text = result["content"][0]["text"].as_str().unwrap();
        let text: Value = serde_json::from_str(text).unwrap();
        let expected: Value = serde_json::from_str(&block.lines.join("\n")).unwrap();
        assert_eq!(text, expected, "README.md shows another answer to `{command}`");
        shown += 1;
    }
    assert!(shown > 0, "README.md shows no answer");
}

#[test]
fn the_commands_that_a_server_prints_can_be_pasted() {
    let place = TempDir::new().unwrap();
    let mut serve = invoices(&format!("{PROGRAM} --http 127.0.0.1:0"), &place);
    let mut server = Guard::spawn(serve.stdout(Stdio::piped()).stderr(Stdio::null()));
    let banner = banner(&mut server);
    let url = banner.split_whitespace().find(|word| word.starts_with("http://")).unwrap();

    let curl = words(command_in(&banner, "curl "));
    let body: Value = serde_json::from_str(after(&curl, "-d")).unwrap();
    assert_eq!(curl[1], url);

    let inspector = words(command_in(&banner, "npx "));
    assert_eq!(after(&inspector, "--server-url"), url);
    assert_eq!(after(&inspector, "--tool-name"), body["params"]["name"].as_str().unwrap());
    let arguments: Value = serde_json::from_str(after(&inspector, "--tool-args-json")).unwrap();
    assert_eq!(arguments, body["params"]["arguments"]);

    let answer = by_curl(&curl, &place).unwrap_or_else(|| by_hand(&curl));
    let answer: Value = serde_json::from_str(&answer).unwrap_or_else(|_| panic!("{answer}"));
    let result = &answer["result"];
    assert_eq!(result["isError"], Value::Bool(false), "{answer}");
    assert_eq!(result["structuredContent"]["number"], arguments["number"], "{answer}");
}

#[test]
fn defaults_are_those_of_the_settings() {
    let settings: BTreeMap<String, String> = rows(&document("docs/settings.md"))
        .into_iter()
        .filter_map(|row| match row.as_slice() {
            [key, _, _, default, _] => Some((key.clone(), default.clone())),
            _ => None,
        })
        .collect();
    let mut stated = 0;
    for row in rows(&readme()) {
        let [what, key, default, _] = row.as_slice() else { continue };
        let Some(real) = settings.get(key) else { continue };
        assert_eq!(default.replace('`', ""), real.replace('`', ""), "{what}: {key}");
        stated += 1;
    }
    assert!(stated > 5, "README.md states the defaults of {stated} settings");
}

#[test]
fn every_chore_that_is_named_exists() {
    let help = document("xtask/src/main.rs");
    for page in ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"] {
        for (at, before) in document(page).match_indices("cargo xtask ") {
            let text = document(page);
            let rest = &text[at + before.len()..];
            let end = rest.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(rest.len());
            let chore = &rest[..end];
            assert!(help.contains(&format!("\n  {chore} ")), "{page}: `cargo xtask {chore}`");
        }
    }
}

#[test]
fn links_lead_somewhere() {
    for page in pages() {
        let directory = page.parent().unwrap();
        for target in links(&std::fs::read_to_string(&page).unwrap()) {
            let path = target.split('#').next().unwrap_or_default();
            let elsewhere = target.contains("://");
            let found = elsewhere || path.is_empty() || directory.join(path).exists();
            assert!(found, "{} links to {target}", page.display());
        }
    }
}

#[test]
fn paths_of_the_map_exist() {
    let map = document("ARCHITECTURE.md");
    let mut named = 0;
    for path in map.split('`').skip(1).step_by(2) {
        let is_path = path.contains('/') && !path.contains([' ', '<', '*', '(', '…', '$', '"']);
        let is_file = [".rs", ".md", "/"].iter().any(|end| path.ends_with(end));
        if !(is_path && is_file) {
            continue;
        }
        let bases = ["", "mcp-runtime/src", "mcp-macros/src", "mcp-testkit/src", "tests"];
        let found = bases.iter().any(|base| root().join(base).join(path).exists());
        assert!(found, "ARCHITECTURE.md names {path}");
        named += 1;
    }
    assert!(named > 20, "ARCHITECTURE.md names {named} paths");
}

// Documents

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn document(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn readme() -> String {
    document("README.md")
}

/// The pages that people wrote, and those that are generated.
fn pages() -> Vec<PathBuf> {
    let directories = ["", "docs", "docs/guide"].map(|directory| root().join(directory));
    let entries = directories.iter().flat_map(|directory| std::fs::read_dir(directory).unwrap());
    entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect()
}

/// A fenced block.
struct Block {
    kind: String,
    /// The last line before it that isn't empty.
    above: String,
    lines: Vec<String>,
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut above = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(kind) = line.strip_prefix("```") {
            let inside = lines.by_ref().take_while(|line| *line != "```");
            let lines = inside.map(str::to_owned).collect();
            blocks.push(Block { kind: kind.to_owned(), above: above.clone(), lines });
        } else if !line.is_empty() {
            line.clone_into(&mut above);
        }
    }
    blocks
}

/// The commands of a `console` block, each with the lines that it prints.
fn commands(block: &Block) -> Vec<(String, Vec<String>)> {
    let mut commands: Vec<(String, Vec<String>)> = Vec::new();
    for line in &block.lines {
        match (line.strip_prefix("$ "), commands.last_mut()) {
            (Some(command), _) => commands.push((command.to_owned(), Vec::new())),
            (None, Some((_, printed))) => printed.push(line.clone()),
            (None, None) => panic!("README.md shows output without a command: {line}"),
        }
    }
    commands
}

fn same(expected: &[String], printed: &str) -> Result<(), String> {
    let printed: Vec<&str> = printed.lines().collect();
    if expected.len() != printed.len() {
        return Err(format!("{} lines, not {}", printed.len(), expected.len()));
    }
    for (expected, printed) in expected.iter().zip(printed) {
        let fits = match expected.strip_suffix('…') {
            Some(start) => printed.starts_with(start),
            None => expected == printed,
        };
        if !fits {
            return Err(format!("not `{expected}`"));
        }
    }
    Ok(())
}

/// The rows of all tables, the code marks of their first two cells taken off.
fn rows(text: &str) -> Vec<Vec<String>> {
    let rows = text.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    rows.map(|row| {
        let cells = row.split(" | ").enumerate();
        cells
            .map(|(at, cell)| if at < 2 { cell.trim_matches('`') } else { cell }.trim().to_owned())
            .collect()
    })
    .collect()
}

fn links(text: &str) -> Vec<&str> {
    text.match_indices("](")
        .filter_map(|(at, mark)| text[at + mark.len()..].split(')').next())
        .collect()
}

// Commands

/// A command of `README.md`, on a ledger of its own.
fn invoices(command: &str, place: &TempDir) -> Command {
    let arguments = command
        .strip_prefix(PROGRAM)
        .unwrap_or_else(|| panic!("this test runs `{PROGRAM} …` only, not `{command}`"));
    let mut invoices = Command::new(program());
    invoices
        .args(words(arguments))
        .current_dir(place.path())
        .env("INVOICES_DB", place.path().join("ledger.db"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("MCP_RUNTIME_") {
            invoices.env_remove(name);
        }
    }
    invoices
}

/// The example's binary, built as `cargo run` would.
fn program() -> &'static Path {
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

/// The words of a command line: single quotes, backslashes, nothing else of a shell.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), None::<String>, false);
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match character {
            '\'' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            '\\' if !quoted => match characters.next() {
                Some('\n') | None => {}
                Some(escaped) => word.get_or_insert_default().push(escaped),
            },
            space if space.is_whitespace() && !quoted => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    assert!(!quoted, "a quote is open: {line}");
    words.extend(word);
    words
}

/// The word that follows an option.
fn after<'a>(words: &'a [String], option: &str) -> &'a str {
    let at = words.iter().position(|word| word == option);
    at.and_then(|at| words.get(at + 1)).unwrap_or_else(|| panic!("no {option} in {words:?}"))
}

/// A command of several lines in what a server printed.
fn command_in<'a>(banner: &'a str, start: &str) -> &'a str {
    let at = banner.find(start).unwrap_or_else(|| panic!("no {start}in {banner}"));
    let mut end = at;
    for line in banner[at..].split_inclusive('\n') {
        end += line.len();
        if !line.trim_end().ends_with('\\') {
            break;
        }
    }
    &banner[at..end]
}

fn by_curl(words: &[String], place: &TempDir) -> Option<String> {
    let mut asked = Command::new("curl");
    asked.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if asked.status().is_err_and(|error| error.kind() == ErrorKind::NotFound) {
        return None;
    }
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--max-time", "20"])
        .args(&words[1..])
        .current_dir(place.path());
    let output = run(curl, PATIENCE);
    assert_eq!(output.code, 0, "curl: {}", output.stderr);
    Some(output.stdout)
}

/// What curl would send, for a machine that lacks it.
fn by_hand(words: &[String]) -> String {
    let (host, path) = words[1].strip_prefix("http://").unwrap().split_once('/').unwrap();
    let body = after(words, "-d");
    let headers = words.windows(2).filter(|pair| pair[0] == "-H").map(|pair| pair[1].as_str());
    let request = [
        &format!("POST /{path} HTTP/1.1"),
        &format!("Host: {host}"),
        &format!("Content-Length: {}", body.len()),
        "Connection: close",
    ]
    .into_iter()
    .chain(headers)
    .chain(["", body])
    .collect::<Vec<_>>()
    .join("\r\n");
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

// Processes

/// Kills its process when dropped.
struct Guard(Child);

impl Guard {
    fn spawn(command: &mut Command) -> Self {
        let child = command.stdin(Stdio::null()).spawn();
        Self(child.unwrap_or_else(|error| panic!("{command:?}: {error}")))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // Both fail only for a process that has ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

struct Output {
    code: i32,
    stdout: String,
    stderr: String,
}

/// Runs a command to its end, at most for so long.
fn run(mut command: Command, patience: Duration) -> Output {
    let mut guard = Guard::spawn(command.stdout(Stdio::piped()).stderr(Stdio::piped()));
    let stdout = collect(guard.0.stdout.take());
    let stderr = collect(guard.0.stderr.take());
    let deadline = Instant::now() + patience;
    let status = loop {
        if let Some(status) = guard.0.try_wait().unwrap() {
            break status;
        }
        assert!(Instant::now() < deadline, "{command:?} doesn't end");
        std::thread::sleep(POLL);
    };
    let text = |pipe: Receiver<String>| pipe.recv_timeout(PATIENCE).unwrap();
    Output { code: status.code().unwrap_or(-1), stdout: text(stdout), stderr: text(stderr) }
}

/// Reads a pipe to its end, beside the process that fills it.
fn collect(pipe: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut text = Vec::new();
        let read = pipe.map(|mut pipe| pipe.read_to_end(&mut text));
        drop(read);
        sender.send(String::from_utf8_lossy(&text).into_owned())
    });
    receiver
}

/// What a server prints as it begins to listen, to the end of its curl command.
fn banner(server: &mut Guard) -> String {
    let (sender, lines) = channel();
    let stdout = BufReader::new(server.0.stdout.take().unwrap());
    std::thread::spawn(move || {
        for line in stdout.lines().map_while(Result::ok) {
            // The test may have seen enough; the server prints on.
            let _ = sender.send(line);
        }
    });
    let deadline = Instant::now() + PATIENCE;
    let mut banner = String::new();
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let line = lines.recv_timeout(left);
        let line = line.unwrap_or_else(|_| panic!("the server printed only:\n{banner}"));
        banner += &line;
        banner.push('\n');
        if line.trim_start().starts_with("-d ") {
            return banner;
        }
    }
}
