//! The promises, one file for those that belong together.
//!
//! Each is a function from a [`Subject`] to whether the tool makes the promise at all, or to how it
//! breaks it.

mod access;
mod arguments;
mod audit;
mod breaker;
mod cache;
mod keys;
mod rate;
mod results;
mod secrets;
mod time;

use super::subject::Subject;
use super::{Broken, Promise};

/// What came of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    /// The promise is kept.
    Yes,
    /// It is kept wherever a test can look; this is where it couldn't.
    InPart(&'static str),
    /// The tool doesn't make it.
    NotMade,
}

type Tested = Result<Kept, Broken>;

pub(super) async fn test(subject: &Subject, promise: Promise) -> Tested {
    match promise {
        Promise::DeniedWithoutScope => access::denied(subject).await,
        Promise::DeniedBeyondConstraint => access::constrained(subject).await,
        Promise::UnlistedWithoutScope => access::unlisted(subject).await,
        Promise::CachedByCaller => cache::by_caller(subject).await,
        Promise::TimeoutHonoured => time::honoured(subject).await,
        Promise::HangBounded => time::bounded(subject).await,
        Promise::ReplaysEqual => keys::replays(subject).await,
        Promise::LostReplyRetried => keys::retries(subject).await,
        // Of several servers: see `contract::crashes`.
        Promise::CrashKeepsPromises => Ok(Kept::NotMade),
        Promise::AuditOutageRefuses => audit::outage(subject).await,
        Promise::RateLimitExact => rate::exact(subject).await,
        Promise::BreakerRecovers => breaker::recovers(subject).await,
        Promise::ValidArgumentsAccepted => arguments::valid(subject).await,
        Promise::BrokenArgumentsRefused => arguments::broken(subject).await,
        Promise::ResultsConform => results::conform(subject).await,
        Promise::SecretsKept => secrets::kept(subject).await,
    }
}
