//! Round trips over stdin and stdout, in turns.

use std::process::Command;

use anyhow::Result;

use super::part::{Bench, Part, Results};
use super::programs::{Load, Program};
use super::rounds::Rounds;
use super::table::{Table, times};

const ROUNDS: usize = 5;

pub(super) const PART: Part = Part {
    name: "stdio",
    title: "A round trip over stdio",
    method: "One request, one answer, 20,000 times; the medians of five rounds in turns.",
    minutes: 0.75,
    programs: &Program::ALL,
    ready: None,
    measure,
};

const USUAL: usize = 1;
const RMCP: usize = 2;
/// A title, and the server in its program.
const SERVERS: [(&str, Program, &str); 5] = [
    ("ours, no policy", Program::Ours, "none"),
    ("ours, usual policies", Program::Ours, "usual"),
    ("rmcp by hand", Program::Sdk, "rmcp_by_hand"),
    ("rmcp, its macros", Program::Sdk, "rmcp_macros"),
    ("tower-mcp", Program::TowerMcp, "tower_mcp"),
];

fn measure(bench: &Bench<'_>, results: &mut Results) -> Result<String> {
    let rounds = Rounds::take("stdio", ROUNDS, SERVERS.len(), |place| {
        let (_, program, server) = SERVERS[place];
        let mut client = Command::new(bench.programs.client());
        Load::of(client.arg("turns").arg(bench.programs.path(program)).args(["stdio", server]))
    })?;
    let p50 = |load: &Load| load.p50;
    results.round_trip = Some(rounds.ratio(USUAL, RMCP, p50));
    let mut table = Table::new(&["stdio", "p50 µs", "of rmcp by hand", "p99 µs"]);
    for (place, (title, ..)) in SERVERS.into_iter().enumerate() {
        table.row([
            title.to_owned(),
            format!("{:.1}", rounds.of(place, p50)),
            times(rounds.ratio(place, RMCP, p50)),
            format!("{:.1}", rounds.of(place, |load| load.p99)),
        ]);
    }
    Ok(table.to_string())
}
