//! What is kept, and what isn't promised.

use mcp_runtime::Server;
use serde_json::json;

use super::super::crashes;
use super::super::promises::Kept;
use super::tools::server;
use super::{Contract, Outcome, Promise, keeps, sunk};
use crate::TestServer;

use Promise::{
    AuditOutageRefuses, BreakerRecovers, BrokenArgumentsRefused, CachedByCaller,
    CrashKeepsPromises, DeniedBeyondConstraint, DeniedWithoutScope, HangBounded, LostReplyRetried,
    RateLimitExact, ReplaysEqual, ResultsConform, SecretsKept, TimeoutHonoured,
    UnlistedWithoutScope, ValidArgumentsAccepted,
};

/// What every tool promises.
const ALWAYS: [Promise; 6] = [
    TimeoutHonoured,
    HangBounded,
    AuditOutageRefuses,
    ValidArgumentsAccepted,
    BrokenArgumentsRefused,
    ResultsConform,
];

#[tokio::test(start_paused = true)]
async fn what_is_declared_is_tested_and_kept() {
    let table: [(&str, &[Promise]); 7] = [
        (
            "pay",
            &[
                DeniedWithoutScope,
                DeniedBeyondConstraint,
                UnlistedWithoutScope,
                ReplaysEqual,
                LostReplyRetried,
                RateLimitExact,
                BreakerRecovers,
                SecretsKept,
            ],
        ),
        ("look", &[DeniedWithoutScope, UnlistedWithoutScope, CachedByCaller]),
        (
            "mine",
            &[DeniedWithoutScope, DeniedBeyondConstraint, UnlistedWithoutScope, CachedByCaller],
        ),
        ("hello", &[]),
        ("remove", &[RateLimitExact]),
        ("contents", &[BreakerRecovers]),
        ("owner", &[CachedByCaller, SecretsKept]),
    ];
    for (tool, declared) in table {
        for promise in Promise::ALL {
            if *promise == CrashKeepsPromises {
                continue;
            }
            let kept = keeps(Contract::of(server()), tool, *promise).await;
            let kept = kept.unwrap_or_else(|broken| panic!("{tool} {promise}: {broken}"));
            let is_made = ALWAYS.contains(promise) || declared.contains(promise);
            let expected = if is_made { Kept::Yes } else { Kept::NotMade };
            assert_eq!(kept, Outcome::Kept(expected), "{tool} {promise}");
        }
    }
}

#[test]
fn what_writes_survives_crashes() {
    for (tool, expected) in [
        ("pay", Kept::Yes),
        ("remove", Kept::Yes),
        ("look", Kept::NotMade),
        ("hello", Kept::NotMade),
    ] {
        let kept = crashes::keeps(&async || Contract::of(server()), tool);
        let kept = kept.unwrap_or_else(|broken| panic!("{tool}: {broken}"));
        assert_eq!(kept, Outcome::Kept(expected), "{tool}");
    }
    let excepted =
        async || Contract::of(server()).except("pay", CrashKeepsPromises, "the bank is a fake");
    let kept = crashes::keeps(&excepted, "pay").unwrap();
    assert_eq!(kept, Outcome::Excepted("the bank is a fake".to_owned()));
    let unknown = crashes::keeps(&async || Contract::of(server()), "pai").unwrap_err();
    assert!(unknown.to_string().contains("has no tool `pai`"), "{unknown}");
}

#[tokio::test(start_paused = true)]
async fn a_server_without_a_log_promises_no_records() {
    let server = server().configure(|server| server.audit(mcp_runtime::AuditLog::off()));
    let kept = keeps(Contract::of(server), "hello", AuditOutageRefuses).await.unwrap();
    assert_eq!(kept, Outcome::Kept(Kept::NotMade));
}

/// What nobody can read back is on record nevertheless.
#[tokio::test(start_paused = true)]
async fn a_server_whose_log_is_in_a_sink_promises_records() {
    for tool in ["pay", "remove", "hello"] {
        let kept = keeps(Contract::of(sunk()), tool, AuditOutageRefuses).await;
        let kept = kept.unwrap_or_else(|broken| panic!("{tool}: {broken}"));
        assert_eq!(kept, Outcome::Kept(Kept::Yes), "{tool}");
    }
    let unseen = Kept::InPart("the audit log, which can't be read back");
    let kept = keeps(Contract::of(sunk()), "pay", SecretsKept).await.unwrap();
    assert_eq!(kept, Outcome::Kept(unseen));
    // Where nothing is on record, all of it was seen.
    let off = server().configure(|server| server.audit(mcp_runtime::AuditLog::off()));
    let kept = keeps(Contract::of(off), "pay", SecretsKept).await.unwrap();
    assert_eq!(kept, Outcome::Kept(Kept::Yes));
}

#[test]
fn what_is_on_record_in_a_sink_survives_crashes() {
    for tool in ["pay", "remove"] {
        let kept = crashes::keeps(&async || Contract::of(sunk()), tool);
        let kept = kept.unwrap_or_else(|broken| panic!("{tool}: {broken}"));
        // What it makes of its log can't be seen.
        let unseen = Kept::InPart("the audit log, which can't be read back");
        assert_eq!(kept, Outcome::Kept(unseen), "{tool}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_concealed_tool_is_denied_as_an_unknown_one() {
    let server = server().configure(Server::conceal);
    let kept = keeps(Contract::of(server), "look", DeniedWithoutScope).await.unwrap();
    assert_eq!(kept, Outcome::Kept(Kept::Yes));
}

#[tokio::test(start_paused = true)]
async fn an_exception_has_its_reason() {
    let contract = Contract::of(server()).except("divide", ValidArgumentsAccepted, "by nought");
    let excepted = keeps(contract, "divide", ValidArgumentsAccepted).await.unwrap();
    assert_eq!(excepted, Outcome::Excepted("by nought".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn mistakes_of_the_setup_are_told() {
    let why = async |contract: Contract, tool| {
        keeps(contract, tool, ResultsConform).await.unwrap_err().to_string()
    };
    let server = || Contract::of(server());
    assert_eq!(why(server(), "rum").await, "the server of `setup` has no tool `rum`");
    let mistyped = server().except("pai", ReplaysEqual, "no");
    assert_eq!(why(mistyped, "pay").await, "the server of `setup` has no tool `pai`");
    let unfit = server().arguments("pay", json!({ "customer": 0 }));
    let why = keeps(unfit, "pay", DeniedWithoutScope).await.unwrap_err().to_string();
    assert!(why.contains("give arguments that work: `Contract::arguments`"), "{why}");
    assert!(why.contains("call: pay {\"customer\":0} as entitled"), "{why}");
}

#[tokio::test(start_paused = true)]
async fn callers_have_the_claims_they_need() {
    let claimed = Contract::of(server()).claim("team", "accounting");
    assert_eq!(keeps(claimed, "greet", ResultsConform).await.unwrap(), Outcome::Kept(Kept::Yes));
    let why = keeps(Contract::of(server()), "greet", ResultsConform).await.unwrap_err();
    assert!(why.to_string().contains("no call succeeded"), "{why}");
    assert!(why.to_string().contains("no_team"), "{why}");
}

#[test]
#[should_panic(
    expected = "`hello` breaks its promise `timeout_honoured`: a call that hangs is answered within \
                its timeout, and its future is dropped\nthe call was answered"
)]
fn a_failure_says_which_promise_of_which_tool() {
    let detached = || server().configure(|server| server.function_layer(super::layers::detached()));
    let hello = super::tools::hello_alone();
    super::super::__contract_test(&hello, 0, TimeoutHonoured, async |_| Contract::of(detached()));
}

mod macros {
    use super::super::super::Contract;
    use super::{TestServer, json};
    use mcp_runtime::{tool, tools};

    /// Say good morning.
    #[tool(read_only)]
    async fn morning(name: String) -> String {
        format!("good morning, {name}")
    }

    mod deep {
        /// Say good night.
        #[mcp_runtime::tool(read_only, name = "good_night")]
        pub(super) async fn night() -> &'static str {
            "good night"
        }
    }

    async fn setup() -> Contract {
        Contract::of(TestServer::new(tools![morning, deep::night]))
            .arguments("morning", json!({ "name": "Anna" }))
    }

    mod one {
        use super::deep::night;
        use super::{morning, setup};

        crate::contract_tests!(tools![morning, night], setup);
    }

    mod several {
        use super::{deep, morning, setup};

        crate::contract_tests!(tools![morning, deep::night,], async || setup().await);
    }

    /// What isn't there is before, between and after what is, so that positions are by what is.
    mod conditional {
        use super::{deep, morning, setup};

        crate::contract_tests!(
            tools![
                #[cfg(target_pointer_width = "16")]
                missing::tool,
                #[cfg(test)]
                #[cfg(all(unix, not(unix)))]
                another,
                #[cfg(not(target_pointer_width = "16"))]
                morning,
                #[cfg(target_pointer_width = "16")]
                super::third,
                deep::night,
                #[cfg(any())]
                last
            ],
            setup
        );
    }

    #[test]
    #[should_panic(expected = "`contract_tests!` leaves these tools out: [\"good_night\"]")]
    fn a_tool_that_is_left_out_is_told() {
        super::super::super::__contract_is_whole(&tools![morning], async |_| setup().await);
    }
}
