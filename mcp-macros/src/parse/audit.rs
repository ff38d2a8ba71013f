//! `audit`, of a tool and of an argument.

use syn::Ident;

use super::{duration, entries::Entries, keys};
use crate::{
    diag::Diagnostics,
    model::{parsed::Given, records::Audit},
};

/// Records are evidence: some have to be kept for ten years.
const LONGEST: u64 = 10 * duration::LONGEST;
/// What the server's own setting takes: who looks into what happened comes later than that.
const SHORTEST: u64 = 60 * 60 * 1000;

/// Takes `audit(…)`.
pub(super) fn of_tool(entries: &mut Entries, diagnostics: &mut Diagnostics) -> Option<Audit> {
    const HELP: &str = "write `audit(result = \"redacted\")`, `audit(retention = \"365d\")` or both; \
                        without it every call is recorded, too";
    if entries.is_bare("audit") {
        let word = entries.flag("audit", diagnostics)?;
        diagnostics.error(word, "`audit` says nothing by itself").help(HELP);
        return None;
    }
    let list = entries.list("audit", diagnostics)?;
    if list.value.is_empty() {
        diagnostics.error(list.key, "`audit` says nothing by itself").help(HELP);
        return None;
    }
    let mut inner = Entries::parse("audit", keys::AUDIT, list.value, diagnostics);
    let result = inner.one_of("result", ["digest", "redacted"], diagnostics);
    let retention = inner.duration_up_to("retention", LONGEST, diagnostics);
    if let Some(Given { key, value }) = &retention
        && *value < SHORTEST
    {
        let (given, shortest) = (duration::text(*value), duration::text(SHORTEST));
        diagnostics
            .error(key, format!("`retention` is {given}, but the shortest is {shortest}"))
            .help("write `retention = \"180d\"`: records are for those who look back");
    }
    Some(Audit {
        keep_result: result == Some("redacted"),
        retention: retention.map(|given| given.value),
    })
}

/// Takes the one value that `audit` of an argument has.
pub(super) fn of_argument(entries: &mut Entries, diagnostics: &mut Diagnostics) -> Option<Ident> {
    let given = entries.string("audit", diagnostics)?;
    if given.value.value() == "plain" {
        return Some(given.key);
    }
    diagnostics
        .error(given.value, "`audit` of an argument takes nothing but \"plain\"")
        .help("write `audit = \"plain\"`, or leave it out: the log holds the argument's digest");
    None
}
