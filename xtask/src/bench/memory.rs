//! What a server holds: idle, for a connection that is open, and for a call that runs.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use super::programs::{Program, Programs, Running};
use super::table::{Table, tenths};
use crate::process::Guard;
use crate::workspace::read;

const HELD: u32 = 500;
const THREADS: usize = 2;

pub(super) fn table(programs: &Programs) -> Result<Table> {
    let mut table =
        Table::new(&["resident", "idle MB", "KB per open connection", "KB per running call"]);
    let servers = [
        ("ours, no policy", Program::Ours, "none", Some("slow")),
        ("ours, usual policies", Program::Ours, "usual", None),
        ("rmcp 3.9 by hand", Program::Sdk, "rmcp_by_hand", Some("rmcp_slow")),
        ("tower-mcp 0.25", Program::TowerMcp, "tower_mcp", None),
        ("bare axum, typed", Program::Sdk, "axum_typed", None),
    ];
    for (title, program, server, slow) in servers {
        let program = programs.path(program);
        println!("  memory, {title}");
        let (idle, open) = held(programs, program, server, "idle")?;
        let running = slow.map(|slow| held(programs, program, slow, "running")).transpose()?;
        let running = running.map_or("-".to_owned(), |(_, each)| tenths(each));
        table.row([title.to_owned(), tenths(idle / 1024.0), tenths(open), running]);
    }
    Ok(table)
}

/// The resident memory before, and what each connection adds to it, in KB. The connections that
/// the allocator and the threads grew for were there and gone before.
fn held(programs: &Programs, program: &Path, server: &str, what: &str) -> Result<(f64, f64)> {
    let server = Running::start(Command::new(program), server, THREADS)?;
    if what == "idle" {
        server.load(&programs.ours, "call", 1, "1")?;
    }
    let before = resident(server.id())?;
    let mut holder = Command::new(&programs.ours);
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
fn resident(process: u32) -> Result<f64> {
    let status = read(Path::new(&format!("/proc/{process}/status")))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    kilobytes.and_then(|number| number.parse().ok()).context("a process has no memory")
}
