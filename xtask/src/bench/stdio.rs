//! Round trips over stdin and stdout, in turns.

use std::process::Command;

use anyhow::Result;

use super::contenders::{PEERS, YARDSTICK};
use super::programs::{Load, Programs};
use super::table::{Table, median, times};

const ROUNDS: usize = 5;

pub(super) fn table(programs: &Programs) -> Result<Table> {
    let mut servers = vec![("ours, no policy", programs.ours.as_path(), "none")];
    servers.push(("ours, usual policies", programs.ours.as_path(), "usual"));
    for peer in PEERS {
        if matches!(peer.server, "rmcp_by_hand" | "rmcp_macros" | "tower_mcp") {
            servers.push((peer.title, programs.path(peer.program), peer.server));
        }
    }
    let mut rounds: Vec<Vec<Load>> = Vec::new();
    for round in 0..ROUNDS {
        println!("  stdio, round {} of {ROUNDS}", round + 1);
        let mut loads = Vec::new();
        for (_, program, server) in &servers {
            let mut client = Command::new(&programs.ours);
            client.arg("turns").arg(program).args(["stdio", server]);
            loads.push(Load::of(&mut client)?);
        }
        rounds.push(loads);
    }
    let yardstick = servers.iter().position(|(_, _, name)| *name == YARDSTICK.server).unwrap_or(0);
    let mut table = Table::new(&["stdio", "p50 µs", "of rmcp", "p99 µs"]);
    for (at, (title, ..)) in servers.iter().enumerate() {
        let of = |value: &dyn Fn(&Vec<Load>) -> f64| median(rounds.iter().map(value).collect());
        table.row([
            (*title).to_owned(),
            format!("{:.1}", of(&|round| round[at].p50)),
            times(of(&|round| round[at].p50 / round[yardstick].p50)),
            format!("{:.1}", of(&|round| round[at].p99)),
        ]);
    }
    Ok(table)
}
