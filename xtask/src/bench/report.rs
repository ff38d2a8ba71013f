//! Everything that is measured, as tables: on stdout, and as docs/performance.md.

use std::fmt::Write as _;

use anyhow::{Result, bail};

use super::callgrind::Callgrind;
use super::programs::Programs;
use super::{http, in_process, lists, machine, memory, stdio, throughput};
use crate::workspace::{Workspace, write};

const HEAD: &str = "\
# What it costs

<!-- Written by `cargo xtask bench --write`: nothing here was not run. -->

Every server has the same tool: three arguments, and about 400 bytes of structured result, which the
answer holds as text too. The protocol is 2026-07-28, answers are JSON, connections stay open and
have `TCP_NODELAY`; programs are compiled in release, and log nothing. The *usual policies* are a
scope, rules for arguments, a rate limit, a timeout, audit in memory and metrics. The peers are in
`tests/bench/peers/`, with their own lock file.
";

struct Part {
    name: &'static str,
    title: &'static str,
    method: &'static str,
}

/// In the order of the report.
const PARTS: [Part; 6] = [
    Part {
        name: "http",
        title: "A call over HTTP",
        method: "Instructions and allocations of the server for each request, on one thread. \
                 callgrind counts 400 and then 800 requests of one connection, and the difference \
                 is divided by 400; two runs differ by less than 1 %. Allocations are calls of \
                 `malloc`, `calloc`, `realloc` and their kind. valgrind simulates no SHA extensions: \
                 what hashes costs less on a processor that has them.",
    },
    Part {
        name: "throughput",
        title: "Throughput and latency",
        method: "All servers run, with two threads each, and one after the other is loaded for a \
                 second, seven rounds long; each number is the median of the rounds, and ratios are \
                 of the same round. The client is a process with one thread that shares the \
                 processors with the server: compare the ratios, not the requests.",
    },
    Part {
        name: "calls",
        title: "A call in process, and each policy",
        method: "`App::request` on one thread. The bare call has no policy and does not count \
                 making its arguments. Each line with a plus is what it costs above the same call \
                 without it. Instructions and allocations are counted as above, with 500 calls; the \
                 time is the median of batches of 8 calls, and is noisy where it is small.",
    },
    Part {
        name: "stdio",
        title: "A round trip over stdio",
        method: "One request, one answer, 20,000 times; the medians of five rounds in turns.",
    },
    Part {
        name: "lists",
        title: "With many tools",
        method: "`tools/list` and a call, on one thread and one connection.",
    },
    Part {
        name: "memory",
        title: "Memory",
        method: "Resident memory of the server with two threads: after its first call, and what \
                 500 connections and 500 calls that wait in their tool add to it, each.",
    },
];

/// The names of the parts, for people.
fn parts() -> String {
    PARTS.map(|part| part.name).join(", ")
}

/// Measures the parts that are named, or all of them; these can be written down.
pub(crate) fn run(workspace: &Workspace, named: &[&str], written: bool) -> Result<()> {
    if let Some(unknown) = named.iter().find(|name| PARTS.iter().all(|part| part.name != **name)) {
        bail!("there is no part `{unknown}` of the benchmark, but {}", parts());
    }
    let callgrind = Callgrind::find(workspace)?;
    let programs = Programs::build(workspace)?;
    let mut report = HEAD.to_owned();
    report.push_str("\nTaken on:\n\n");
    for line in machine::lines() {
        writeln!(report, "- {line}")?;
    }
    for part in PARTS.iter().filter(|part| named.is_empty() || named.contains(&part.name)) {
        println!("measuring {}", part.name);
        let tables = measure(part.name, &callgrind, &programs)?;
        println!("\n{tables}");
        write!(report, "\n## {}\n\n{}\n\n{tables}", part.title, wrapped(part.method))?;
    }
    if written {
        write(&workspace.root.join("docs/performance.md"), &report)?;
    }
    Ok(())
}

fn measure(part: &str, callgrind: &Callgrind, programs: &Programs) -> Result<String> {
    Ok(match part {
        "http" => http::table(callgrind, programs)?.to_string(),
        "calls" => in_process::table(callgrind, &programs.ours)?.to_string(),
        "stdio" => stdio::table(programs)?.to_string(),
        "lists" => lists::table(callgrind, programs)?.to_string(),
        "memory" => memory::table(programs)?.to_string(),
        _ => {
            let tables = throughput::tables(programs)?.into_iter();
            let tables = tables.map(|(connections, table)| match connections {
                1 => format!("With one connection:\n\n{table}"),
                _ => format!("With {connections} connections:\n\n{table}"),
            });
            tables.collect::<Vec<_>>().join("\n")
        }
    })
}

/// Lines of at most a hundred characters.
fn wrapped(text: &str) -> String {
    let mut lines = String::new();
    let mut length = 0;
    for word in text.split_whitespace() {
        let wide = word.chars().count();
        if length > 0 && length + 1 + wide > 100 {
            lines.push('\n');
            length = 0;
        } else if length > 0 {
            lines.push(' ');
            length += 1;
        }
        lines.push_str(word);
        length += wide;
    }
    lines
}
