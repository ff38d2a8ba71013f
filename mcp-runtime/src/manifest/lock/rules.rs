//! The table: what a change of each field means.
//!
//! It is written with one rule for each field of the model; a reviewer reads the reasons as they
//! stand here, and the guide shows the same table.

use super::Class;

/// What the changes of one field mean.
#[derive(Debug)]
pub(super) struct Rule {
    /// The field, as the lock spells it.
    pub(super) field: &'static str,
    pub(super) cases: &'static [Case],
}

/// What one kind of change means. Where two cases have the same turn, both are told.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) turn: Turn,
    pub(super) class: Class,
    pub(super) why: &'static str,
}

/// How a field changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Turn {
    Added,
    Removed,
    /// To more.
    Up,
    /// To less.
    Down,
    /// False to true.
    On,
    /// True to false.
    Off,
    /// To something else.
    Changed,
}

macro_rules! rules {
    ($($part:literal { $(
        $name:ident $field:literal $($when:literal)?: $($turn:ident $class:ident $why:literal),+;
    )+ })+) => {
        $($(pub(super) const $name: Rule = Rule {
            field: $field,
            cases: &[$(Case { turn: Turn::$turn, class: Class::$class, why: $why }),+],
        };)+)+

        /// Every rule, as the guide lists them: the part of a manifest that it belongs to, the
        /// rule, and where it holds, if not everywhere.
        #[cfg(test)]
        pub(super) const ALL: &[(&str, Rule, &str)] =
            &[$($(($part, $name, concat!($($when)?))),+),+];
    };
}

rules! {
    "server" {
        FORM "manifest":
            Changed Breaking "manifests of two forms cannot be compared";
        SERVER_NAME "name":
            Changed Breaking "this is another server's lock, or the server was renamed: what is kept under its name is not found any more";
        SERVER_TITLE "title":
            Changed Compatible "a name for people";
    }
    "scope" {
        SCOPE "scope":
            Added Compatible "by itself a scope opens nothing",
            Removed Compatible "by itself a scope closes nothing";
        SCOPE_DESCRIPTION "description":
            Changed Compatible "people grant a scope by its description";
        SCOPE_IMPLIES "implies":
            Added Widening "whoever holds the scope may do what the other one allows, too",
            Removed Tightening "whoever holds the scope needs the other one by itself now";
        SCOPE_TOOLS "tools":
            Added Widening "the scope counts for a tool for which it did not",
            Removed Tightening "the scope no longer counts for the tool";
    }
    "tool" {
        TOOL "tool":
            Added Compatible "nobody relied on it",
            Removed Breaking "calls of it fail";
        TOOL_PUBLIC "tool" "public":
            Added Widening "a new tool that everyone may call";
        TOOL_UNCONFIRMED "tool" "destructive without confirmation":
            Added Widening "a new tool that can destroy, and nobody is asked before it does";
        TITLE "title":
            Changed Compatible "a name for people";
        DESCRIPTION "description":
            Changed Compatible "models choose a tool and fill in its arguments by descriptions: read the new one as you would read code";
        VERSION "version":
            Changed Breaking "by its author's word this is another contract, whatever else can be seen";
        LISTED "listed":
            On Compatible "nobody relied on it",
            Off Breaking "clients do not see it any more, and calls of it fail";
        EFFECT "effect":
            Up Widening "whoever may call it can do more harm than the lock says, under the same scopes",
            Down Tightening "it does less; clients that ask a person before it writes or destroys may stop asking";
        IDEMPOTENT "idempotent":
            On Compatible "it becomes safe to repeat, and clients may repeat it",
            Off Breaking "who repeats a call on the lock's word may do twice what should be done once";
        OPEN_WORLD "open_world":
            On Widening "arguments may leave the server's own domain, and what comes back may be anyone's text",
            Off Tightening "it no longer reaches beyond the server's own domain";
        CONFIRMATION "confirmation":
            On Tightening "a person has to confirm each call; clients that cannot ask are refused",
            Off Widening "no person is asked any more before a call destroys something";
        SECRETS "secrets":
            Added Compatible "what is sent is no longer recorded",
            Removed Widening "what is sent may be recorded in logs and audit";
        CHECKS "checks":
            Added Tightening "one more business rule can refuse a call",
            Removed Widening "calls that a business rule refused can pass";
        INPUT "input":
            Changed Compatible "the schema is written in another way and accepts the same";
        OUTPUT "output":
            Added Compatible "results get a form that readers can rely on",
            Removed Breaking "readers relied on the form of its results",
            Changed Compatible "the schema is written in another way and promises the same";
    }
    "access" {
        ACCESS "access" "from scopes to unstated to public":
            Up Widening "callers need less than before, or nothing at all",
            Down Tightening "callers need something that they did not need before";
        SCOPES "scopes":
            Added Tightening "callers need one more scope",
            Removed Widening "callers need one scope less";
        SCOPES_ALIKE "scopes" "where another one that is asked for decides as much":
            Added Compatible "whoever passed before passes this one, too",
            Removed Compatible "whoever passes now has what this one asked for";
        IMPLIED_BY "implied_by":
            Added Widening "whoever holds the other scope may call the tool, too",
            Removed Tightening "the other scope is not enough any more";
        CONSTRAINTS "constraints":
            Added Widening "grants that are constrained by this field were refused; now they pass, for their own rows",
            Removed Widening "the tool no longer keeps anyone to the rows of a grant: whoever passes sees all of them",
            Removed Tightening "grants that are constrained by this field passed for their own rows; now they are refused";
        ARGUMENT "argument":
            Added Tightening "a call for other rows than the grant's is refused; before, the function had to leave them out",
            Removed Widening "calls are no longer compared with the grant: the function alone has to leave out other rows",
            Changed Widening "grants are compared with another argument: calls that were refused can pass",
            Changed Tightening "grants are compared with another argument: calls that passed can be refused";
    }
    "policies" {
        TIMEOUT "timeout_ms":
            Up Widening "a call may hold its place and its backends for longer",
            Down Tightening "calls that were in time can be cut off";
        RATE_LIMITS "rate_limits":
            Added Tightening "one more rate can refuse a call",
            Removed Widening "a rate no longer holds callers back";
        RATE "rate_limits.count":
            Up Widening "more calls in the same time",
            Down Tightening "fewer calls in the same time",
            Changed Compatible "the same pace in other numbers";
        BURST "rate_limits.burst":
            Up Widening "more calls at once",
            Down Tightening "fewer calls at once";
        RETRY "retry":
            Added Compatible "failures may be mended by a repeat",
            Removed Compatible "failures that a repeat would have mended reach the caller";
        ATTEMPTS "retry.attempts":
            Up Compatible "more failures may be mended by a repeat",
            Down Compatible "fewer failures are mended by a repeat";
        ATTEMPT_TIMEOUT "retry.attempt_timeout_ms":
            Added Tightening "attempts that were in time can be cut off",
            Removed Compatible "an attempt has the whole timeout",
            Up Compatible "an attempt has more of the timeout",
            Down Tightening "attempts that were in time can be cut off";
        RETRY_BASE "retry.base_ms":
            Up Compatible "longer pauses between attempts",
            Down Compatible "shorter pauses between attempts";
        CACHE "cache":
            Added Compatible "a result may be as old as the lifetime",
            Removed Compatible "every call does its work";
        CACHE_TTL "cache.ttl_ms":
            Up Compatible "results may be older",
            Down Compatible "results are fresher, and more calls do their work";
        CACHE_REVALIDATE "cache.stale_while_revalidate_ms":
            Added Compatible "results may be older",
            Removed Compatible "results are fresher",
            Up Compatible "results may be older",
            Down Compatible "results are fresher";
        CACHE_IF_ERROR "cache.stale_if_error_ms":
            Added Compatible "an old result may stand in for a failure",
            Removed Compatible "failures reach the caller",
            Up Compatible "an older result may stand in for a failure",
            Down Compatible "more failures reach the caller";
        CACHE_SHARED "cache.shared":
            On Widening "a result that was made for one caller is shown to all",
            Off Compatible "each caller has results of its own";
        COST "cost":
            Added Tightening "calls take from their callers' budgets",
            Removed Widening "calls take nothing from their callers' budgets",
            Up Tightening "the same budget holds fewer calls",
            Down Widening "the same budget holds more calls";
        FALLBACK "fallback":
            Changed Compatible "which tool answers where a backend is not available; it asks the caller for its own scopes";
        BLOCKING "blocking":
            On Compatible "where the function runs",
            Off Compatible "where the function runs";
        HEARTBEAT "heartbeat_ms":
            Added Compatible "signs of life for clients that ask",
            Removed Compatible "no signs of life between call and answer",
            Up Compatible "fewer signs of life",
            Down Compatible "more signs of life";
        MAX_RESULT "max_result_bytes":
            Added Tightening "results that are too large become errors",
            Removed Widening "results may be of any size",
            Up Widening "results may be larger",
            Down Tightening "results that fitted can become errors";
        IDEMPOTENCY "idempotency":
            Added Compatible "a repeat with the key of an earlier call gets its answer, and has no effect of its own",
            Removed Breaking "keys are not looked at any more: who repeats a call may do twice what was done once";
        IDEMPOTENCY_NATURAL "idempotency" "where without keys a repeat is harmless by itself":
            Added Breaking "a repeat is safe only with the key of the first call; before, any was",
            Removed Compatible "by its author's word a repeat is harmless, with or without a key";
        KEY "idempotency.key":
            Changed Breaking "calls without a key of their client were one by other arguments: what was one call may be two, and two may be one";
        KEY_TTL "idempotency.ttl_ms":
            Up Tightening "a call that would have been a new one gets the answer of an old one",
            Down Breaking "who repeats a call within the time of the lock may do twice what was done once";
        KEY_REQUIRED "idempotency.required":
            On Breaking "calls without a key are refused",
            Off Widening "calls without a key run, and nothing keeps a repeat of them from doing it again";
        IN_FLIGHT "idempotency.in_flight" "from wait to reject":
            Up Tightening "a call whose key is in use is told to come back, and does not wait for the answer",
            Down Compatible "a call whose key is in use waits for the answer";
        RECONCILE "idempotency.reconcile":
            On Compatible "where nobody knows what a call did, it is found out",
            Off Tightening "where nobody knows what a call did, its key is refused for as long as it is remembered";
        TRANSACTION "idempotency.transaction":
            On Compatible "the effect and the record of it are one: it is always known what a call did",
            Off Tightening "after a crash nobody may know what a call did, and its key is refused";
        AUDIT_RESULT "audit.result":
            On Widening "who can read the audit log can read results",
            Off Tightening "results can no longer be read in the audit log";
        AUDIT_PLAIN "audit.plain":
            Added Widening "who can read the audit log can read the argument",
            Removed Tightening "the argument can no longer be read in the audit log";
        AUDIT_RETENTION "audit.retention_ms":
            Added Widening "its records are no longer kept for as long as the server says, and may be gone earlier",
            Removed Widening "its records are kept for as long as the server says, and may be gone earlier",
            Up Widening "what the audit log holds can be read for longer",
            Down Widening "what was done can be looked into for less time";
        DEPENDENCIES "dependencies":
            Added Tightening "its breaker and its limits can refuse a call",
            Removed Widening "its breaker and its limits no longer hold the tool back";
    }
    "policies, and each dependency of them" {
        CONCURRENCY "concurrency":
            Added Tightening "calls wait for a place, or are refused",
            Removed Widening "any number of calls may run at a time";
        CONCURRENCY_MAX "concurrency.max":
            Up Widening "more calls may run at a time",
            Down Tightening "fewer calls may run at a time";
        ADAPTIVE "concurrency.adaptive":
            On Tightening "fewer calls run at a time while latency is high",
            Off Widening "as many calls run at a time as are allowed, whatever the latency";
        QUEUE "queue":
            Added Tightening "calls that wait for a place are bounded in number and time",
            Removed Widening "the bounds on calls that wait for a place are not stated any more";
        QUEUE_DEPTH "queue.depth":
            Up Widening "more calls may wait for a place",
            Down Tightening "calls that would have waited can be refused";
        QUEUE_WAIT "queue.wait_ms":
            Up Widening "calls may wait longer for a place",
            Down Tightening "calls that would have waited can be refused";
    }
    "each dependency" {
        BREAKER "breaker":
            Added Tightening "calls can be refused while the dependency fails",
            Removed Widening "nothing leaves the dependency alone while it fails";
        BREAKER_FAILURES "breaker.failures":
            Up Widening "the breaker opens later",
            Down Tightening "the breaker opens sooner";
        BREAKER_RATIO "breaker.ratio":
            Up Widening "the breaker opens later",
            Down Tightening "the breaker opens sooner";
        BREAKER_SLOW "breaker.slow_ms":
            Added Tightening "slow calls open the breaker",
            Removed Widening "slow calls no longer open the breaker",
            Up Widening "the breaker opens later",
            Down Tightening "the breaker opens sooner";
        BREAKER_OPEN "breaker.open_ms":
            Up Tightening "an open breaker refuses calls for longer",
            Down Widening "a failing dependency is left alone for less time";
        RETRY_BUDGET "retry_budget":
            Up Widening "a failing dependency gets more repeats",
            Down Tightening "fewer failures may be mended by a repeat";
    }
}
