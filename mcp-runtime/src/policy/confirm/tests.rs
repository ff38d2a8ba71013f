//! Which answers count, for what, and for how long.

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::UNIX_EPOCH;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::*;
use crate::call::Reply;
use crate::caller::Caller;
use crate::context::{self, InProcess, Origin};
use crate::ending::Ending;
use crate::policy::testing::{Around, function, stats, tool};

/// A server with one tool that asks.
struct Server {
    tool: Arc<ToolInfo>,
    shared: Arc<Confirmations>,
    stats: Arc<ToolStats>,
    clock: Clock,
    ran: Arc<AtomicUsize>,
}

impl Server {
    fn new() -> Self {
        let clock = Clock::starting_at(UNIX_EPOCH + Duration::from_hours(500_000));
        let shared = Arc::new(Confirmations::new(None, clock.clone()).unwrap());
        let tool = ToolInfo { confirms: true, secrets: vec!["pin"], ..tool() };
        Self { tool: Arc::new(tool), shared, stats: stats(), clock, ran: Arc::default() }
    }

    fn call(&self, caller: &str, arguments: Value, said: Option<Confirmation>) -> ToolCall {
        let Value::Object(arguments) = arguments else { panic!("arguments are an object") };
        let request = Box::new(InProcess { meta: Map::new(), confirmation: said });
        let caller = Caller::new(caller);
        let origin = Origin { request, caller, ending: Ending::default() };
        ToolCall {
            context: context::Context::new(self.tool.name, self.tool.timeout, origin),
            arguments: arguments.into(),
            ..crate::policy::testing::call_of(&self.tool, "", json!({}))
        }
    }

    async fn run(&self, call: ToolCall) -> Result<(), ToolError> {
        let ran = Arc::clone(&self.ran);
        let inner = function(move |_| {
            ran.fetch_add(1, Ordering::Relaxed);
            async { Ok(Reply::text("gone")) }
        });
        let layer = ConfirmLayer::new(&call.tool, Arc::clone(&self.shared), self.stats.clone());
        layer.around(inner).run(call).await.map(drop)
    }

    /// Asks about deleting 7 and returns the state.
    async fn ask(&self) -> String {
        let error = self.run(self.call("anna", json!({ "n": 7 }), None)).await.unwrap_err();
        error.as_question().unwrap().state.clone()
    }

    fn answer(&self, caller: &str, n: u64, state: &str) -> ToolCall {
        self.call(caller, json!({ "n": n }), Some(said(state, true)))
    }

    fn ran(&self) -> usize {
        self.ran.load(Ordering::Relaxed)
    }
}

fn said(state: &str, accepted: bool) -> Confirmation {
    Confirmation::Answered { state: state.to_owned(), accepted }
}

/// Asked again, with a state of its own.
fn assert_asked(outcome: Result<(), ToolError>, what: &str) -> String {
    let error = outcome.expect_err(what);
    assert_eq!(*error.code(), Code::ConfirmationRequired, "{what}");
    error.as_question().expect(what).state.clone()
}

#[tokio::test(start_paused = true)]
async fn without_an_answer_a_person_is_asked_and_nothing_runs() {
    let server = Server::new();
    let error = server.run(server.call("anna", json!({ "n": 7 }), None)).await.unwrap_err();
    assert_eq!(*error.code(), Code::ConfirmationRequired);
    assert_eq!(error.stated_effect(), Some(Effect::None));
    assert_eq!(error.to_json()["next_action"], "escalate");
    assert!(!error.is_retryable());
    let question = error.as_question().unwrap();
    assert!(!error.to_json().to_string().contains(&question.state), "the state isn't public");
    assert_eq!((server.ran(), server.stats.get(Decision::Unconfirmed)), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_yes_counts_once() {
    let server = Server::new();
    let state = server.ask().await;
    server.run(server.answer("anna", 7, &state)).await.unwrap();
    assert_eq!(server.ran(), 1);
    let fresh = assert_asked(server.run(server.answer("anna", 7, &state)).await, "replayed");
    assert_eq!(server.ran(), 1);
    server.run(server.answer("anna", 7, &fresh)).await.unwrap();
    assert_eq!(server.ran(), 2, "an honest client can go on");
}

#[tokio::test(start_paused = true)]
async fn a_yes_counts_for_what_was_asked() {
    let server = Server::new();
    let state = server.ask().await;
    assert_asked(server.run(server.answer("bert", 7, &state)).await, "another caller");
    assert_asked(server.run(server.answer("anna", 8, &state)).await, "other arguments");
    let more = server.call("anna", json!({ "n": 7, "m": 1 }), Some(said(&state, true)));
    assert_asked(server.run(more).await, "one argument more");
    for (name, version) in [("other", None), ("t", Some("2"))] {
        let tool = Arc::new(ToolInfo { name, version, ..(*server.tool).clone() });
        let call = ToolCall { tool, ..server.answer("anna", 7, &state) };
        assert_asked(server.run(call).await, name);
    }
    assert_eq!(server.ran(), 0);
    server.run(server.answer("anna", 7, &state)).await.expect("none of that used it up");
}

#[tokio::test(start_paused = true)]
async fn a_yes_counts_for_five_minutes() {
    for (seconds, counts) in [(299, true), (300, false), (86_400, false)] {
        let server = Server::new();
        let state = server.ask().await;
        server.clock.forward(Duration::from_secs(seconds));
        let outcome = server.run(server.answer("anna", 7, &state)).await;
        assert_eq!(outcome.is_ok(), counts, "{seconds}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_back_prolongs_nothing() {
    let server = Server::new();
    let state = server.ask().await;
    server.clock.back(Duration::from_hours(1));
    assert_asked(server.run(server.answer("anna", 7, &state)).await, "from the future");
}

#[tokio::test(start_paused = true)]
async fn no_bit_of_a_state_can_be_changed() {
    let server = Server::new();
    let state = server.ask().await;
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(&state).unwrap();
    for index in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[index] ^= 1 << bit;
            let changed = BASE64_URL_SAFE_NO_PAD.encode(changed);
            assert_asked(server.run(server.answer("anna", 7, &changed)).await, "tampered");
        }
    }
    for length in 0..bytes.len() {
        let cut = BASE64_URL_SAFE_NO_PAD.encode(&bytes[..length]);
        assert_asked(server.run(server.answer("anna", 7, &cut)).await, "cut");
    }
    let long = "A".repeat(1 << 20);
    let padded = format!("{state}=");
    for other in ["", "not base64!", &long, &padded, &format!("{state}AAAA")] {
        assert_asked(server.run(server.answer("anna", 7, other)).await, "no state");
    }
    assert_eq!(server.ran(), 0);
    server.run(server.answer("anna", 7, &state)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn another_server_signs_with_another_key() {
    let (one, other) = (Server::new(), Server::new());
    let state = one.ask().await;
    assert_asked(other.run(other.answer("anna", 7, &state)).await, "foreign");
}

#[tokio::test(start_paused = true)]
async fn a_no_is_final_whatever_it_is_about() {
    let server = Server::new();
    let state = server.ask().await;
    for state in [state.as_str(), "forged"] {
        let call = server.call("anna", json!({ "n": 7 }), Some(said(state, false)));
        let error = server.run(call).await.unwrap_err();
        assert_eq!((error.code(), error.stated_effect()), (&Code::Declined, Some(Effect::None)));
        assert_eq!(error.to_json()["next_action"], "stop");
        assert!(error.as_question().is_none() && !error.is_retryable());
    }
    server.run(server.answer("anna", 7, &state)).await.expect("a no uses nothing up");
}

#[tokio::test(start_paused = true)]
async fn in_process_a_program_vouches() {
    let server = Server::new();
    let call = server.call("anna", json!({ "n": 7 }), Some(Confirmation::Given));
    server.run(call).await.unwrap();
    assert_eq!((server.ran(), server.stats.get(Decision::Unconfirmed)), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_remembered_does_not_count() {
    struct Says(fn() -> Step<Spending>);
    impl SpentStore for Says {
        fn spend(&self, _: Nonce, _: u64) -> Step<Spending> {
            (self.0)()
        }
    }
    let full: fn() -> Step<Spending> = || Step::done(Spending::Full);
    let down: fn() -> Step<Spending> = || Step::Done(Some(Err(StoreError("down".to_owned()))));
    let slow: fn() -> Step<Spending> = || Step::Waits(Box::pin(std::future::pending()));
    for says in [full, down, slow] {
        let mut server = Server::new();
        let Confirmations { seal, clock, .. } = &*server.shared;
        let spent: Arc<dyn SpentStore> = Arc::new(Says(says));
        let shared = Confirmations { seal: seal.clone(), clock: clock.clone(), spent };
        server.shared = Arc::new(shared);
        let state = server.ask().await;
        let started = Instant::now();
        let error = server.run(server.answer("anna", 7, &state)).await.unwrap_err();
        assert!(started.elapsed() <= STORE_WAIT + Duration::from_millis(1));
        assert_eq!((error.code(), error.stated_effect()), (&Code::Overloaded, Some(Effect::None)));
        assert_eq!(error.stated_retry_after(), Some(PAUSE));
        assert_eq!(server.ran(), 0);
    }
}

#[test]
fn machines_with_one_key_file_answer_for_each_other() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let open =
        |file: &tempfile::NamedTempFile| Confirmations::new(Some(file.path()), Clock::system());
    file.write_all(&[7; 31]).unwrap();
    assert!(open(&file).err().unwrap().contains("at least 32 random bytes"));
    file.write_all(&[7]).unwrap();
    let (mut one, mut other) = (Server::new(), Server::new());
    one.shared = Arc::new(open(&file).unwrap());
    other.shared = Arc::new(open(&file).unwrap());
    let call = one.call("anna", json!({}), None);
    let state = one.shared.seal.issue(&call, [1; 16], 1_000);
    assert!(other.shared.seal.verify(&state, &call, 1_001).is_ok());
    file.write_all(&[7; 4_096]).unwrap();
    assert!(open(&file).err().unwrap().contains("it is no key"));
    assert!(Confirmations::new(Some(Path::new("/nowhere/key")), Clock::system()).is_err());
}

#[tokio::test(start_paused = true)]
async fn a_person_sees_what_would_happen_and_no_secret() {
    let server = Server::new();
    let arguments = json!({
        "n": 7,
        "names": ["a\nfake: 1", "\u{202e}txt.exe"],
        "long": "x".repeat(5_000),
        "pin": 4711,
        "ääkköset": "नमस्ते",
    });
    let error = server.run(server.call("anna", arguments, None)).await.unwrap_err();
    let message = &error.as_question().unwrap().message;
    let lines: Vec<&str> = message.lines().collect();
    let opening = "`t` can delete or overwrite what can't be brought back. Run it?";
    assert_eq!(lines[0], opening);
    assert_eq!(lines[1], format!("long: \"{}… (5002 characters)", "x".repeat(199)));
    assert_eq!(lines[2], "n: 7");
    assert_eq!(lines[3], r#"names: ["a\nfake: 1","\u{202e}txt.exe"]"#);
    assert_eq!(lines[4..], ["pin: (secret)", "ääkköset: \"नमस्ते\""]);

    // No long value hides the one that matters.
    let astral = json!("\u{10ffff}".repeat(300));
    let hiding = json!({ "a": &astral, "b": &astral, "c": &astral, "zone": "production" });
    let error = server.run(server.call("anna", hiding, None)).await.unwrap_err();
    let message = &error.as_question().unwrap().message;
    assert!(message.ends_with("\nzone: \"production\""), "{message}");
    assert_eq!(message.matches("(302 characters)").count(), 3);

    let many: Map<_, _> = (0..100).map(|i| (format!("a{i:03}"), json!("x".repeat(150)))).collect();
    let error = server.run(server.call("anna", Value::Object(many), None)).await.unwrap_err();
    let message = &error.as_question().unwrap().message;
    assert!(message.len() <= question::MAX_MESSAGE + 100, "{}", message.len());
    assert!(message.ends_with(" more arguments"), "{message}");
}
