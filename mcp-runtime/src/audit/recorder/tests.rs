use std::sync::Mutex;

use serde_json::{Map, json};

use super::*;
use crate::access::{AccessDef, Catalogue, Gate, ScopeDef};
use crate::audit::testing::{DAY, clock, keys};
use crate::caller::Caller;
use crate::content::Content;
use crate::policies::{Audit, Idempotency, Policies};
use crate::policy::testing::{call_by, call_of, tool};
use crate::store::journal::{Entry, Written};
use crate::store::{Step, StoreError};

struct Nowhere;

impl Journal for Nowhere {
    fn write(&self, _: Entry) -> Step<Written> {
        Step::done(Written::default())
    }

    fn newest(&self, _: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        Ok(Vec::new())
    }
}

fn recorder() -> Arc<Recorder> {
    Recorder::new(keys(), DAY, clock(), Arc::new(Nowhere))
}

fn body(draft: &Draft) -> Value {
    serde_json::from_slice(&draft.body(1)).unwrap()
}

fn digest(text: &str) -> Value {
    json!({ "digest": keys().digest(text.as_bytes()).to_string() })
}

/// A tool with a secret argument and plain ones.
fn pays() -> ToolInfo {
    ToolInfo {
        secrets: vec!["pin"],
        plain: vec!["city".to_owned(), "lines".to_owned(), "pin".to_owned()],
        read_only: false,
        ..tool()
    }
}

#[tokio::test(start_paused = true)]
async fn arguments_are_digests_unless_they_are_plain_and_secrets_are_nothing() {
    let tool = Arc::new(pays());
    let show = |arguments: Value| {
        let (draft, _) = recorder().intent(&call_of(&tool, "anna", arguments), None);
        body(&draft)
    };
    let long = "x".repeat(1 << 10);
    let longer = format!("{long}x");
    let lines = json!(["x".repeat(4 << 10)]);
    let shown = show(json!({ "amount": 1.0, "city": long, "pin": 4711 }));
    assert_eq!(
        shown["arguments"],
        json!({ "amount": digest("1e0"), "city": long, "pin": "(secret)" })
    );
    assert_eq!(shown["digest"], digest(&format!(r#"{{"amount":1e0,"city":"{long}"}}"#))["digest"]);
    assert_eq!(show(json!({ "pin": 1 }))["digest"], show(json!({ "pin": 2 }))["digest"]);
    let shown = show(json!({ "city": longer, "lines": lines }));
    assert_eq!(shown["arguments"]["city"], digest(&format!("\"{longer}\"")));
    assert_eq!(shown["arguments"]["lines"], digest(&lines.to_string()));
    let many: Map<String, Value> = (0..70).map(|n| (format!("a{n:02}"), n.into())).collect();
    let shown = show(Value::Object(many));
    assert_eq!(shown["arguments"].as_object().unwrap().len(), 65);
    assert_eq!(shown["arguments"]["(others)"], 6);
}

#[tokio::test(start_paused = true)]
async fn an_intent_says_whose_call_it_is_and_in_which_version() {
    let call = call_of(&Arc::new(pays()), "anna", json!({}));
    let (draft, _) = recorder().intent(&call, Some(("meta", "key-1")));
    let said = body(&draft);
    assert_eq!(said["call_id"], call.context().call_id());
    assert_eq!(
        (&said["principal"], &said["tool"], &said["version"]),
        (&json!("anna"), &json!("t"), &json!("1"))
    );
    assert_eq!(
        said["key"],
        json!({ "from": "meta", "digest": keys().digest(b"key-1").to_string() })
    );
    let without = |tool: ToolInfo| {
        let call = call_of(&Arc::new(tool), "anna", json!({}));
        body(&recorder().intent(&call, None).0).get("key").cloned()
    };
    assert_eq!(without(pays()), None, "a tool that takes none");
    let policies = Policies { idempotency: Some(Idempotency::new()), ..Policies::NONE };
    assert_eq!(without(ToolInfo { policies, ..pays() }), Some(json!({ "from": "none" })));
    assert_eq!(said.get("parent"), None);
    let parent = within::within("outer".into(), async { recorder().intent(&call, None).0 }).await;
    assert_eq!(body(&parent)["parent"], "outer");
    let long = "a".repeat(10_000);
    let (draft, _) = recorder().intent(&call_of(&Arc::new(pays()), &long, json!({})), None);
    let cut = body(&draft)["principal"].as_str().unwrap().to_owned();
    assert!(cut.len() < 300 && cut.ends_with(&keys().digest(long.as_bytes()).to_string()));
}

#[tokio::test(start_paused = true)]
async fn scopes_are_those_asked_for_held_and_not_needed() {
    static SCOPES: &[ScopeDef] = &[ScopeDef { token: "read:a", bindings: &[] }];
    let access = AccessDef::Scopes(SCOPES);
    let tool =
        Arc::new(ToolInfo { access, gate: Gate::new(access, &Catalogue::default()), ..tool() });
    let show = |caller: Caller| {
        let (draft, _) = recorder().intent(&call_by(&tool, caller, json!({})), None);
        body(&draft)["scopes"].clone()
    };
    let anna = Caller::new("anna").with_scope("read:a").unwrap().with_scope("write:b").unwrap();
    assert_eq!(
        show(anna),
        json!({ "required": ["read:a"], "granted": ["read:a", "write:b"], "unused": ["write:b"] })
    );
    assert_eq!(
        show(Caller::local()),
        json!({ "required": ["read:a"], "granted": ["*"], "unused": [] })
    );
    let many = (0..60)
        .fold(Caller::new("bert"), |caller, n| caller.with_scope(&format!("read:x{n}")).unwrap());
    let shown = show(many);
    for list in ["granted", "unused"] {
        let list = shown[list].as_array().unwrap();
        assert_eq!((list.len(), list[50].as_str()), (51, Some("and 10 more")));
    }
}

#[tokio::test(start_paused = true)]
async fn outcomes_say_what_came_of_it() {
    let error = |code: &'static str| ToolError::new(code, "the password is hunter2");
    let reply = || Reply::default().with_structured(json!({ "b": 1 }));
    let cases: Vec<(bool, crate::policy::Outcome, &str, &str)> = vec![
        (true, Ok(reply()), "ok", "none"),
        (false, Ok(reply()), "ok", "applied"),
        (true, Err(error("timeout")), "timeout", "none"),
        (false, Err(error("timeout")), "timeout", "unknown"),
        (false, Err(error("already_paid").effect(Effect::Applied)), "already_paid", "applied"),
        (false, Err(error("conflict").effect(Effect::None)), "conflict", "none"),
        (true, Err(error("conflict").effect(Effect::Unknown)), "conflict", "unknown"),
    ];
    for (read_only, outcome, code, effect) in cases {
        let tool = Arc::new(ToolInfo { read_only, ..pays() });
        let recorder = recorder();
        let (_, trail) = recorder.intent(&call_of(&tool, "anna", json!({})), None);
        tokio::time::advance(Duration::from_millis(3)).await;
        let said = body(&recorder.outcome(trail, 17, &outcome, Some("earlier")));
        assert_eq!((said["outcome"].as_str(), said["effect"].as_str()), (Some(code), Some(effect)));
        assert_eq!((&said["intent"], &said["latency_us"]), (&json!(17), &json!(3_000)));
        assert_eq!(said["replay_of"], "earlier");
        let expected = outcome.is_ok().then(|| keys().digest(br#"{"b":1}"#).to_string());
        assert_eq!(said.get("digest").and_then(Value::as_str), expected.as_deref());
        assert_eq!(said.get("result"), None);
        assert!(!said.to_string().contains("hunter2"), "an error's words may hold anything");
    }
}

#[tokio::test(start_paused = true)]
async fn a_result_is_kept_where_the_tool_says_so_without_its_secrets() {
    let mut tool = pays();
    tool.policies.audit = Audit::new().keep_result();
    let tool = Arc::new(tool);
    let keep = |reply: Reply| {
        let recorder = recorder();
        let call = call_of(&tool, "anna", json!({ "pin": "hunter2" }));
        let (_, trail) = recorder.intent(&call, None);
        body(&recorder.outcome(trail, 1, &Ok(reply), None))
    };
    let said = keep(Reply::default().with_structured(json!({ "a": "for hunter2", "b": [1] })));
    assert_eq!(said["result"], json!({ "a": "for [redacted]", "b": [1] }));
    let image = Content::image("aGk=", "image/png");
    let said = keep(Reply::blocks([Content::text("hi"), image, Content::text("hunter2")]));
    assert_eq!(said["result"], "hi\n(image/png)\n[redacted]");
    assert!(!said.to_string().contains("aGk="));
    let long = keep(Reply::text("x".repeat(16 << 10)));
    assert_eq!(long.get("result"), None);
    let deep = (0..200).fold(json!(1), |inner, _| json!([inner]));
    assert_eq!(keep(Reply::default().with_structured(deep)).get("result"), None);
    assert!(long["digest"].is_string());
    let (a, b) = (keep(Reply::text("a")), keep(Reply::text("b")));
    assert_ne!(a["digest"], b["digest"]);
}

#[tokio::test(start_paused = true)]
async fn a_tools_own_retention_wins() {
    let expires = |retention| {
        let mut tool = tool();
        tool.policies.audit.retention = retention;
        let recorder = recorder();
        let (draft, trail) = recorder.intent(&call_of(&Arc::new(tool), "anna", json!({})), None);
        let outcome = recorder.outcome(trail, 1, &Ok(Reply::text("")), None);
        assert_eq!(draft.expires(), outcome.expires());
        draft.expires().unwrap().duration_since(clock().now()).unwrap()
    };
    assert_eq!(expires(None), DAY);
    assert_eq!(expires(Some(3 * DAY)), 3 * DAY);
}

#[tokio::test(start_paused = true)]
async fn no_secret_is_in_any_record() {
    struct Seen(Mutex<Vec<Vec<u8>>>);
    impl Journal for Seen {
        fn write(&self, entry: Entry) -> Step<Written> {
            self.0.lock().unwrap().extend(entry.record.map(|draft| draft.body(1)));
            Step::done(Written::default())
        }
        fn newest(&self, _: usize) -> Result<Vec<Vec<u8>>, StoreError> {
            Ok(self.0.lock().unwrap().clone())
        }
    }
    let mut tool = pays();
    tool.policies.audit = Audit::new().keep_result();
    let tool = Arc::new(tool);
    let seen = Arc::new(Seen(Mutex::default()));
    let recorder = Recorder::new(keys(), DAY, clock(), Arc::clone(&seen) as Arc<dyn Journal>);
    for pin in [json!("hunter2"), json!({ "deep": ["hunter2"] }), json!("say \"hunter2\"")] {
        let call = call_of(&tool, "anna", json!({ "pin": pin, "amount": "hunter2" }));
        let (draft, trail) = recorder.intent(&call, Some(("field", "hunter2")));
        let said = Reply::text(format!("paid with {pin}")).with_structured(json!({ "pin": pin }));
        let error = ToolError::new(format!("x {pin}"), format!("no {pin}")).details(pin.clone());
        let outcomes = [Ok(Reply::text(format!("{pin}"))), Ok(said), Err(error)];
        for record in outcomes.iter().map(|one| recorder.outcome(trail.clone(), 1, one, None)) {
            assert!(!String::from_utf8(record.body(1)).unwrap().contains("hunter2"), "{record:?}");
        }
        assert!(!String::from_utf8(draft.body(1)).unwrap().contains("hunter2"), "{draft:?}");
    }
    // A check of a call may make its code of anything.
    let secrets = Secrets::new(vec![json!("hunter2")], Arc::default());
    let code = Code::from("bad_hunter2".to_owned());
    let refuse = async {
        recorder.refused(Refused {
            call_id: None,
            principal: Some("anna"),
            peer: None,
            tool: Some(&tool),
            code: &code,
            trace: None,
        });
    };
    secrets.within(refuse).await;
    let refusal: Value = serde_json::from_slice(&seen.newest(1).unwrap().pop().unwrap()).unwrap();
    assert_eq!(refusal["outcome"], "bad_[redacted]");
    seen.0.lock().unwrap().clear();
    recorder.refused(Refused {
        call_id: None,
        principal: Some("anna"),
        peer: None,
        tool: Some(&tool),
        code: &crate::error::Code::RateLimited,
        trace: None,
    });
    let refusal: Value = serde_json::from_slice(&seen.newest(1).unwrap()[0]).unwrap();
    assert_eq!(
        (&refusal["principal"], &refusal["outcome"]),
        (&json!("anna"), &json!("rate_limited"))
    );
}
