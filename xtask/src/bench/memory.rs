//! What a server holds: idle, for a connection that is open, and for a call that runs.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use super::part::{Bench, Part, Results};
use super::programs::{Program, Programs, Running, THREADS};
use super::table::{Table, tenths};
use crate::process::Guard;
use crate::workspace::read;

const HELD: u32 = 500;

pub(super) const PART: Part = Part {
    name: "memory",
    title: "Memory",
    method: "Resident memory of the server with two threads: after its first call, and what 500 \
             connections and 500 calls that wait in their tool add to it, each.",
    minutes: 0.5,
    programs: &Program::ALL,
    ready: None,
    measure,
};

/// A title, a program, a server in it, and one whose calls take long, where there is one.
const SERVERS: [(&str, Program, &str, Option<&str>); 5] = [
    ("ours, no policy", Program::Ours, "none", Some("slow")),
    ("ours, usual policies", Program::Ours, "usual", Some("usual-slow")),
    ("rmcp by hand", Program::Sdk, "rmcp_by_hand", Some("rmcp_slow")),
    ("tower-mcp", Program::TowerMcp, "tower_mcp", None),
    ("bare axum, typed", Program::Sdk, "axum_typed", None),
];

fn measure(bench: &Bench<'_>, _: &mut Results) -> Result<String> {
    let mut table =
        Table::new(&["resident", "idle MB", "KB per open connection", "KB per running call"]);
    for (title, program, server, slow) in SERVERS {
        println!("  {title}");
        let path = bench.programs.path(program);
        let (idle, open) = held(&bench.programs, path, server, "idle")?;
        let running = slow.map(|slow| held(&bench.programs, path, slow, "running")).transpose()?;
        let running = running.map_or("-".to_owned(), |(_, each)| tenths(each));
        table.row([title.to_owned(), tenths(idle / 1024.0), tenths(open), running]);
    }
    Ok(table.to_string())
}

/// The resident memory before, and what each connection adds to it, in KB. The connections that
/// the allocator and the threads grew for were there and gone before.
fn held(programs: &Programs, program: &Path, server: &str, what: &str) -> Result<(f64, f64)> {
    let server = Running::start(Command::new(program), server, THREADS)?;
    if what == "idle" {
        server.load(Command::new(programs.client()), "call", 1, "1")?;
    }
    let before = resident(server.id())?;
    let mut holder = Command::new(programs.client());
    holder.args(["hold", &server.address.to_string(), what, &HELD.to_string()]);
    let mut holder = Guard(holder.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?);
    let mut line = String::new();
    let stdout = holder.0.stdout.take().context("the client has no stdout")?;
    BufReader::new(stdout).read_line(&mut line)?;
    ensure!(line.trim() == "held", "the client can't hold {HELD} connections: {line}");
    // What is sent has been read by then.
    std::thread::sleep(std::time::Duration::from_millis(500));
    let after = resident(server.id())?;
    drop(holder);
    // A server with running calls is not waited for: its guard ends it.
    Ok((before, (after - before) / f64::from(HELD)))
}

/// The resident memory of a process, in KB.
pub(super) fn resident(process: u32) -> Result<f64> {
    let status = read(Path::new(&format!("/proc/{process}/status")))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    kilobytes.and_then(|number| number.parse().ok()).context("a process has no memory")
}
