//! A server's life: a runtime of its own, of which nothing is left.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::thread;
use std::time::Duration;

use mcp_runtime::Error;
use mcp_runtime::private::Survivors;
use serde_json::Value;
use tokio::runtime::Builder;
use tokio::time::Instant;

use super::kill::Killer;
use super::told::Told;
use super::{CrashCall, CrashPoint, Made};
use crate::TestServer;
use crate::contract::Broken;

/// How long a client tries again: longer than a lease, and than any rate.
const PATIENCE: Duration = Duration::from_hours(24);
/// How often it does.
const ATTEMPTS: u32 = 500;
/// Records that are looked at.
const RECORDS: usize = 10_000;
/// How long a process takes to be started anew.
const RESTART: Duration = Duration::from_secs(1);

/// What is left when a server is gone.
#[derive(Clone, Default)]
pub(super) struct World {
    survivors: Survivors,
    /// How often the function was begun, by all servers.
    pub(super) runs: Arc<AtomicU32>,
    /// How far the time of day has come.
    passed: Duration,
}

/// A server that runs.
pub(super) struct Life {
    pub(super) server: TestServer,
    pub(super) call: CrashCall,
    pub(super) killer: Killer,
    pub(super) keyed: bool,
    pub(super) settles: bool,
}

/// Runs a server on a runtime of its own, and leaves nothing of it: its tasks are dropped, and what
/// they would write then isn't written where it was killed.
pub(super) fn live<T: Send>(world: &mut World, life: impl AsyncFnOnce() -> T + Send) -> T {
    let body = || {
        let mut runtime = Builder::new_current_thread();
        crate::modes::run_on(runtime.enable_all().start_paused(true), async {
            let began = Instant::now();
            (life().await, began.elapsed())
        })
    };
    // A runtime can't be within another one.
    let (result, took) = thread::scope(|scope| match scope.spawn(body).join() {
        Ok(ended) => ended,
        Err(panic) => resume_unwind(panic),
    });
    world.passed += took + RESTART;
    result
}

/// Runs something on a runtime of its own, of which nothing is left.
pub(crate) fn alone<T: Send>(life: impl AsyncFnOnce() -> T + Send) -> T {
    live(&mut World::default(), life)
}

impl World {
    /// Starts a server that finds what earlier ones left.
    ///
    /// # Errors
    ///
    /// When it doesn't have the tool.
    pub(super) fn start(
        &self,
        made: Made,
        tool: &str,
        point: Option<CrashPoint>,
    ) -> Result<Life, Broken> {
        let Made { server, call } = made;
        let killer = Killer::new(tool, point, &self.runs);
        let survivors = self.survivors.clone();
        #[cfg(test)]
        let survivors = match &server.patch {
            Some(patch) if patch.forgets => Survivors::default(),
            _ => survivors,
        };
        let steering = Arc::new(killer.clone());
        let server = server.configure(|server| {
            let server = server.survived_by(&survivors).steered(steering);
            server.function_layer(killer.clone())
        });
        server.time().wall_forward(self.passed);
        if !server.list().any(|known| known.name() == tool) {
            return Err(Broken::of(format!("the server has no tool `{tool}`")));
        }
        let call = call(&server);
        let promised = server.find(tool).promised();
        let keyed = promised.keyed && call.key.is_some();
        if keyed {
            killer.expect_key();
        }
        Ok(Life { server, call, killer, keyed, settles: promised.settles })
    }
}

impl Life {
    /// Makes the call.
    pub(super) async fn call(&self, key: Option<&str>) -> Told {
        let CrashCall { tool, arguments, caller, .. } = &self.call;
        let mut one = self.server.as_caller(caller).confirmed();
        if let Some(key) = key {
            one = one.key(key);
        }
        Told::from(&one.call(tool, arguments).await)
    }

    /// The same, made again for as long as the answer says when to come back.
    pub(super) async fn patient(&self, key: Option<&str>) -> Told {
        let began = Instant::now();
        for _ in 0..ATTEMPTS {
            let told = self.call(key).await;
            match told.pause {
                Some(pause) if began.elapsed() < PATIENCE => {
                    self.server.time().advance(pause + Duration::from_millis(1)).await;
                }
                _ => return told,
            }
        }
        self.call(key).await
    }

    /// Whether calls are put on record, which says nothing of who can read it.
    pub(super) fn is_recorded(&self) -> bool {
        self.server.app().is_recorded()
    }

    /// The log.
    ///
    /// # Errors
    ///
    /// There is none, or it can't be read back.
    pub(super) fn records(&self) -> Result<Vec<Value>, Error> {
        let records = self.server.app().audit(RECORDS)?;
        #[cfg(test)]
        let records = match &self.server.patch {
            Some(patch) => (patch.records)(records),
            None => records,
        };
        Ok(records)
    }
}
