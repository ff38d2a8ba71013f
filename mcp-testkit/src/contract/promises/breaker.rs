//! When a dependency is left alone, and when no longer.

use mcp_runtime::Decision;

use super::{Kept, Tested};
use crate::contract::Broken;
use crate::contract::subject::Subject;
use crate::contract::watch::Act;

/// Successes that close a breaker again.
const PROBES: u64 = 3;

pub(super) async fn recovers(subject: &Subject) -> Tested {
    let Some(first) = subject.promised.breakers.iter().min_by_key(|one| one.failures) else {
        return Ok(Kept::NotMade);
    };
    let failures = u64::from(first.failures);
    let name = first.name;
    let tripped = || subject.server.count(subject.info().name(), Decision::Tripped);
    subject.watch.act(Act::Unavailable);
    let mut number = 0..;
    let mut call = async || {
        let number = number.next().unwrap_or(0);
        // Each by another caller, so that no rate stands in the way.
        subject.call(&subject.entitled(&format!("caller {number}")), &subject.arguments).await
    };
    while subject.watch.begun() < failures {
        let before = (subject.watch.begun(), tripped());
        let answer = call().await;
        if tripped() > before.1 && subject.watch.begun() < failures {
            let what = format!("the breaker of `{name}` opened before {failures} failures");
            return Err(Broken::by(what, &answer));
        }
        if subject.watch.begun() == before.0 {
            let what = "this call should have run the function, to let it fail; give arguments \
                        that work: `Contract::arguments`";
            return Err(Broken::by(what, &answer));
        }
    }
    let begun = subject.watch.begun();
    let refused = call().await;
    if subject.watch.begun() > begun || tripped() == 0 {
        let what = format!("the breaker of `{name}` is closed after {failures} failures in a row");
        return Err(Broken::by(what, &refused));
    }
    subject.watch.act(Act::Answer);
    let trips = tripped();
    for probe in 1..=PROBES + 1 {
        // Nor does a kept result.
        subject.quiet().await;
        let begun = subject.watch.begun();
        let answer = call().await;
        if subject.watch.begun() == begun || tripped() > trips {
            let what = format!("`{name}` works again, and call {probe} was kept from it");
            return Err(Broken::by(what, &answer));
        }
    }
    Ok(Kept::Yes)
}
