//! Throughput and latency over HTTP: all servers run, and are loaded in turns.

use std::process::Command;

use anyhow::Result;

use super::contenders::{Contender, LAYERS, LOADED, RMCP, VALUE};
use super::part::{Bench, Part, Results};
use super::programs::{Load, Program, Running};
use super::rounds::Rounds;
use super::table::{Table, times, whole};

const CONNECTIONS: [usize; 3] = [1, 8, 64];
const ROUNDS: usize = 5;
/// How long a server is loaded in each round.
const TURN: &str = "1s";
/// As many as the machine had where the figures were taken; the client shares them.
pub(super) const THREADS: usize = 2;

pub(super) const PART: Part = Part {
    name: "throughput",
    title: "Throughput and latency",
    method: "All servers run, with two threads each, and one after the other is loaded for a second, \
             five rounds long after one that warms up; each number is the median of the rounds, and \
             ratios of requests per second are of the same round. The client is a process with one \
             thread that shares the processors with the server: compare the ratios, not the requests.",
    minutes: 3.5,
    programs: &Program::ALL,
    ready: None,
    measure,
};

/// The servers over so many connections.
pub(super) struct Crowd {
    pub(super) connections: usize,
    /// In the order of [`LOADED`].
    rounds: Rounds,
}

impl Crowd {
    /// How many times the requests of another server one answers.
    pub(super) fn ratio(&self, server: Contender, to: Contender) -> f64 {
        let place = |server| LOADED.iter().position(|loaded| *loaded == server);
        let (Some(server), Some(to)) = (place(server), place(to)) else { return f64::NAN };
        self.rounds.ratio(server, to, per_second)
    }

    fn table(&self) -> Table {
        let mut table = Table::new(&[
            "",
            "requests/s",
            "of rmcp by hand",
            "of tower-mcp's layers",
            "of axum, `Value`",
            "p50 µs",
            "p99 µs",
        ]);
        for (place, contender) in LOADED.into_iter().enumerate() {
            table.row([
                contender.title.to_owned(),
                whole(self.rounds.of(place, per_second)),
                times(self.ratio(contender, RMCP)),
                times(self.ratio(contender, LAYERS)),
                times(self.ratio(contender, VALUE)),
                whole(self.rounds.of(place, |load| load.p50)),
                whole(self.rounds.of(place, |load| load.p99)),
            ]);
        }
        table
    }
}

fn per_second(load: &Load) -> f64 {
    load.per_second
}

fn measure(bench: &Bench<'_>, results: &mut Results) -> Result<String> {
    let mut servers = Vec::new();
    for contender in LOADED {
        let command = Command::new(bench.programs.path(contender.program));
        servers.push(Running::start(command, contender.server, THREADS)?);
    }
    let mut tables = Vec::new();
    for connections in CONNECTIONS {
        let name = connected(connections);
        let rounds = Rounds::take(&name, ROUNDS, LOADED.len(), |place| {
            servers[place].load(bench.programs.client(), LOADED[place].sent, connections, TURN)
        })?;
        let crowd = Crowd { connections, rounds };
        tables.push(format!("With {name}:\n\n{}", crowd.table()));
        results.crowds.push(crowd);
    }
    for server in servers {
        server.stop()?;
    }
    Ok(tables.join("\n"))
}

fn connected(connections: usize) -> String {
    match connections {
        1 => "one connection".to_owned(),
        _ => format!("{connections} connections"),
    }
}
