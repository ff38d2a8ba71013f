//! [`CrashPoint`]: where a server is killed.

use std::fmt;

use mcp_runtime::Effect;
use mcp_runtime::private::Write;

use super::case::Failure;

/// An instant in a call at which a server is killed.
///
/// They are the boundaries between which something durable or visible happens: a crash anywhere else
/// leaves what a crash at one of these leaves. What comes before [`AfterReply`](Self::AfterReply) is
/// of a call that succeeds. The others are of calls that fail: [`AfterFailure`](Self::AfterFailure)
/// and [`AfterDoubt`](Self::AfterDoubt) let the function fail in the kit's own way, once with an error
/// that may be retried and once with one that may not; [`AfterRefusal`](Self::AfterRefusal) makes
/// the call with arguments that break a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CrashPoint {
    /// The call has come in, and nothing of it is on record.
    BeforeIntent,
    /// Its intent is in the log, and its key isn't claimed. Only calls with a key whose log is in
    /// another place than their keys get here: elsewhere both are one write.
    BeforeClaim,
    /// Its intent is on record, and its key is claimed. Nobody was told that.
    AfterIntent,
    /// It is on record that the function of a call with a key may run. It didn't. Calls without a
    /// key don't get here.
    AfterStart,
    /// The function is about to run.
    BeforeEffect,
    /// An attempt has had its effect and failed, with an error that leaves the effect open, and the
    /// next one is about to begin. Only calls of tools with `retry` get here, where such an error
    /// is worth another attempt.
    BetweenAttempts,
    /// The function has returned: its effect is there, and nothing says so.
    AfterEffect,
    /// The function has had its effect and goes on for so long that the call has renewed the lease
    /// of its key. Only calls with a key get here, whose timeout and attempts are long enough.
    AfterRenewal,
    /// The answer is in the key, and the outcome isn't in the log: as for
    /// [`BeforeClaim`](Self::BeforeClaim), two places.
    BeforeOutcome,
    /// The outcome is on record, and the answer is in the key. The reply hasn't left.
    AfterOutcome,
    /// The client has the reply.
    AfterReply,
    /// The function has failed without an effect: that is on record, and the key is free again.
    AfterFailure,
    /// The function has had its effect and failed, and says that nobody knows of it: that is on
    /// record, and the key is in doubt.
    AfterDoubt,
    /// The same client was refused with arguments that break a rule, and that is on record.
    AfterRefusal,
}

/// Which part of a write that goes to two places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The first one, whichever place that is.
    First,
    /// The last one, or all of a write that has one place.
    Last,
}

/// What is known of the calls that get to points.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Facts {
    /// They are on record.
    pub(super) recorded: bool,
    /// They have a key.
    pub(super) keyed: bool,
    /// Keys and log are in two places.
    pub(super) apart: bool,
    /// An attempt may be followed by another one.
    pub(super) retries: bool,
    /// They may run for longer than until their lease is renewed.
    pub(super) renews: bool,
}

impl CrashPoint {
    /// All of them, in the order of a call; then those of calls that fail.
    pub const ALL: &[Self] = &[
        Self::BeforeIntent,
        Self::BeforeClaim,
        Self::AfterIntent,
        Self::AfterStart,
        Self::BeforeEffect,
        Self::BetweenAttempts,
        Self::AfterEffect,
        Self::AfterRenewal,
        Self::BeforeOutcome,
        Self::AfterOutcome,
        Self::AfterReply,
        Self::AfterFailure,
        Self::AfterDoubt,
        Self::AfterRefusal,
    ];

    /// As in messages: `after_effect`.
    pub fn name(self) -> &'static str {
        match self {
            Self::BeforeIntent => "before_intent",
            Self::BeforeClaim => "before_claim",
            Self::AfterIntent => "after_intent",
            Self::AfterStart => "after_start",
            Self::BeforeEffect => "before_effect",
            Self::BetweenAttempts => "between_attempts",
            Self::AfterEffect => "after_effect",
            Self::AfterRenewal => "after_renewal",
            Self::BeforeOutcome => "before_outcome",
            Self::AfterOutcome => "after_outcome",
            Self::AfterReply => "after_reply",
            Self::AfterFailure => "after_failure",
            Self::AfterDoubt => "after_doubt",
            Self::AfterRefusal => "after_refusal",
        }
    }

    /// The write after which it is, or after a part of which.
    pub(super) fn follows(self) -> Option<(Write, Part)> {
        match self {
            Self::BeforeClaim => Some((Write::Begin, Part::First)),
            Self::AfterIntent => Some((Write::Begin, Part::Last)),
            Self::AfterStart => Some((Write::Start, Part::Last)),
            Self::AfterRenewal => Some((Write::Renew, Part::Last)),
            Self::BeforeOutcome => Some((Write::End, Part::First)),
            Self::AfterOutcome | Self::AfterFailure | Self::AfterDoubt => {
                Some((Write::End, Part::Last))
            }
            Self::AfterRefusal => Some((Write::Refusal, Part::Last)),
            Self::BeforeIntent
            | Self::BeforeEffect
            | Self::BetweenAttempts
            | Self::AfterEffect
            | Self::AfterReply => None,
        }
    }

    /// Whether a call gets there.
    pub(super) fn is_passed(self, facts: Facts) -> bool {
        let Facts { recorded, keyed, apart, retries, renews } = facts;
        match self {
            Self::BeforeIntent
            | Self::AfterIntent
            | Self::AfterOutcome
            | Self::AfterFailure
            | Self::AfterDoubt => recorded || keyed,
            Self::BeforeClaim | Self::BeforeOutcome => keyed && apart,
            Self::AfterStart => keyed,
            Self::AfterRenewal => keyed && renews,
            Self::BetweenAttempts => retries,
            Self::AfterRefusal => recorded,
            Self::BeforeEffect | Self::AfterEffect | Self::AfterReply => true,
        }
    }

    /// Whether a call gets there by the kit's own doing: it fails, or lasts.
    pub(super) fn is_provoked(self) -> bool {
        matches!(
            self,
            Self::BetweenAttempts
                | Self::AfterRenewal
                | Self::AfterFailure
                | Self::AfterDoubt
                | Self::AfterRefusal
        )
    }

    /// Whether a call that is expected to get there may be over before: how long its attempts last,
    /// and whether there is another one, is the tool's own affair.
    pub(super) fn may_be_missed(self) -> bool {
        matches!(self, Self::AfterRenewal | Self::BetweenAttempts)
    }

    /// Whether nothing has happened: the function didn't run, or says so.
    pub(super) fn is_harmless(self) -> bool {
        matches!(
            self,
            Self::BeforeIntent
                | Self::BeforeClaim
                | Self::AfterIntent
                | Self::AfterFailure
                | Self::AfterRefusal
        )
    }

    /// Whether the key has the answer.
    pub(super) fn is_settled(self) -> bool {
        matches!(self, Self::BeforeOutcome | Self::AfterOutcome | Self::AfterReply)
    }

    /// The record that is there by now, beside the intent: its kind, and its code where it is known.
    pub(super) fn leaves(self) -> Option<(&'static str, Option<&'static str>)> {
        match self {
            Self::AfterOutcome | Self::AfterReply => Some(("outcome", Some("ok"))),
            Self::AfterFailure | Self::AfterDoubt => Some(("outcome", Some(Failure::CODE))),
            Self::AfterRefusal => Some(("refusal", None)),
            _ => None,
        }
    }

    /// How the function fails in the calls that get there, one call for each.
    pub(super) fn failures(self) -> &'static [Option<Failure>] {
        const NONE: Failure = Failure { effect: Effect::None, retryable: false };
        const UNKNOWN: Failure = Failure { effect: Effect::Unknown, retryable: false };
        match self {
            Self::BetweenAttempts => &[Some(Failure { retryable: true, ..UNKNOWN })],
            Self::AfterFailure => &[Some(NONE), Some(Failure { retryable: true, ..NONE })],
            Self::AfterDoubt => &[Some(UNKNOWN), Some(Failure { retryable: true, ..UNKNOWN })],
            _ => &[None],
        }
    }
}

impl fmt::Display for CrashPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
