//! Very many callers, each of whom has to be remembered.

use anyhow::Result;

use super::figures;
use crate::bench::part::Bench;
use crate::bench::table::{Table, tenths, whole};

/// How many callers' rates a server remembers: `MOST` in `store/rate/memory.rs` of the runtime.
const KNOWN: u32 = 200_000;
const CALLERS: u32 = 1_000_000;

pub(super) fn section(bench: &Bench<'_>) -> Result<String> {
    println!("  {CALLERS} callers");
    let (known, count) = (KNOWN.to_string(), CALLERS.to_string());
    let names = ["alone", "growing", "full", "before", "known", "after"];
    let arguments = ["callers", &known, &count];
    let [alone, growing, full, before, at_bound, after] =
        figures(bench.programs.client(), &arguments, names)?;
    let megabytes = |kilobytes: f64| tenths(kilobytes / 1024.0);
    let mut table = Table::new(&["calls in process", "ns for each", "resident MB, after them"]);
    let (known, others) = (whole(f64::from(KNOWN)), whole(f64::from(CALLERS - KNOWN)));
    table.row(["of one caller".to_owned(), whole(alone), megabytes(before)]);
    table.row([format!("of {known} callers, one each"), whole(growing), megabytes(at_bound)]);
    table.row([format!("of {others} others, one each"), whole(full), megabytes(after)]);
    let each = (at_bound - before) * 1024.0 / f64::from(KNOWN);
    Ok(format!(
        "Callers, under a rate by which each is remembered for six minutes after one call:\n\n{table}\n\
         The table of rates bends at {known} callers: up to there a caller takes {each:.0} bytes; from \
         there on each new one drives out the one who has used up least of the rate among a few, and the \
         {others} others added {} MB in all. Nothing else remembers callers whose calls succeed without keys, budgets \
         or cached results. The other limits are in ARCHITECTURE.md: 10,000 callers' spending, 10,000 \
         failing calls, 1,000,000 idempotency keys.\n",
        megabytes(after - at_bound),
    ))
}
