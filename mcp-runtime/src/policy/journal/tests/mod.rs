//! The room against a journal that tells what was written, and misbehaves where it is told to.

mod answers;
mod doubt;
mod keys;
mod owned;
mod refusals;
mod unkeyed;
mod waiting;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout_at};
use tokio_util::sync::CancellationToken;

use super::{JournalLayer, StartLayer};
use crate::audit::{AuditKeys, Recorder};
use crate::call::{Raw, Reply, ToolCall};
use crate::caller::Caller;
use crate::clock::Clock;
use crate::context::{Context, InProcess, Origin};
use crate::error::{Effect, ToolError};
use crate::meta;
use crate::policies::{Idempotency, Policies};
use crate::policy::Outcome;
use crate::policy::service::ToolService;
use crate::policy::testing::{call_of, function, stats, tool};
use crate::records::Records;
use crate::stats::{Decision, ToolStats};
use crate::store::journal::Journal;
use crate::store::testing::TestJournal;
use crate::tool::ToolInfo;

/// A tool behind the room, and the journal it writes to.
#[derive(Clone)]
struct Bench {
    journal: TestJournal,
    tool: Arc<ToolInfo>,
    stats: Arc<ToolStats>,
    ran: Arc<AtomicUsize>,
    /// What was on record as the function ran, each time.
    before: Arc<Mutex<Vec<Vec<String>>>>,
    service: ToolService,
}

impl Bench {
    /// A tool that writes, under these terms.
    fn keyed(idempotency: Idempotency) -> Self {
        let policies = Policies { idempotency: Some(idempotency), ..Policies::NONE };
        Self::of(ToolInfo { read_only: false, idempotent: true, policies, ..tool() }, true)
    }

    fn unkeyed(read_only: bool) -> Self {
        Self::of(ToolInfo { read_only, ..tool() }, true)
    }

    fn of(tool: ToolInfo, audited: bool) -> Self {
        let journal = TestJournal::default();
        let shared: Arc<dyn Journal> = Arc::new(journal.clone());
        let keys = AuditKeys::new(&[7; 32]).unwrap();
        let recorder = audited.then(|| {
            Recorder::new(keys, Duration::from_secs(1), Clock::system(), Arc::clone(&shared))
        });
        let records = Records { journal: Some(shared), recorder, ..Records::default() };
        let (ran, before) = (Arc::default(), Arc::default());
        let (tool, stats) = (Arc::new(tool), stats());
        let inner = run(&journal, &ran, &before);
        let start = tool.policies.idempotency.and_then(|_| StartLayer::of(&records, stats.clone()));
        let layer = JournalLayer::of(&tool, &records, Clock::system(), stats.clone());
        let service = inner.within(start).within(layer);
        Self { journal, tool, stats, ran, before, service }
    }

    /// The same tool in another process: what it shares is the journal.
    fn elsewhere(&self) -> Self {
        let other = Self::of((*self.tool).clone(), true);
        let shared: Arc<dyn Journal> = Arc::new(self.journal.clone());
        let keys = AuditKeys::new(&[7; 32]).unwrap();
        let recorder =
            Recorder::new(keys, Duration::from_secs(1), Clock::system(), Arc::clone(&shared));
        let records =
            Records { journal: Some(shared), recorder: Some(recorder), ..Records::default() };
        let inner = run(&self.journal, &self.ran, &self.before);
        let start = StartLayer::of(&records, other.stats.clone());
        let layer = JournalLayer::of(&other.tool, &records, Clock::system(), other.stats.clone());
        let service = inner.within(start).within(layer);
        let (journal, ran) = (self.journal.clone(), Arc::clone(&self.ran));
        Self { journal, ran, before: Arc::clone(&self.before), service, ..other }
    }

    fn call(&self, key: Option<&str>, arguments: Value) -> (ToolCall, CancellationToken) {
        let mut meta = Map::new();
        if let Some(key) = key {
            meta.insert(meta::IDEMPOTENCY_KEY.into(), key.into());
        }
        let cancellation = CancellationToken::new();
        let origin = Origin {
            request: Box::new(InProcess { meta, confirmation: None }),
            caller: Caller::new("anna"),
            ending: cancellation.clone().into(),
        };
        let context = Context::new(self.tool.name, self.tool.timeout, origin);
        (ToolCall { context, ..call_of(&self.tool, "anna", arguments) }, cancellation)
    }

    /// Calls as the outer rooms do: the deadline drops what is still under way.
    async fn run(&self, key: Option<&str>, arguments: Value) -> Outcome {
        self.send(self.call(key, arguments).0).await
    }

    async fn send(&self, call: ToolCall) -> Outcome {
        let deadline = call.context().deadline();
        let timed_out = |_| Err(ToolError::new("timeout", "outer"));
        timeout_at(deadline, self.service.run(call)).await.unwrap_or_else(timed_out)
    }

    fn spawn(&self, key: &str, arguments: Value) -> JoinHandle<Outcome> {
        let (bench, key) = (self.clone(), key.to_owned());
        tokio::spawn(async move { bench.run(Some(&key), arguments).await })
    }

    fn ran(&self) -> usize {
        self.ran.load(Ordering::SeqCst)
    }

    /// What was on record as the function ran for the first time.
    fn before(&self) -> Vec<String> {
        self.before.lock().unwrap().first().cloned().unwrap_or_default()
    }

    fn count(&self, decision: Decision) -> u64 {
        self.stats.get(decision)
    }
}

/// The function: does what its arguments say.
fn run(
    journal: &TestJournal,
    ran: &Arc<AtomicUsize>,
    before: &Arc<Mutex<Vec<Vec<String>>>>,
) -> ToolService {
    let (journal, ran, before) = (journal.clone(), Arc::clone(ran), Arc::clone(before));
    function(move |call: ToolCall| {
        let run = ran.fetch_add(1, Ordering::SeqCst) + 1;
        before.lock().unwrap().push(journal.written());
        async move {
            let argument = |name: &str| call.arguments().get(name).cloned().unwrap_or_default();
            sleep(Duration::from_millis(argument("millis").as_u64().unwrap_or_default())).await;
            assert!(argument("panics").is_null(), "as told");
            let again = argument("then");
            let effect = if run > 1 && again.is_string() { again } else { argument("fails") };
            if let Some(effect) = effect.as_str() {
                let code = argument("code").as_str().unwrap_or("x_failed").to_owned();
                let error = ToolError::new(code, "no".to_owned());
                return Err(match effect {
                    "none" => error.effect(Effect::None),
                    "applied" => error.effect(Effect::Applied),
                    _ => error,
                });
            }
            if argument("raw") == true {
                return Ok(Reply { raw: Some(Raw(Box::new(()))), ..Reply::default() });
            }
            let size = usize::try_from(argument("size").as_u64().unwrap_or_default()).unwrap();
            Ok(Reply::text(format!("run {run}{}", "x".repeat(size))).with_meta("a/b", run))
        }
    })
}

/// What a reply says, or an error's code and effect.
fn told(outcome: &Outcome) -> String {
    match outcome {
        Ok(reply) => match &reply.content()[0] {
            crate::Content::Text(text) => text.to_string(),
            other => format!("{other:?}"),
        },
        Err(error) => format!("{} {:?}", error.code(), error.stated_effect().unwrap()),
    }
}

/// Lets tasks run that have nothing to wait for.
async fn settle() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}

fn argument() -> Value {
    json!({ "invoice": "2024-117" })
}
