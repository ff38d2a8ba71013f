//! Records of calls over HTTP, in memory and in one `SQLite` file.

use std::process::Command;

use anyhow::Result;

use super::empty;
use crate::bench::part::Bench;
use crate::bench::programs::{Load, Program, Running, THREADS};
use crate::bench::rounds::Rounds;
use crate::bench::table::{Table, percent, times, whole};

const CONNECTIONS: usize = 64;
const ROUNDS: usize = 3;
const WARM_UP: &str = "0.2s";
const TURN: &str = "1s";

/// A title, a server, the place of what it is compared with, and how many entries a call writes.
const SERVERS: [(&str, &str, usize, f64); 4] = [
    ("usual policies, audit in memory", "usual", 0, 2.0),
    ("usual policies, audit in SQLite", "usual-file", 0, 2.0),
    ("idempotent write, in memory", "once", 2, 3.0),
    ("idempotent write, in SQLite", "once-file", 2, 3.0),
];

pub(super) fn section(bench: &Bench<'_>) -> Result<String> {
    let name = format!("{CONNECTIONS} connections");
    // Each turn has a server of its own: what keys and records fill would make the next one slower.
    let rounds = Rounds::take(&name, ROUNDS, SERVERS.len(), |place| {
        let mut program = Command::new(bench.programs.path(Program::Ours));
        program.current_dir(empty(bench.workspace, "over-http")?);
        let server = Running::start(program, SERVERS[place].1, THREADS)?;
        server.overload(Command::new(bench.programs.client()), "call", CONNECTIONS, WARM_UP)?;
        let load =
            server.overload(Command::new(bench.programs.client()), "call", CONNECTIONS, TURN)?;
        server.stop()?;
        Ok(load)
    })?;
    let mut table = Table::new(&[
        "over HTTP, 64 connections",
        "requests/s",
        "of memory",
        "entries/s",
        "p50 µs",
        "above memory",
        "p99 µs",
        "above memory",
        "refused",
    ]);
    let per_second = |load: &Load| load.per_second;
    for (place, (title, _, memory, entries)) in SERVERS.into_iter().enumerate() {
        let (p50, p99) = (|load: &Load| load.p50, |load: &Load| load.p99);
        table.row([
            title.to_owned(),
            whole(rounds.of(place, per_second)),
            times(rounds.ratio(place, memory, per_second)),
            whole(rounds.of(place, per_second) * entries),
            whole(rounds.of(place, p50)),
            whole(rounds.of(place, p50) - rounds.of(memory, p50)),
            whole(rounds.of(place, p99)),
            whole(rounds.of(place, p99) - rounds.of(memory, p99)),
            percent(rounds.of(place, |load| load.refused / (load.refused + load.requests))),
        ]);
    }
    Ok(format!(
        "{table}\nIt bends at the disk: each call waits for two groups, with a key for three, and a \
         group is as large as what came in while the one before was written, at most 512. Where the \
         disk can't keep up, calls wait for 250 ms before their function runs and are then refused; \
         an outcome is tried for 5 s.\n"
    ))
}
