//! What the macros cost at compile time: one program of a hundred tools, written with each of
//! several crates, built from nothing and after a change of one tool.
//!
//! Each program is a workspace of its own under the target directory, so that the other crates never
//! enter this workspace's lock file. Their dependencies are built before anything is measured.

mod build;
mod expansion;
mod programs;
mod table;

use anyhow::{Context as _, Result, ensure};

use self::{
    build::{Cost, Place, Step},
    programs::PROGRAMS,
    table::Row,
};
use super::part::{Bench, Part, Results};
use crate::workspace::Workspace;

pub(super) const PART: Part = Part {
    name: "compile",
    title: "What the macros cost at compile time",
    method: "A program of a hundred tools that take two arguments and answer a text, in debug; its \
             dependencies are built. Built and checked from nothing, and again after a change in one \
             tool; one round, so that differences of a tenth mean nothing. `cargo xtask bench compile` \
             takes five. The lines are those that are compiled for each tool and were not written.",
    minutes: 2.5,
    programs: &[],
    ready: None,
    measure,
};

/// For the page: its other parts take their time too.
fn measure(bench: &Bench<'_>, _: &mut Results) -> Result<String> {
    tables(bench.workspace, 1)
}

/// Rounds, unless the command line says another number. Each builds every program once, so that
/// whatever else the machine does meets all of them.
const ROUNDS: usize = 5;

/// Measures, and prints the tables.
pub(crate) fn run(workspace: &Workspace, rounds: Option<&str>) -> Result<()> {
    let rounds = rounds.map_or(Ok(ROUNDS), str::parse).context("the number of rounds is none")?;
    ensure!(rounds > 0, "without a round there is nothing to show");
    println!("\n{}", tables(workspace, rounds)?);
    Ok(())
}

fn tables(workspace: &Workspace, rounds: usize) -> Result<String> {
    let place = Place::new(workspace)?;
    let mut rows = Vec::new();
    for program in PROGRAMS {
        println!("  building the dependencies of: {}", program.title);
        place.prepare(program)?;
        let lines = expansion::lines(&place, program)?;
        rows.push(Row { program, lines, costs: Vec::new() });
    }
    let mut literal = 0;
    for round in 1..=rounds {
        println!("  round {round} of {rounds}");
        for row in &mut rows {
            let mut costs: [Cost; Step::ALL.len()] = Default::default();
            for (step, cost) in Step::ALL.into_iter().zip(&mut costs) {
                if step.is_clean() {
                    place.clean(row.program)?;
                } else {
                    literal += 1;
                    let source = place.source(row.program, literal)?;
                    place.write(row.program, &source)?;
                }
                *cost = place.build(row.program, step)?;
            }
            row.costs.push(costs);
        }
    }
    Ok(table::tables(&rows))
}
