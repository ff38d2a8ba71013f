//! [`contract_tests!`](crate::contract_tests).

/// Makes a test of each [`Promise`](crate::Promise) of each tool: `contract::pay_invoice::replays_equal`.
///
/// The first argument is the list of tools, the second a function that makes their server anew:
/// `async`, and its result a [`Server`](mcp_runtime::Server), a [`TestServer`](crate::TestServer) or
/// a [`Contract`](crate::Contract). It takes nothing, or a [`World`](crate::World) for what outlives a
/// server.
///
/// ```
/// use mcp_runtime::{Server, State, tool, tools};
/// use mcp_testkit::contract_tests;
///
/// #[derive(Clone)]
/// struct Bank;
///
/// /// Pay an invoice.
/// #[tool(scope = "write:payments", idempotent, rate_limit = "5/1m")]
/// async fn pay_invoice(
///     #[arg(pattern = "^FV/[0-9]+$", example = "FV/17")] number: String,
///     State(_bank): State<Bank>,
/// ) -> String {
///     format!("paid {number}")
/// }
///
/// async fn setup() -> Server {
///     Server::new("invoices", "1.0.0").tools(tools![pay_invoice]).state(Bank)
/// }
///
/// contract_tests!(tools![pay_invoice], setup);
/// # fn main() {}
/// ```
///
/// ```text
/// test contract::pay_invoice::denied_without_scope ... ok
/// test contract::pay_invoice::rate_limit_exact ... ok
/// test contract::pay_invoice::replays_equal ... ok
/// …
/// test contract::every_tool_is_tested ... ok
/// ```
///
/// What a tool promises is read from the running server, so that each tool has a test of each
/// promise; one that it doesn't make passes at once, and says so under `--nocapture`. Time is
/// paused: see [`Time`](crate::Time) for what that excludes. Records, of a `setup` that doesn't say
/// otherwise, are in memory, and have to be. An audit log may be in a sink: what was written there
/// can't be read back, and `secrets_kept` and `crash_keeps_promises` say under `--nocapture` that they
/// didn't look there.
///
/// The tests are in a module `contract` beside the macro, so a module has room for one of them.
/// A path in the list may lead anywhere; two tools of one list can't share their function's name.
/// Before a path, `#[cfg(…)]` may stand, as in `tools![…]`.
#[macro_export]
macro_rules! contract_tests {
    (tools![$($tools:tt)*], $setup:expr $(,)?) => {
        #[cfg(test)]
        fn __contract_tools() -> $crate::__runtime::Tools {
            $crate::__runtime::tools![$($tools)*]
        }

        #[cfg(test)]
        async fn __contract_setup(world: $crate::World) -> $crate::Contract {
            $crate::__set_up($setup, world).await
        }

        #[cfg(test)]
        mod contract {
            $crate::__contract_modules! { (0) $($tools)* }

            #[test]
            fn every_tool_is_tested() {
                $crate::__contract_is_whole(&super::__contract_tools(), super::__contract_setup)
            }
        }
    };
}

/// A module for each tool, by the last segment of its path. What counts is how many tools of the
/// list are before it, which depends on their `cfg`s.
#[doc(hidden)]
#[macro_export]
macro_rules! __contract_modules {
    ($before:tt) => {};
    (
        $before:tt $(#[cfg($($cfg:tt)*)])* $(::)? $first:ident $(:: $more:ident)*
        $(, $($rest:tt)*)?
    ) => {
        $crate::__contract_module! { $before [all($(all($($cfg)*)),*)] $first $($more)* }
        $crate::__contract_modules! {
            ($before + ::core::primitive::usize::from(::core::cfg!(all($(all($($cfg)*)),*)))) $($($rest)*)?
        }
    };
    // Whatever else stands in the list, `tools![…]` reports at its own place.
    ($before:tt $($other:tt)+) => {};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __contract_module {
    ($before:tt $cfg:tt $first:ident $($more:ident)+) => {
        $crate::__contract_module! { $before $cfg $($more)+ }
    };
    ($before:tt [$($cfg:tt)*] $name:ident) => {
        #[cfg($($cfg)*)]
        mod $name {
            $crate::__contract_promises! {
                $before
                denied_without_scope = DeniedWithoutScope,
                denied_beyond_constraint = DeniedBeyondConstraint,
                unlisted_without_scope = UnlistedWithoutScope,
                cached_by_caller = CachedByCaller,
                timeout_honoured = TimeoutHonoured,
                hang_bounded = HangBounded,
                replays_equal = ReplaysEqual,
                lost_reply_retried = LostReplyRetried,
                crash_keeps_promises = CrashKeepsPromises,
                audit_outage_refuses = AuditOutageRefuses,
                rate_limit_exact = RateLimitExact,
                breaker_recovers = BreakerRecovers,
                valid_arguments_accepted = ValidArgumentsAccepted,
                broken_arguments_refused = BrokenArgumentsRefused,
                results_conform = ResultsConform,
                secrets_kept = SecretsKept,
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __contract_promises {
    ($before:tt $($test:ident = $promise:ident,)+) => {
        $(
            #[test]
            fn $test() {
                $crate::__contract_test(
                    &super::super::__contract_tools(),
                    $before,
                    $crate::Promise::$promise,
                    super::super::__contract_setup,
                )
            }
        )+
    };
}
