//! Faults of what a server writes.

use std::sync::Arc;

use mcp_runtime::private::{Edge, Fate, Passing, Steering, Tears, Wait};

use super::decide::Plan;
use super::kind::Kind;
use super::passage::Passage;
use super::place::Place;
use super::suffer::Threads;

/// A plan, as a server's records meet it.
pub(super) struct Records(pub(super) Arc<Plan>);

impl Steering for Records {
    fn opens(&self, edge: Edge, tears: bool) -> Result<(), String> {
        self.0.open(place(edge), tears)
    }

    fn steer(&self, passing: &Passing<'_>) -> Fate {
        let place = place(passing.edge);
        let blow = self.0.decide(&place, &Passage::of_write(passing));
        let is_torn = blow.before.iter().any(|kind| matches!(kind, Kind::Torn));
        let (mut before, mut after) =
            (self.wait(&place, blow.before), self.wait(&place, blow.after));
        match passing.tears {
            Tears::BeforeTheRest if is_torn => after = Some(fails(&place)),
            // What strikes before it is over by then.
            Tears::AfterTheRest if is_torn => {
                let failed = fails(&place);
                before = Some(match before {
                    Some(before) => Box::pin(async move {
                        before.await?;
                        failed.await
                    }),
                    None => failed,
                });
            }
            _ => {}
        }
        Fate { before, after, torn: is_torn && passing.tears == Tears::Line }
    }
}

impl Records {
    fn wait(&self, place: &Place, strikes: Vec<Kind>) -> Option<Wait> {
        if strikes.iter().all(|kind| matches!(kind, Kind::Torn)) {
            return None;
        }
        let (plan, failed) = (Arc::clone(&self.0), fails(place));
        Some(Box::pin(async move {
            match plan.suffer(strikes, Threads::Runtime).await {
                Some(_) => failed.await,
                None => Ok(()),
            }
        }))
    }
}

fn fails(place: &Place) -> Wait {
    let why = format!("a fault of the test: the {place} is down");
    Box::pin(async { Err(why) })
}

fn place(edge: Edge) -> Place {
    match edge {
        Edge::Store => Place::Store,
        Edge::Audit => Place::Audit,
    }
}
