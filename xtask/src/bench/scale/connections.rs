//! Throughput over the number of connections.

use std::process::Command;

use anyhow::Result;

use crate::bench::contenders::USUAL;
use crate::bench::part::Bench;
use crate::bench::programs::{Load, Running, THREADS};
use crate::bench::rounds::Rounds;
use crate::bench::table::{Table, times, whole};

/// The last is as many as a server accepts unless it is told otherwise.
const CONNECTIONS: [u32; 5] = [1, 8, 64, 256, 1_024];
const ROUNDS: usize = 5;
const TURN: &str = "1s";
/// A throughput of this share of the most is counted as the most.
const ABOUT: f64 = 0.95;

pub(super) fn section(bench: &Bench<'_>) -> Result<String> {
    let program = bench.programs.path(USUAL.program);
    let server = Running::start(Command::new(program), USUAL.server, THREADS)?;
    let rounds = Rounds::take("1 to 1,024 connections", ROUNDS, CONNECTIONS.len(), |place| {
        let connections = usize::try_from(CONNECTIONS[place])?;
        server.load(Command::new(bench.programs.client()), USUAL.sent, connections, TURN)
    })?;
    server.stop()?;
    let per_second = |load: &Load| load.per_second;
    let mut table =
        Table::new(&["connections", "requests/s", "of one connection", "p50 µs", "p99 µs"]);
    for (place, connections) in CONNECTIONS.into_iter().enumerate() {
        table.row([
            whole(f64::from(connections)),
            whole(rounds.of(place, per_second)),
            times(rounds.ratio(place, 0, per_second)),
            whole(rounds.of(place, |load| load.p50)),
            whole(rounds.of(place, |load| load.p99)),
        ]);
    }
    let throughput = std::array::from_fn(|place| rounds.of(place, per_second));
    let bend = CONNECTIONS[bend(&throughput)];
    let last = throughput[CONNECTIONS.len() - 1] / throughput.into_iter().fold(0.0, f64::max);
    Ok(format!(
        "Connections, with {ROUNDS} rounds in turns:\n\n{table}\nIt bends at {bend}: from there on \
         the processors are busy, further connections wait for each other, and the latency grows \
         with their number. 1,024 connections have {:.0} % of the most. Limits: \
         `http.max_connections`, 1,024, beyond which connections wait to be accepted, and \
         `limits.in_flight`, 1,024, beyond which calls are answered `overloaded`.\n",
        last * 100.0,
    ))
}

/// The first place whose throughput is about the most.
fn bend(throughput: &[f64; CONNECTIONS.len()]) -> usize {
    let most = throughput.iter().copied().fold(0.0, f64::max);
    throughput.iter().position(|one| *one >= most * ABOUT).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_bends_where_more_connections_bring_no_more() {
        assert_eq!(bend(&[10.0, 30.0, 39.0, 40.0, 35.0]), 2);
        assert_eq!(bend(&[10.0, 20.0, 30.0, 40.0, 50.0]), 4);
    }
}
