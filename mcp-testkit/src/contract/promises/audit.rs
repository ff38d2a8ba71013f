//! What is done without a record.

use mcp_runtime::Code;

use super::{Kept, Tested};
use crate::contract::Broken;
use crate::contract::subject::Subject;

pub(super) async fn outage(subject: &Subject) -> Tested {
    if !subject.server.app().is_recorded() {
        return Ok(Kept::NotMade);
    }
    let who = subject.entitled("anna");
    subject.reaches_stand_in(&who).await?;
    subject.quiet().await;
    let before = subject.watch.begun();
    subject.outage.begin();
    let refused = subject.call(&who, &subject.arguments).await;
    if subject.watch.begun() > before {
        let what = "the function ran although nothing could be put on record";
        return Err(Broken::by(what, &refused));
    }
    let is_told =
        refused.outcome().as_ref().is_err_and(|error| *error.code() == Code::AuditUnavailable);
    if !is_told {
        return Err(Broken::by("was to be refused with `audit_unavailable`", &refused));
    }
    subject.outage.end();
    subject.quiet().await;
    let after = subject.call(&who, &subject.arguments).await;
    if subject.watch.begun() == before {
        return Err(Broken::by("the outage is over, and calls are refused still", &after));
    }
    Ok(Kept::Yes)
}
