//! The suite for those outside of this crate: on what a server is configured with.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::act::{Act, PROCESSES};
use super::{Processes, clock, run};
use crate::audit::AuditPlace;
use crate::clock::Clock;
use crate::config::StorePlace;
use crate::records::{Records, Unopened};
use crate::server::Server;
use crate::store::journal::{Entry, Journal};

/// How often a process is started that finds its place taken, and the real time in between: five
/// seconds together.
const TRIES: u32 = 500;
const PAUSE: Duration = Duration::from_millis(10);

/// The suite of a store, on servers that are configured alike. For the test kit.
///
/// It ends at the first promise that is broken.
#[derive(Debug)]
pub struct StoreSuite;

impl StoreSuite {
    /// Plays one script on an empty store: each number is an act. `open` configures a server of one
    /// process; it is called for each process, and again as one is started anew. Servers that keep
    /// their keys in memory are one process, which never ends. Those whose audit log is one
    /// process's alone are one process, which does.
    ///
    /// Time is the suite's own: no server needs a clock.
    ///
    /// # Errors
    ///
    /// What was broken, for whoever reads a failed test.
    pub async fn play(open: &impl Fn() -> Server, numbers: &[u64]) -> Result<(), String> {
        let clock = clock();
        let mut lives = Lives::begin(open, &clock).await?;
        run(&mut lives, &clock, numbers.iter().map(|number| Act::of(*number)).collect()).await?;
        let report = lives.any()?.verified()?;
        if report.is_sound() { Ok(()) } else { Err(report.problems.join("; ")) }
    }
}

/// What a script does, a line for each act.
pub fn told(numbers: &[u64]) -> String {
    let line = |(at, number): (usize, &u64)| format!("  {}. {}\n", at + 1, Act::of(*number));
    numbers.iter().enumerate().map(line).collect()
}

/// Processes that live and die.
struct Lives<'a, F> {
    open: &'a F,
    clock: &'a Clock,
    /// One, or one for each process. None is there while it is dead.
    all: Vec<Option<Life>>,
    /// Whether what a process wrote is there after it.
    lasts: bool,
}

struct Life {
    records: Records,
    journal: Arc<dyn Journal>,
}

impl<'a, F: Fn() -> Server> Lives<'a, F> {
    async fn begin(open: &'a F, clock: &'a Clock) -> Result<Self, String> {
        let server = open();
        let settings = server.settings();
        let lasts = !matches!(settings.store, None | Some(StorePlace::Memory));
        let shared = lasts && matches!(settings.audit.place, AuditPlace::Store);
        let processes = if shared { PROCESSES } else { 1 };
        drop(server);
        let mut lives = Self { open, clock, all: Vec::new(), lasts };
        for _ in 0..processes {
            let life = lives.start().await?;
            lives.all.push(Some(life));
        }
        Ok(lives)
    }

    /// Starts a process. Its first chores are done: they go by the time at which it was started, and
    /// the script moves the clock.
    async fn start(&self) -> Result<Life, String> {
        let server = (self.open)().clock(self.clock.clone());
        let records = Records::open(server.settings(), "suite")?;
        let journal = records.journal.clone().ok_or("the server keeps no records")?;
        let sealed = journal.write(Entry { seal: true, ..Entry::default() }).await;
        sealed.map_err(|error| format!("the first write is refused: {}", error.0))?;
        Ok(Life { records, journal })
    }

    fn any(&self) -> Result<&Records, String> {
        let life = self.all.iter().flatten().next();
        Ok(&life.ok_or("no process is left")?.records)
    }
}

impl<F: Fn() -> Server> Processes for Lives<'_, F> {
    fn journal(&self, process: usize) -> &dyn Journal {
        match &self.all[process % self.all.len()] {
            Some(life) => &*life.journal,
            None => &Unopened,
        }
    }

    async fn crash(&mut self, process: usize) -> Result<Vec<usize>, String> {
        if !self.lasts {
            // Its callers are gone; what they claimed is not.
            return Ok(vec![process]);
        }
        let at = process % self.all.len();
        self.all[at] = None;
        // Its threads let go of its files a moment later.
        let mut tries = TRIES;
        let life = loop {
            match self.start().await {
                Err(_) if tries > 0 => tries -= 1,
                started => break started?,
            }
            thread::sleep(PAUSE);
            tokio::task::yield_now().await;
        };
        self.all[at] = Some(life);
        Ok(if self.all.len() == 1 { (0..PROCESSES).collect() } else { vec![process] })
    }
}
