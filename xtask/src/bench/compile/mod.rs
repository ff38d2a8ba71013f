//! What the macros cost at compile time: one program of a hundred tools, written with each of
//! several crates, built from nothing and after a change of one tool.
//!
//! Each program is a workspace of its own under the target directory, so that the other crates never
//! enter this workspace's lock file. Their dependencies are built before anything is measured.

mod build;
mod expansion;
mod programs;
mod table;

use anyhow::Result;

use self::{
    build::{Cost, Place, Step},
    programs::PROGRAMS,
    table::Row,
};
use crate::workspace::Workspace;

/// Rounds, unless the command line says another number. Each builds every program once, so that
/// whatever else the machine does meets all of them.
const ROUNDS: usize = 5;

/// Measures, and prints the tables.
pub(crate) fn run(workspace: &Workspace, rounds: Option<&str>) -> Result<()> {
    let rounds = rounds.map_or(Ok(ROUNDS), str::parse)?;
    let place = Place::new(workspace)?;
    let mut rows = Vec::new();
    for program in PROGRAMS {
        println!("building the dependencies of: {}", program.title);
        place.prepare(program)?;
        let lines = expansion::lines(&place, program)?;
        rows.push(Row { program, lines, costs: Vec::new() });
    }
    let mut literal = 0;
    for round in 1..=rounds {
        println!("round {round} of {rounds}");
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
    table::print(&rows);
    Ok(())
}
