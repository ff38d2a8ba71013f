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
use tokio::time::{Instant, sleep};

use super::case::Case;
use super::kill::Killer;
use super::mortal::MortalLayer;
use super::point::Facts;
use super::told::Told;
use super::{CrashCall, CrashPoint, Made};
use crate::contract::Broken;
use crate::{Arguments, TestServer};

/// How long a client tries again: longer than a lease, and than any rate.
const PATIENCE: Duration = Duration::from_hours(24);
/// How often it does.
const ATTEMPTS: u32 = 500;
/// Records that are looked at.
const RECORDS: usize = 10_000;
/// How long a process takes to be started anew.
const RESTART: Duration = Duration::from_secs(1);
/// How long a record takes to be written that no answer waits for.
const UNAWAITED: Duration = Duration::from_mins(1);

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
    pub(super) facts: Facts,
    /// What became of an interrupted call can be found out.
    pub(super) settles: bool,
    /// How often a call that has its key renews its lease.
    pub(super) renewal: Duration,
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
    pub(super) fn start(&self, made: Made, tool: &str, case: Option<Case>) -> Result<Life, Broken> {
        let Made { server, call } = made;
        let killer = Killer::new(tool, case, &self.runs);
        let survivors = self.survivors.clone();
        #[cfg(test)]
        let survivors = match &server.patch {
            Some(patch) if patch.forgets => Survivors::default(),
            _ => survivors,
        };
        let steering = Arc::new(killer.clone());
        let server = server.configure(|server| {
            let server = server.survived_by(&survivors).steered(steering);
            server.function_layer(MortalLayer::of(killer.clone()))
        });
        server.time().wall_forward(self.passed);
        if !server.list().any(|known| known.name() == tool) {
            return Err(Broken::of(format!("the server has no tool `{tool}`")));
        }
        let call = call(&server);
        let info = server.find(tool);
        let promised = info.promised();
        let keyed = promised.keyed && call.key.is_some();
        if keyed {
            killer.expect_key();
        }
        let facts = Facts {
            recorded: server.app().is_recorded(),
            keyed,
            apart: killer.is_apart(),
            retries: promised.retries,
            renews: info.timeout() > promised.renewal,
        };
        let (settles, renewal) = (promised.settles, promised.renewal);
        Ok(Life { server, call, killer, facts, settles, renewal })
    }
}

impl Life {
    /// The arguments of the call during which the server is killed: the test's, or those that break
    /// a rule; none where the tool's schema has no rule that the kit can break.
    pub(super) fn arguments(&self, point: CrashPoint) -> Option<Value> {
        if point != CrashPoint::AfterRefusal {
            return Some(self.call.arguments.clone());
        }
        let all = Arguments::of(self.server.find(&self.call.tool));
        all.broken().first().map(|broken| broken.arguments.clone())
    }

    /// The key of the call in a case.
    pub(super) fn key_in(&self, case: Case) -> Option<String> {
        self.call.key.as_ref().map(|key| case.key(key))
    }

    /// Makes the call during which the server is killed.
    pub(super) async fn first(
        &self,
        point: CrashPoint,
        key: Option<&str>,
        arguments: &Value,
    ) -> Told {
        let told = self.patient_with(key, arguments).await;
        if point == CrashPoint::AfterRefusal {
            sleep(UNAWAITED).await;
        }
        told
    }

    /// Makes the call, again and again for as long as the answer says when to come back.
    pub(super) async fn patient(&self, key: Option<&str>) -> Told {
        self.patient_with(key, &self.call.arguments).await
    }

    async fn patient_with(&self, key: Option<&str>, arguments: &Value) -> Told {
        let began = Instant::now();
        for _ in 0..ATTEMPTS {
            let told = self.call(key, arguments).await;
            match told.pause {
                Some(pause) if began.elapsed() < PATIENCE => {
                    self.server.time().advance(pause + Duration::from_millis(1)).await;
                }
                _ => return told,
            }
        }
        self.call(key, arguments).await
    }

    async fn call(&self, key: Option<&str>, arguments: &Value) -> Told {
        let CrashCall { tool, caller, .. } = &self.call;
        let mut one = self.server.as_caller(caller).confirmed();
        if let Some(key) = key {
            one = one.key(key);
        }
        Told::from(&one.call(tool, arguments).await)
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
