//! What every journal has to keep, as tests that are written once: the unit tests of this crate's
//! journals play them, and so does whoever asks the test kit to, on what a server is configured with.

mod act;
#[cfg(test)]
mod draws;
mod model;
#[cfg(feature = "testing")]
pub(crate) mod outside;
mod script;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod unit;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

#[cfg(test)]
pub(crate) use self::act::Script;
#[cfg(test)]
pub(crate) use self::draws::scripts;
pub(crate) use self::script::{Processes, run};
#[cfg(test)]
pub(crate) use self::unit::*;
use super::once::Begin;
use crate::audit::{Digest, Draft, Intent, Shown};
use crate::clock::Clock;

pub(crate) const LEASE: Duration = Duration::from_secs(1);
pub(crate) const TTL: Duration = Duration::from_secs(10);
/// Of records.
pub(crate) const RETENTION: Duration = Duration::from_hours(24);

/// At an hour of the day that no test depends on.
pub(crate) fn clock() -> Clock {
    Clock::starting_at(UNIX_EPOCH + Duration::from_hours(500_000))
}

pub(crate) fn begin(call_id: &str) -> Begin {
    Begin {
        payload: [1; 32],
        version: "1".into(),
        call_id: call_id.to_owned(),
        lease: LEASE,
        ttl: TTL,
        settles: false,
    }
}

pub(crate) fn intent(call_id: &str, time: SystemTime) -> Draft {
    Draft::Intent(Box::new(Intent {
        time,
        call_id: call_id.into(),
        parent: None,
        request_id: None,
        principal: "anna".into(),
        tool: "pay_invoice",
        version: "1",
        shown: Shown::nothing(),
        digest: Digest::of(&[7; 32]),
        trace: Some("00-trace-span-01".into()),
        key: None,
        retention: RETENTION,
    }))
}
