//! What an operator sets is part of the contract in force.

use std::collections::BTreeMap;
use std::time::Duration;

use super::build::tool;
use super::fixture::{GET_INVOICE, SEARCH, server};
use crate::config::Settings;
use crate::config::overrides::Override;
use crate::policies::{Per, RateLimit};

#[test]
fn what_an_operator_sets_is_what_holds() {
    let own = RateLimit::new(60, 60_000, Per::Caller).burst(10);
    let (tool_wide, server_wide) =
        (RateLimit::new(5, 1_000, Per::Tool), RateLimit::new(900, 60_000, Per::Global));
    let over = Override {
        timeout: Some(Duration::from_secs(4)),
        concurrency: Some(2),
        cache_ttl: Some(Duration::from_secs(5)),
        rate_limits: vec![tool_wide],
    };
    let settings = Settings {
        tool_concurrency: Some(32),
        // One of the tool's own, given again: it counts once.
        rate_limits: vec![own, server_wide],
        overrides: BTreeMap::from([("get_invoice".to_owned(), over)]),
        ..Settings::default()
    };
    let manifest =
        server(&[&GET_INVOICE, &SEARCH]).with_settings(settings).build().unwrap().manifest();

    let policies = &tool(&manifest, "get_invoice").policies;
    assert_eq!(policies.timeout_ms, 4_000);
    assert_eq!(policies.concurrency.as_ref().map(|limit| limit.max), Some(2));
    assert_eq!(policies.cache.as_ref().map(|cache| cache.ttl_ms), Some(5_000));
    let rates: Vec<_> = policies.rate_limits.iter().map(|rate| (rate.count, &*rate.per)).collect();
    assert_eq!(rates, [(60, "caller"), (5, "tool"), (900, "global")]);

    let policies = &tool(&manifest, "search").policies;
    assert_eq!(policies.concurrency.as_ref().map(|limit| limit.max), Some(32));
    assert_eq!(policies.rate_limits.len(), 2);
}
