//! The figures, for people to read.

use std::time::Duration;

use super::{
    build::{Cost, Step},
    expansion::Lines,
    programs::{Program, TOOLS},
};

/// What was measured of one program.
pub(super) struct Row {
    pub(super) program: &'static Program,
    pub(super) lines: Lines,
    /// One for each round, in the order of [`Step::ALL`].
    pub(super) costs: Vec<[Cost; Step::ALL.len()]>,
}

/// The figures of one program's step over all rounds, in seconds.
struct Figures {
    median: f64,
    least: f64,
    most: f64,
}

impl Figures {
    fn of(seconds: impl Iterator<Item = Duration>) -> Self {
        let mut all: Vec<f64> = seconds.map(|time| time.as_secs_f64()).collect();
        all.sort_by(f64::total_cmp);
        let at = |index: usize| all.get(index).copied().unwrap_or(f64::NAN);
        Self { median: at(all.len() / 2), least: at(0), most: at(all.len().wrapping_sub(1)) }
    }
}

pub(super) fn print(rows: &[Row]) {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let rounds = rows.first().map_or(0, |row| row.costs.len());
    println!(
        "\n{TOOLS} tools, debug, dependencies built, {cores} cores; median of {rounds} rounds"
    );
    for (index, step) in Step::ALL.into_iter().enumerate() {
        let wall = |row: &Row| Figures::of(row.costs.iter().map(|costs| costs[index].wall));
        let cpu = |row: &Row| Figures::of(row.costs.iter().map(|costs| costs[index].cpu));
        let first = rows.first().map_or(f64::NAN, |row| cpu(row).median);
        println!("\n{:<34}   wall s  (spread)        CPU s  (spread)       ratio", step.title());
        for row in rows {
            let (wall, cpu) = (wall(row), cpu(row));
            println!(
                "  {:<34} {:>6.2}  ({:.2} – {:.2})  {:>8.2}  ({:.2} – {:.2})  {:>6.2}",
                row.program.title,
                wall.median,
                wall.least,
                wall.most,
                cpu.median,
                cpu.least,
                cpu.most,
                cpu.median / first,
            );
        }
    }
    println!("\ngenerated lines for each tool          all   without derives");
    for row in rows {
        let Lines { all, of_macro } = row.lines;
        println!("  {:<34} {all:>6}  {of_macro:>16}", row.program.title);
    }
}
