//! A call of one tool among a thousand.

use std::process::Command;

use anyhow::Result;

use crate::bench::contenders::USUAL;
use crate::bench::memory::resident;
use crate::bench::part::Bench;
use crate::bench::programs::{Load, Running, THREADS};
use crate::bench::rounds::Rounds;
use crate::bench::table::{Table, tenths, times, whole};

const SERVERS: [(&str, &str); 2] = [("1", USUAL.server), ("1,000", "usual-1000")];
const ROUNDS: usize = 5;
const TURN: &str = "1s";
const CONNECTIONS: usize = 8;

pub(super) fn section(bench: &Bench<'_>) -> Result<String> {
    let mut servers = Vec::new();
    let mut idle = Vec::new();
    for (_, server) in SERVERS {
        let program = Command::new(bench.programs.path(USUAL.program));
        let server = Running::start(program, server, THREADS)?;
        idle.push(resident(server.id())?);
        servers.push(server);
    }
    let rounds = Rounds::take("1 and 1,000 tools", ROUNDS, SERVERS.len(), |place| {
        servers[place].load(Command::new(bench.programs.client()), USUAL.sent, CONNECTIONS, TURN)
    })?;
    for server in servers {
        server.stop()?;
    }
    let per_second = |load: &Load| load.per_second;
    let mut table =
        Table::new(&["tools", "requests/s", "of one tool", "p50 µs", "p99 µs", "idle MB"]);
    for (place, (tools, _)) in SERVERS.into_iter().enumerate() {
        table.row([
            tools.to_owned(),
            whole(rounds.of(place, per_second)),
            times(rounds.ratio(place, 0, per_second)),
            whole(rounds.of(place, |load| load.p50)),
            whole(rounds.of(place, |load| load.p99)),
            tenths(idle[place] / 1024.0),
        ]);
    }
    let each = (idle[1] - idle[0]) / 999.0;
    Ok(format!(
        "Tools, with {CONNECTIONS} connections:\n\n{table}\nA call finds its tool by one look into a \
         table that was made at start; a further tool takes {each:.0} KB. There is no limit of ours: \
         `tools/list` has all of them in one answer, and a model bends earlier than the server does.\n",
    ))
}
