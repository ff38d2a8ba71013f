//! Throughput and latency over HTTP: all servers run, and are loaded in turns.

use std::path::Path;

use anyhow::Result;

use super::contenders::{Contender, LAYERS, LOADED, RMCP, VALUE};
use super::part::{Bench, Part, Results};
use super::pinned::{self, Processor, Worked};
use super::programs::{Load, Program, Running};
use super::rounds::Rounds;
use super::table::{Table, tenths, times, whole};

const CONNECTIONS: [usize; 3] = [1, 8, 64];
const ROUNDS: usize = 5;
/// How long a server is loaded in each round.
const TURN: &str = "1s";
pub(super) const PART: Part = Part {
    name: "throughput",
    title: "Throughput and latency",
    method: "Servers have one thread and one processor, and the client has the other: neither \
             takes time from the other. All servers run, and one after the other is loaded for a \
             second, five rounds long after one that warms up; each number is the median of the \
             rounds, and ratios of requests per second are of the same round. The last columns \
             are the time that the server's processor was at work for a request: in the server, \
             and in the kernel's network, which is about the same for all. Over one connection \
             both sides wait for each other most of the time, and what is compared is for the \
             most part how long a processor takes to wake up.",
    minutes: 3.5,
    programs: &Program::ALL,
    ready: Some(pinned::is_there),
    measure,
};

/// The servers over so many connections.
pub(super) struct Crowd {
    pub(super) connections: usize,
    /// In the order of [`LOADED`].
    rounds: Rounds<Turn>,
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
            "server µs",
            "kernel µs",
        ]);
        for (place, contender) in LOADED.into_iter().enumerate() {
            table.row([
                contender.title.to_owned(),
                whole(self.rounds.of(place, per_second)),
                times(self.ratio(contender, RMCP)),
                times(self.ratio(contender, LAYERS)),
                times(self.ratio(contender, VALUE)),
                whole(self.rounds.of(place, |turn| turn.load.p50)),
                whole(self.rounds.of(place, |turn| turn.load.p99)),
                tenths(self.rounds.of(place, |turn| turn.itself)),
                tenths(self.rounds.of(place, |turn| turn.kernel)),
            ]);
        }
        table
    }
}

/// What one server did while it was loaded.
#[derive(Clone, Copy, Default)]
struct Turn {
    load: Load,
    /// How long it was at work for a request, in microseconds.
    itself: f64,
    /// How long the kernel was, for it.
    kernel: f64,
}

impl Turn {
    fn take(server: &Running, client: &Path, sent: &str, connections: usize) -> Result<Self> {
        let before = Worked::so_far(server.id())?;
        let client = Processor::Client.command(client);
        let load = server.load(client, sent, connections, TURN)?;
        let after = Worked::so_far(server.id())?;
        let each = |before: f64, after: f64| (after - before) * 1e6 / load.requests;
        Ok(Self {
            load,
            itself: each(before.itself, after.itself),
            kernel: each(before.kernel, after.kernel),
        })
    }
}

fn per_second(turn: &Turn) -> f64 {
    turn.load.per_second
}

fn measure(bench: &Bench<'_>, results: &mut Results) -> Result<String> {
    let mut servers = Vec::new();
    for contender in LOADED {
        let command = Processor::Server.command(bench.programs.path(contender.program));
        servers.push(Running::start(command, contender.server, 1)?);
    }
    let mut tables = Vec::new();
    for connections in CONNECTIONS {
        let name = connected(connections);
        let rounds = Rounds::take(&name, ROUNDS, LOADED.len(), |place| {
            Turn::take(&servers[place], bench.programs.client(), LOADED[place].sent, connections)
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
