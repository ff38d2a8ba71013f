//! The figures, for people to read.

use std::time::Duration;

use super::{
    build::{Cost, Step},
    expansion::Lines,
    programs::{Program, TOOLS},
};
use crate::bench::table::{Table, median, times as ratio};

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
        let all: Vec<f64> = seconds.map(|time| time.as_secs_f64()).collect();
        let least = all.iter().copied().fold(f64::NAN, f64::min);
        let most = all.iter().copied().fold(f64::NAN, f64::max);
        Self { median: median(all), least, most }
    }

    /// With the spread, where there is one.
    fn text(&self) -> String {
        let Self { median, least, most } = self;
        if most > least {
            format!("{median:.2} ({least:.2} – {most:.2})")
        } else {
            format!("{median:.2}")
        }
    }
}

/// A table of what programs take by the clock, of what they take of the processors, and of the
/// lines that the macros write.
pub(super) fn tables(rows: &[Row]) -> String {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let wall = times(rows, "seconds", |cost| cost.wall);
    let cpu = times(rows, "processor seconds", |cost| cost.cpu);
    let mut lines = Table::new(&["lines for each tool", "all", "without derives"]);
    for row in rows {
        let Lines { all, of_macro } = row.lines;
        lines.row([row.program.title.to_owned(), all.to_string(), of_macro.to_string()]);
    }
    format!(
        "{TOOLS} tools, on {cores} processors; behind each figure how many times the first line's it is:\n\n\
         {wall}\n{cpu}\n{lines}"
    )
}

fn times(rows: &[Row], unit: &str, of: fn(&Cost) -> Duration) -> Table {
    let columns: Vec<&str> = std::iter::once(unit).chain(Step::ALL.map(Step::title)).collect();
    let mut table = Table::new(&columns);
    let figures = |row: &Row, step: usize| Figures::of(row.costs.iter().map(|all| of(&all[step])));
    for row in rows {
        let cells = (0..Step::ALL.len()).map(|step| {
            let its = figures(row, step);
            let ours = rows.first().map_or(f64::NAN, |first| figures(first, step).median);
            format!("{}, {}", its.text(), ratio(its.median / ours))
        });
        table.row(std::iter::once(row.program.title.to_owned()).chain(cells));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::compile::programs::PROGRAMS;

    #[test]
    fn a_spread_is_shown_where_there_is_one() {
        let of = |seconds: &[u64]| {
            Figures::of(seconds.iter().map(|millis| Duration::from_millis(*millis))).text()
        };
        assert_eq!(of(&[2_000]), "2.00");
        assert_eq!(of(&[2_500, 1_500, 2_000]), "2.00 (1.50 – 2.50)");
    }

    #[test]
    fn programs_are_compared_with_the_first() {
        let row = |at: usize, seconds: u64| {
            let cost = Cost { wall: Duration::from_secs(seconds), cpu: Duration::from_secs(1) };
            let lines = Lines { all: 60, of_macro: 20 };
            Row { program: &PROGRAMS[at], lines, costs: vec![[cost; Step::ALL.len()]] }
        };
        let rows = [row(0, 2), row(1, 3)];
        let table = times(&rows, "seconds", |cost| cost.wall).to_string();
        let last = table.lines().next_back().unwrap();
        assert!(last.starts_with("| rmcp's macros |"), "{table}");
        assert_eq!(last.matches("3.00, 1.50×").count(), Step::ALL.len(), "{table}");
    }
}
