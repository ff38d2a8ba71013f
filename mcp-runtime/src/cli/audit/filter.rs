//! Which records are meant.

use std::time::SystemTime;

use clap::Args;

use crate::audit::view::{View, instant};
use crate::clock::Clock;
use crate::config::parse_duration;

#[derive(Args, Default)]
pub(super) struct FilterArgs {
    /// Only of this caller, by its principal or its address.
    #[arg(long, value_name = "NAME")]
    pub(super) caller: Option<String>,
    /// Only of this tool.
    #[arg(long, value_name = "NAME")]
    pub(super) tool: Option<String>,
    /// Only from this time on: 2027-01-31T00:00:00Z, 2027-01-31 for its first instant (UTC), or 2h
    /// for two hours ago.
    #[arg(long, value_name = "TIME")]
    pub(super) since: Option<String>,
    /// Only before this time.
    #[arg(long, value_name = "TIME")]
    pub(super) until: Option<String>,
    /// Only of this call: its own id (the correlation id of an error), its request's or its
    /// trace's.
    #[arg(long, value_name = "ID")]
    pub(super) id: Option<String>,
    /// Only with this outcome: an error's code, or ok.
    #[arg(long, value_name = "CODE")]
    pub(super) outcome: Option<String>,
}

/// What a record has to be.
#[derive(Default)]
pub(super) struct Filter {
    caller: Option<String>,
    tool: Option<String>,
    since: Option<SystemTime>,
    until: Option<SystemTime>,
    id: Option<String>,
    outcome: Option<String>,
}

impl Filter {
    /// # Errors
    ///
    /// A time that is none.
    pub(super) fn new(args: &FilterArgs, clock: &Clock) -> Result<Self, String> {
        let time = |flag: &str, text: &Option<String>| {
            let Some(text) = text else { return Ok(None) };
            let day = || instant(&format!("{text}T00:00:00Z"));
            let ago = || clock.now().checked_sub(parse_duration(text)?);
            instant(text).or_else(day).or_else(ago).map(Some).ok_or_else(|| {
                format!(
                    "{flag} must be a time such as 2027-01-31T00:00:00Z, a day such as \
                     2027-01-31, or how long ago, such as 2h"
                )
            })
        };
        Ok(Self {
            caller: args.caller.clone(),
            tool: args.tool.clone(),
            since: time("--since", &args.since)?,
            until: time("--until", &args.until)?,
            id: args.id.clone(),
            outcome: args.outcome.clone(),
        })
    }

    pub(super) fn takes(&self, view: &View) -> bool {
        self.takes_any_id(view) && self.id.as_deref().is_none_or(|id| has_id(view, id))
    }

    /// The same for records of whatever id.
    pub(super) fn takes_any_id(&self, view: &View) -> bool {
        let is =
            |wanted: &Option<String>, said: &Option<String>| wanted.is_none() || wanted == said;
        let caller = is(&self.caller, &view.principal) || is(&self.caller, &view.peer);
        let time = view.written();
        caller
            && is(&self.tool, &view.tool)
            && is(&self.outcome, &view.outcome)
            && self.since.is_none_or(|since| time.is_some_and(|time| time >= since))
            && self.until.is_none_or(|until| time.is_some_and(|time| time < until))
    }
}

/// Whether an id is a record's: of the call, of its request or of its trace.
pub(super) fn has_id(view: &View, id: &str) -> bool {
    let is = |said: &Option<String>| said.as_deref() == Some(id);
    is(&view.call_id) || is(&view.request_id) || is(&view.trace) || trace_id(view) == Some(id)
}

/// The trace that a call belongs to: the second part of a `traceparent` (W3C Trace Context, 3.2.2).
pub(super) fn trace_id(view: &View) -> Option<&str> {
    view.trace.as_deref()?.split('-').nth(1)
}
