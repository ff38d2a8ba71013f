//! [`Promise`]: what a tool promises.

use std::fmt;

macro_rules! promises {
    ($($(#[$doc:meta])* $variant:ident = $name:ident: $says:literal,)*) => {
        /// Something that a tool promises, by its attribute or by being one.
        ///
        /// One that a tool doesn't make is kept: there is nothing to test.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Promise {
            $($(#[$doc])* $variant,)*
        }

        impl Promise {
            /// Every promise there is.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name of its test.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($name),)*
                }
            }

            /// The promise in words.
            pub(super) fn says(self) -> &'static str {
                match self {
                    $(Self::$variant => $says,)*
                }
            }
        }
    };
}

promises! {
    /// Of a tool with `scope`: a caller without one of its scopes is refused, and so is anybody
    /// without a credential.
    DeniedWithoutScope = denied_without_scope:
        "a caller that lacks one of its scopes is refused, and nothing runs",
    /// Of a tool with `.where(field = argument)`: a grant that is constrained to another value, or
    /// by a field that the tool doesn't know, allows nothing.
    DeniedBeyondConstraint = denied_beyond_constraint:
        "a grant that is constrained to other arguments allows nothing",
    /// Of a tool with `scope`: lists don't show it to a caller that may not call it.
    UnlistedWithoutScope = unlisted_without_scope:
        "lists show it to those who may call it, and to nobody else",
    /// Of a tool with `cache_ttl`, unless its cache is `shared`: a kept result is given to the
    /// caller that it was made for.
    CachedByCaller = cached_by_caller:
        "a kept result is given to its own caller, and to no other",
    /// Of every tool: a call is answered within its timeout, and nothing of it goes on.
    TimeoutHonoured = timeout_honoured:
        "a call that hangs is answered within its timeout, and its future is dropped",
    /// Of every tool: many calls that hang are all answered in time, and take nothing with them.
    HangBounded = hang_bounded:
        "calls that hang take no place for longer than their timeout",
    /// Of a tool with `idempotent` that writes: a repeat under the same key gets the same answer,
    /// keys of several callers are apart, and a key is of one set of arguments.
    ReplaysEqual = replays_equal:
        "a key has one effect, and each repeat of it the same answer",
    /// Of the same tools: a client that lost the answer, or went away in mid-call, tries again.
    LostReplyRetried = lost_reply_retried:
        "a call whose reply got lost is retried without a second effect",
    /// Of every tool that writes: its server may be killed at any
    /// [point](crate::crash::CrashPoint) of a call and started anew.
    CrashKeepsPromises = crash_keeps_promises:
        "killed at any point of a call and started anew, its server repeats no effect and loses no \
         record",
    /// Of every tool on a server with an audit log: without a record nothing is done.
    AuditOutageRefuses = audit_outage_refuses:
        "while nothing can be put on record, nothing is done",
    /// Of a tool with rates of its own or of its server: so many calls pass, and no more.
    RateLimitExact = rate_limit_exact:
        "as many calls pass as its rates allow, and the next one at the stated time",
    /// Of a tool on a dependency with a breaker.
    BreakerRecovers = breaker_recovers:
        "failures open the breaker of its dependency, and successes close it again",
    /// Of every tool: whatever its schema admits is never answered with `internal`, which a panic
    /// is too.
    ValidArgumentsAccepted = valid_arguments_accepted:
        "arguments that its schema admits are never answered with `internal`",
    /// Of every tool: arguments that break a rule are refused with its place and name.
    BrokenArgumentsRefused = broken_arguments_refused:
        "arguments that break a rule are refused with the rule and its place, and nothing runs",
    /// Of every tool: results are as its output schema says.
    ResultsConform = results_conform:
        "results conform to its output schema",
    /// Of a tool with `#[arg(secret)]`: logs, records and errors don't hold what was sent.
    SecretsKept = secrets_kept:
        "what is sent as a secret stands in no log, no record and no error",
}

impl fmt::Display for Promise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
