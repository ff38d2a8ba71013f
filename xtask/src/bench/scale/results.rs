//! More cached results than there is room for.

use anyhow::Result;

use super::figures;
use crate::bench::part::Bench;
use crate::bench::table::{Table, tenths, whole};

const RESULTS: u32 = 1_000_000;
/// `limits.cache`, as it is by default, in MB.
const BUDGET: f64 = 64.0;

pub(super) fn section(bench: &Bench<'_>) -> Result<String> {
    println!("  {RESULTS} cached results");
    let count = RESULTS.to_string();
    let names = ["room", "full", "hit", "kept", "before", "after"];
    let [room, full, hit, kept, before, after] =
        figures(bench.programs.client(), &["results", &count], names)?;
    let mut table = Table::new(&["calls in process", "ns for each"]);
    table.row(["a miss, while there is room".to_owned(), whole(room)]);
    table.row(["a miss that drives out another result".to_owned(), whole(full)]);
    table.row(["a hit, once it is full".to_owned(), whole(hit)]);
    let grown = (after - before) / 1024.0;
    Ok(format!(
        "Cached results, {} of them in a budget of {BUDGET:.0} MB (`limits.cache`):\n\n{table}\nIt bends \
         where the budget is used up: the {} newest results are kept, each charged with its key, its \
         reply and its places in the tables, and the least recently used one goes first. The process \
         has grown by {} MB in all, {:.2} times the budget.\n",
        whole(f64::from(RESULTS)),
        whole(kept),
        tenths(grown),
        grown / BUDGET,
    ))
}
