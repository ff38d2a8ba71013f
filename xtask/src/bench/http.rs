//! Requests over HTTP: what each costs the server, counted.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::callgrind::{self, Callgrind, Cost};
use super::contenders::{Contender, OURS, PEERS, RMCP};
use super::part::{Bench, Part, Results};
use super::programs::{Program, Running};
use super::table::{Table, tenths, times, whole};

/// How many are counted.
pub(super) const REQUESTS: u32 = 400;

pub(super) const PART: Part = Part {
    name: "http",
    title: "A call over HTTP",
    method: "Instructions and allocations of the server for each request, on one thread. callgrind \
             counts 400 and then 800 requests of one connection, and the difference is divided by \
             400; two runs differ by less than 1 %. Allocations are calls of `malloc`, `calloc`, \
             `realloc` and their kind. valgrind has no SHA extensions, so SHA-256 is stated apart: \
             in software it takes 3,170 instructions for each block of 64 bytes, and 170 with them.",
    minutes: 2.0,
    programs: &Program::ALL,
    ready: Some(callgrind::is_there),
    measure,
};

/// What a request costs a server that runs on one thread.
pub(super) fn cost(
    callgrind: &Callgrind,
    program: &Path,
    client: &Path,
    contender: Contender,
    requests: u32,
) -> Result<Cost> {
    let Contender { server, sent, .. } = contender;
    callgrind.cost(&format!("http-{server}-{sent}"), program, requests, |command, count| {
        let server = Running::start(command, server, 1)?;
        server.load(Command::new(client), sent, 1, &count.to_string())?;
        server.stop()
    })
}

/// Ours and the peers.
fn measure(bench: &Bench<'_>, results: &mut Results) -> Result<String> {
    let callgrind = Callgrind::find(bench.workspace)?;
    for contender in OURS.into_iter().chain(PEERS) {
        println!("  {}", contender.title);
        let program = bench.programs.path(contender.program);
        let cost = cost(&callgrind, program, bench.programs.client(), contender, REQUESTS)?;
        results.requests.push((contender, cost));
    }
    let rmcp = results.requests.iter().find(|(contender, _)| *contender == RMCP);
    let rmcp = rmcp.map_or(f64::NAN, |(_, cost)| cost.instructions);
    let mut table = Table::new(&[
        "`tools/call` over HTTP",
        "instructions",
        "of rmcp by hand",
        "of these SHA-256",
        "with SHA extensions",
        "allocations",
    ]);
    for (contender, cost) in &results.requests {
        table.row([
            contender.title.to_owned(),
            whole(cost.instructions),
            times(cost.instructions / rmcp),
            whole(cost.hashing),
            whole(cost.extended()),
            tenths(cost.allocations),
        ]);
    }
    Ok(table.to_string())
}
