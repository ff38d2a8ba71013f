//! Commands as a shell reads them, and curl.

use std::io::{ErrorKind, Read, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use mcp_testkit::Folder;

use crate::processes::{PATIENCE, run};

/// The words of a command line: quotes, backslashes outside of them, nothing else of a shell.
pub(crate) fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match character {
            '\'' | '"' if quote.is_none_or(|open| open == character) => {
                quote = quote.xor(Some(character));
                word.get_or_insert_default();
            }
            '\\' if quote.is_none() => match characters.next() {
                Some('\n') | None => {}
                Some(escaped) => word.get_or_insert_default().push(escaped),
            },
            space if space.is_whitespace() && quote.is_none() => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    assert_eq!(quote, None, "a quote is open: {line}");
    words.extend(word);
    words
}

/// The word that follows an option.
pub(crate) fn after<'a>(words: &'a [String], option: &str) -> &'a str {
    let at = words.iter().position(|word| word == option);
    at.and_then(|at| words.get(at + 1)).unwrap_or_else(|| panic!("no {option} in {words:?}"))
}

/// A command of several lines in what a server printed.
pub(crate) fn command_in<'a>(banner: &'a str, start: &str) -> &'a str {
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

pub(crate) fn by_curl(words: &[String], place: &Folder) -> Option<String> {
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

/// What curl would answer, for a machine that lacks it.
pub(crate) fn by_hand(words: &[String]) -> String {
    exchange(words).split_once("\r\n\r\n").unwrap().1.to_owned()
}

/// What comes back for what curl would send, status and headers too.
pub(crate) fn exchange(words: &[String]) -> String {
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
    answer
}
