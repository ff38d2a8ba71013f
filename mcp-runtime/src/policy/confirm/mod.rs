//! Confirmation: a tool that is `destructive` runs once a person has said yes to this very call.
//!
//! ```text
//! #[tool(destructive)]                        // asks
//! #[tool(destructive, confirm = "never")]     // doesn't
//! ```
//!
//! # The question
//!
//! A call without an answer is refused with `confirmation_required`, effect `none`, before it
//! costs anything but its place under the rates. The error carries a question for the edge: a text
//! with the tool and all arguments, secret ones left out, and a signed state. Where the client can
//! ask its user, the edge puts the question and makes the call again with the answer; where it
//! can't, the model reads the error. A program in process vouches for the person itself.
//!
//! Asking takes as long as people take, and none of it counts against the call's deadline: the
//! call with the answer is a new one.
//!
//! # The answer
//!
//! A yes counts once, within 5 minutes, and for what was asked: the caller, the tool, its version
//! and the arguments as the function receives them are bound into the state, which is signed with
//! HMAC-SHA256. One that doesn't fit, is late, or was used before is asked about anew, and the log
//! says why. The key is made at random as the server starts; machines that answer for each other,
//! behind one address, share one by the setting `confirmation.key_file`.
//!
//! A no is `declined`, final, whatever its state says: nobody gains by forging it.
//!
//! # What is kept
//!
//! Nothing for a question: the client keeps the state. For each yes a name of 16 bytes until the
//! state expires, in this process's memory: each machine by itself sees to it that a yes counts
//! once there. Beyond 100,000 of them further calls are refused as `overloaded`, since what can't
//! be remembered could be used again.
//!
//! A yes is used up as the call passes here. What is refused further in, by a budget or for lack
//! of room, is asked about again.

mod question;
mod seal;
#[cfg(test)]
mod tests;

use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use tower::Layer;
use tracing::warn;

use super::service::ToolService;
use super::{Room, Running, refused};
use crate::call::ToolCall;
use crate::clock::Clock;
use crate::confirmation::{Confirmation, Question};
use crate::error::{Code, Effect, NextAction, ToolError};
use crate::exposure::warn_if_readable;
use crate::stats::{Decision, ToolStats};
use crate::store::spent::{MemorySpent, Nonce, Spending, SpentStore};
use crate::store::{Step, StoreError};
use crate::tool::ToolInfo;
use seal::{Genuine, Seal};

/// A shorter key could be found by trying.
const MIN_KEY: usize = 32;
/// A longer file is no key, but one that was named by mistake.
const MAX_KEY: u64 = 4_096;
/// How long a store may take to decide; one that takes longer is as good as down.
const STORE_WAIT: Duration = Duration::from_millis(250);
/// When to come back where an answer could not be taken.
const PAUSE: Duration = Duration::from_secs(30);

/// What the questions of a server share.
pub(crate) struct Confirmations {
    seal: Seal,
    spent: Arc<dyn SpentStore>,
    clock: Clock,
}

impl Confirmations {
    /// Signs with the key in a file, or with one of its own.
    ///
    /// # Errors
    ///
    /// What is wrong with the file; a machine that can't make random numbers.
    pub(crate) fn new(key_file: Option<&Path>, clock: Clock) -> Result<Self, String> {
        let key = match key_file {
            Some(path) => {
                warn_if_readable(path, "signs what people confirm");
                read_key(path)?
            }
            None => random::<MIN_KEY>().map_err(|problem| problem.to_string())?.to_vec(),
        };
        let seal = Seal::new(&key).ok_or("the key for confirmations is of no use")?;
        let spent = Arc::new(MemorySpent::new(clock.clone()));
        Ok(Self { seal, spent, clock })
    }
}

fn read_key(path: &Path) -> Result<Vec<u8>, String> {
    let wrong = |problem: String| format!("`confirmation.key_file` {}: {problem}", path.display());
    let file = std::fs::File::open(path).map_err(|error| wrong(error.to_string()))?;
    let mut key = Vec::new();
    file.take(MAX_KEY + 1).read_to_end(&mut key).map_err(|error| wrong(error.to_string()))?;
    if key.len() < MIN_KEY {
        return Err(wrong(format!("a key has at least {MIN_KEY} random bytes")));
    }
    if key.len() as u64 > MAX_KEY {
        return Err(wrong(format!("it is larger than {MAX_KEY} bytes, so it is no key")));
    }
    Ok(key)
}

fn random<const N: usize>() -> Result<[u8; N], getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map(|()| bytes)
}

/// Has each call of one tool confirmed.
#[derive(Clone)]
pub(crate) struct ConfirmLayer(Arc<Terms>);

struct Terms {
    opening: String,
    shared: Arc<Confirmations>,
    stats: Arc<ToolStats>,
}

impl ConfirmLayer {
    pub(crate) fn new(tool: &ToolInfo, shared: Arc<Confirmations>, stats: Arc<ToolStats>) -> Self {
        Self(Arc::new(Terms { opening: question::opening(tool), shared, stats }))
    }
}

impl Layer<ToolService> for ConfirmLayer {
    type Service = Confirmed;

    fn layer(&self, inner: ToolService) -> Confirmed {
        Confirmed { inner, terms: Arc::clone(&self.0) }
    }
}

pub(crate) struct Confirmed {
    inner: ToolService,
    terms: Arc<Terms>,
}

impl Room for Confirmed {
    type Future = Running;

    fn run(&self, call: ToolCall) -> Running {
        let step = match self.terms.judge(&call) {
            Ok(None) => return self.inner.run(call),
            Ok(Some(genuine)) => self.terms.shared.spent.spend(genuine.nonce, genuine.expiry),
            Err(error) => return refused(error),
        };
        if let Step::Done(decided) = step {
            let decided = decided.unwrap_or_else(|| Err(StoreError("no answer".to_owned())));
            return match self.terms.settle(&call, decided) {
                Ok(()) => self.inner.run(call),
                Err(error) => refused(error),
            };
        }
        let (inner, terms) = (self.inner.clone(), Arc::clone(&self.terms));
        let until = call.context().deadline().min(Instant::now() + STORE_WAIT);
        Box::pin(async move {
            let decided = timeout_at(until, step).await;
            let late = |_| Err(StoreError("took too long".to_owned()));
            terms.settle(&call, decided.unwrap_or_else(late))?;
            inner.run(call).await
        })
    }
}

impl Terms {
    /// What the call brings along: nothing that has to be looked at further, or a yes that counts
    /// unless it was used before.
    fn judge(&self, call: &ToolCall) -> Result<Option<Genuine>, ToolError> {
        match call.context().confirmation() {
            Some(Confirmation::Given) => Ok(None),
            Some(Confirmation::Answered { accepted: false, .. }) => Err(self.declined()),
            Some(Confirmation::Answered { state, accepted: true }) => {
                let now = self.shared.clock.unix_seconds();
                let verified = self.shared.seal.verify(state, call, now);
                verified.map(Some).map_err(|wrong| self.again(call, &wrong.to_string()))
            }
            None => Err(self.ask(call)),
        }
    }

    fn settle(
        &self,
        call: &ToolCall,
        decided: Result<Spending, StoreError>,
    ) -> Result<(), ToolError> {
        match decided {
            Ok(Spending::First) => Ok(()),
            Ok(Spending::Again) => Err(self.again(call, "it was used before")),
            Ok(Spending::Expired) => Err(self.again(call, "it has expired")),
            Ok(Spending::Full) => Err(self.shed("too many confirmed calls at once")),
            Err(StoreError(reason)) => Err(self
                .shed("the server can't tell at present whether the confirmation is new")
                .developer(format!("store of confirmations: {reason}"))),
        }
    }

    /// An answer that doesn't count; an honest client can go on with the new question.
    fn again(&self, call: &ToolCall, reason: &str) -> ToolError {
        warn!(reason, "a confirmation does not count");
        self.ask(call)
    }

    fn ask(&self, call: &ToolCall) -> ToolError {
        self.stats.count(Decision::Unconfirmed);
        let nonce: Nonce = match random() {
            Ok(nonce) => nonce,
            Err(error) => return ToolError::internal(error).effect(Effect::None),
        };
        let state = self.shared.seal.issue(call, nonce, self.shared.clock.unix_seconds());
        let name = call.tool().name();
        let message = format!(
            "a person has to confirm each call of `{name}`, and nobody was there to be asked: \
             tell the person what the call would do, and let them make it themselves"
        );
        ToolError::new(Code::ConfirmationRequired, message)
            .effect(Effect::None)
            .next_action(NextAction::Escalate)
            .question(Question { message: question::message(&self.opening, call), state })
    }

    fn declined(&self) -> ToolError {
        self.stats.count(Decision::Unconfirmed);
        let message = "the person who was asked to confirm this call said no: don't make it again \
                       unless they ask for it";
        ToolError::new(Code::Declined, message).effect(Effect::None).next_action(NextAction::Stop)
    }

    fn shed(&self, what: &str) -> ToolError {
        self.stats.count(Decision::Shed);
        ToolError::shed(format!("{what}: wait {PAUSE:?} before you make this call again"), PAUSE)
    }
}
