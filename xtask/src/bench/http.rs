//! Requests over HTTP: what each costs the server, counted.

use std::path::Path;

use anyhow::Result;

use super::callgrind::{Callgrind, Cost};
use super::contenders::{Contender, OURS, PEERS, YARDSTICK};
use super::programs::{Programs, Running};
use super::table::{Table, tenths, times, whole};

const REQUESTS: u32 = 400;

/// What a request costs a server that runs on one thread.
pub(super) fn cost(
    callgrind: &Callgrind,
    program: &Path,
    client: &Path,
    contender: Contender,
) -> Result<Cost> {
    let Contender { server, sent, .. } = contender;
    callgrind.cost(&format!("http-{server}-{sent}"), program, REQUESTS, |command, count| {
        let server = Running::start(command, server, 1)?;
        server.load(client, sent, 1, &count.to_string())?;
        server.stop()
    })
}

/// Ours and the peers.
pub(super) fn table(callgrind: &Callgrind, programs: &Programs) -> Result<Table> {
    let mut costs = Vec::new();
    for contender in OURS.into_iter().chain(PEERS) {
        println!("  {}", contender.title);
        let cost = cost(callgrind, programs.path(contender.program), &programs.ours, contender)?;
        costs.push((contender, cost));
    }
    let yardstick = costs.iter().find(|(contender, _)| contender.server == YARDSTICK.server);
    let yardstick = yardstick.map_or(f64::NAN, |(_, cost)| cost.instructions);
    let mut table =
        Table::new(&["`tools/call` over HTTP", "instructions", "of rmcp", "allocations"]);
    for (contender, cost) in costs {
        table.row([
            contender.title.to_owned(),
            whole(cost.instructions),
            times(cost.instructions / yardstick),
            tenths(cost.allocations),
        ]);
    }
    Ok(table)
}
