//! [`Faults`]: the plan of a test.

use std::sync::Arc;

use super::decide::{At, Plan};
use super::fault::Fault;
use super::journal::Strike;
use super::kind::Kind;
use super::place::Place;
use super::seed;
use crate::time::Time;

/// What goes wrong in one test: faults at edges, a seed, and a journal of what was struck.
///
/// A handle: its clones are the same plan. A fault can be added to one that is in use, by
/// `faults.clone().tool(…)`.
///
/// Where a test fails while it holds a handle, or a [`TestServer`](crate::TestServer) that uses the
/// plan, the seed and the strikes are printed with the failure. `MCP_TEST_SEED` set to that seed
/// repeats them: it takes the place of every plan's own seed.
pub struct Faults(pub(crate) Arc<Plan>);

impl Faults {
    /// A plan with a seed that nobody chose: another one in each run.
    pub fn new() -> Self {
        Self::of(seed::asked_for().unwrap_or_else(seed::fresh))
    }

    /// A plan with this seed.
    pub fn seeded(seed: u64) -> Self {
        Self::of(seed::asked_for().unwrap_or(seed))
    }

    /// A plan with this seed, whatever the environment says.
    pub(super) fn of(seed: u64) -> Self {
        Self(Arc::new(Plan::new(seed)))
    }

    /// Puts a fault around a tool's function: inside its policies, around each attempt. What the
    /// pipeline does about it is what a test finds out.
    ///
    /// [`Fault::drop_reply_after_effect`] and [`Fault::drop_request`], which a function can't
    /// suffer, are put around the tool's [calls](Self::call).
    ///
    /// # Panics
    ///
    /// When the fault can't happen there.
    #[track_caller]
    pub fn tool(self, tool: &str, fault: Fault) -> Self {
        let tool = tool.into();
        let place = match fault.kind {
            Kind::DropReply | Kind::DropRequest => Place::Call(tool),
            _ => Place::Function(tool),
        };
        self.with(At::One(place.clone()), &place, fault)
    }

    /// Puts a fault around the function of every tool. Each counts on its own.
    ///
    /// # Panics
    ///
    /// When the fault can't happen there.
    #[track_caller]
    pub fn every_tool(self, fault: Fault) -> Self {
        self.with(At::EveryFunction, &Place::Function("".into()), fault)
    }

    /// Puts a fault around a tool's whole pipeline: what its caller sees of calls by
    /// [`TestServer::call`](crate::TestServer::call). Nothing of it is on record.
    ///
    /// # Panics
    ///
    /// When the fault can't happen there.
    #[track_caller]
    pub fn call(self, tool: &str, fault: Fault) -> Self {
        let place = Place::Call(tool.into());
        self.with(At::One(place.clone()), &place, fault)
    }

    /// Puts a fault around a dependency, by the name that [`wrap`](Self::wrap) or
    /// [`layer`](Self::layer) gives it.
    ///
    /// # Panics
    ///
    /// When the fault can't happen there.
    #[track_caller]
    pub fn dependency(self, name: &str, fault: Fault) -> Self {
        let place = Place::Dependency(name.into());
        self.with(At::One(place.clone()), &place, fault)
    }

    /// Puts a fault on what goes from the client to the server, over a [pipe](Self::pipe) or
    /// [HTTP](Self::http). Calls of tools count, and nothing else; see [`Fault::any_message`].
    ///
    /// # Panics
    ///
    /// When the fault can't happen there.
    #[track_caller]
    pub fn requests(self, fault: Fault) -> Self {
        self.with(At::One(Place::Requests), &Place::Requests, fault)
    }

    /// Puts a fault on what goes from the server to the client. Replies to calls of tools count.
    ///
    /// # Panics
    ///
    /// When the fault can't happen there.
    #[track_caller]
    pub fn replies(self, fault: Fault) -> Self {
        self.with(At::One(Place::Replies), &Place::Replies, fault)
    }

    /// Puts a fault on what the server writes to its store: keys of idempotent calls, and the
    /// audit log where that is there too, as it is unless `Server::audit` says otherwise. Then the
    /// intent of a call and its claim are one write, and so are its outcome and the key's end.
    ///
    /// All writes count; [`Fault::on`] picks one kind.
    ///
    /// # Panics
    ///
    /// When the fault can't happen there.
    #[track_caller]
    pub fn store(self, fault: Fault) -> Self {
        self.with(At::One(Place::Store), &Place::Store, fault)
    }

    /// Puts a fault on what the server writes to its audit log. Where that is in the store, it is a
    /// fault of each write that has a record, with all that is in it.
    ///
    /// # Panics
    ///
    /// When the fault can't happen there.
    #[track_caller]
    pub fn audit(self, fault: Fault) -> Self {
        self.with(At::One(Place::Audit), &Place::Audit, fault)
    }

    #[track_caller]
    fn with(self, at: At, place: &Place, fault: Fault) -> Self {
        let misfit = fault.kind.misfit(place, fault.after_effect);
        let misfit = misfit.or_else(|| fault.when.contradiction(place));
        if let Some(why) = misfit {
            panic!("the fault `{fault}` at {place}: {why}");
        }
        self.0.add(at, fault);
        self
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.0.seed()
    }

    /// What was struck so far, in the order of the decisions; the first 10,000.
    pub fn journal(&self) -> Vec<Strike> {
        self.0.journal()
    }

    /// Fails a test whose faults had no part in it.
    ///
    /// # Panics
    ///
    /// When a fault of the plan has not struck.
    #[track_caller]
    pub fn assert_all_struck(&self) {
        let idle = self.0.idle();
        assert!(idle.is_empty(), "these faults never struck:{idle}");
    }

    /// Lets faults of the wall clock move this time. A server that uses the plan does so itself.
    pub fn time(self, time: &Time) -> Self {
        self.0.move_clock(time.clock());
        self
    }
}

impl Default for Faults {
    fn default() -> Self {
        Self::new()
    }
}
