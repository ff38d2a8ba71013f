//! The script that all journals play, with two processes on one file.

use proptest::prelude::*;

use super::*;
use crate::store::suite::{self, Processes, Script, scripts, seal};

struct TwoProcesses<'a> {
    place: &'a Place,
    journals: [Option<SqliteJournal>; 2],
}

impl Processes for TwoProcesses<'_> {
    fn journal(&self, process: usize) -> &dyn Journal {
        self.journals[process].as_ref().expect("it runs")
    }

    async fn crash(&mut self, process: usize) -> Result<Vec<usize>, String> {
        self.journals[process] = None;
        self.journals[process] = Some(started(self.place).await);
        Ok(vec![process])
    }
}

/// A process whose first chores are done: they go by the time at which it was started, and the
/// script moves the clock.
async fn started(place: &Place) -> SqliteJournal {
    let journal = place.open_with(Writer::dont_sync);
    seal(&journal).await;
    journal
}

fn play(script: Script) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        let place = Place::new();
        let journals = [Some(started(&place).await), Some(started(&place).await)];
        let mut processes = TwoProcesses { place: &place, journals };
        suite::run(&mut processes, &place.clock, script).await.unwrap();
        suite::verify(&place.log());
        drop(processes);
        assert_eq!(place.count("keys"), place.keys());
    });
}

impl Place {
    /// How many keys the store believes to have.
    fn keys(&self) -> i64 {
        self.raw().query_row("SELECT keys FROM meta", [], |row| row.get(0)).unwrap()
    }
}

proptest! {
    // Each case makes a file, and opens it again and again.
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn two_processes_keep_what_they_promise(script in scripts(60)) {
        play(script);
    }
}
