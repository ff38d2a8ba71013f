//! Throughput and latency over HTTP: all servers run, and are loaded in turns, so that what slows
//! the machine down for a while slows all of them.

use std::process::Command;

use anyhow::Result;

use super::contenders::{Contender, OURS, PEERS, YARDSTICK};
use super::programs::{Load, Programs, Running};
use super::table::{Table, median, times, whole};

const CONNECTIONS: [usize; 3] = [1, 8, 64];
const ROUNDS: usize = 7;
/// How long a server is loaded in each round.
const TURN: &str = "1s";
/// As many as the machine had where the figures were taken; the client shares them.
const THREADS: usize = 2;

/// A table for each number of connections.
pub(super) fn tables(programs: &Programs) -> Result<Vec<(usize, Table)>> {
    let mut servers = Vec::new();
    for contender in OURS.into_iter().chain(PEERS) {
        let command = Command::new(programs.path(contender.program));
        servers.push((contender, Running::start(command, contender.server, THREADS)?));
    }
    let mut tables = Vec::new();
    for connections in CONNECTIONS {
        tables.push((connections, table(programs, &servers, connections)?));
    }
    for (_, server) in servers {
        server.stop()?;
    }
    Ok(tables)
}

fn table(
    programs: &Programs,
    servers: &[(Contender, Running)],
    connections: usize,
) -> Result<Table> {
    let mut rounds: Vec<Vec<Load>> = Vec::new();
    for round in 0..=ROUNDS {
        println!("  {connections} connections, round {round} of {ROUNDS}");
        let mut loads = vec![None; servers.len()];
        for turn in 0..servers.len() {
            // Each begins a round once in a while.
            let at = (turn + round) % servers.len();
            let (contender, server) = &servers[at];
            loads[at] = Some(server.load(&programs.ours, contender.sent, connections, TURN)?);
        }
        // The first one warms up.
        if round > 0 {
            rounds.push(loads.into_iter().flatten().collect());
        }
    }
    let yardstick = servers.iter().position(|(one, _)| one.server == YARDSTICK.server).unwrap_or(0);
    let of = |value: &dyn Fn(&Vec<Load>) -> f64| median(rounds.iter().map(value).collect());
    let mut table =
        Table::new(&["connections in use", "requests/s", "of rmcp", "p50 µs", "p99 µs"]);
    for (at, (contender, _)) in servers.iter().enumerate() {
        table.row([
            contender.title.to_owned(),
            whole(of(&|round| round[at].per_second)),
            times(of(&|round| round[at].per_second / round[yardstick].per_second)),
            whole(of(&|round| round[at].p50)),
            whole(of(&|round| round[at].p99)),
        ]);
    }
    Ok(table)
}
