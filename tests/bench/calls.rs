//! Calls in process, one after the other.

use std::time::{Duration, Instant};

use crate::subjects::Subject;
use crate::{Outcome, recorder};

/// How many calls are timed at once: so few that on a busy machine most batches are not interrupted.
const BATCH: u32 = 8;
/// For how long in all.
const TIME: Duration = Duration::from_millis(700);
/// And how many at most: a store in memory has room for 100,000 keys.
const MOST: u64 = 80_000;

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

/// So many calls, for something outside of the process to count.
pub fn count(subject: &str, count: u64) -> Outcome {
    recorder::install();
    runtime()?.block_on(async {
        let subject = Subject::new(subject)?;
        for number in 0..count {
            subject.call(number).await?;
        }
        Ok(())
    })
}

/// Prints what a call takes in nanoseconds: the median of batches.
pub fn time(subject: &str) -> Outcome {
    recorder::install();
    runtime()?.block_on(async {
        let subject = Subject::new(subject)?;
        let mut batches = Vec::new();
        let mut number = 0;
        let begun = Instant::now();
        while begun.elapsed() < TIME && number < MOST {
            let start = Instant::now();
            for _ in 0..BATCH {
                subject.call(number).await?;
                number += 1;
            }
            batches.push(start.elapsed().as_secs_f64() * 1e9 / f64::from(BATCH));
        }
        // What came before warmed it up.
        let mut settled = batches.split_off(batches.len() / 4);
        settled.sort_by(f64::total_cmp);
        println!("{:.0}", settled[settled.len() / 2]);
        Ok(())
    })
}
