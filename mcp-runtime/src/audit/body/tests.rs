//! The bytes of records, to the last of them: logs that are kept are read by other programs, and
//! by later versions of this one.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::*;
use crate::access::{AccessDef, Catalogue, Gate, ScopeDef};
use crate::audit::chain::Head;
use crate::audit::testing::{DAY, clock, intent, keys, noon};
use crate::audit::{Recorder, within};
use crate::call::Reply;
use crate::caller::Caller;
use crate::content::Content;
use crate::error::ToolError;
use crate::policies::Audit;
use crate::policy::Outcome as Answer;
use crate::policy::testing::{call_by, call_of, tool};
use crate::store::journal::{Entry, Journal, Written};
use crate::store::{Step, StoreError};
use crate::tool::ToolInfo;

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

fn text(draft: &Draft, seq: u64) -> String {
    String::from_utf8(draft.body(seq)).unwrap()
}

/// A tool with a scope, plain arguments and a secret one.
fn pays() -> ToolInfo {
    static SCOPES: &[ScopeDef] = &[ScopeDef { token: "read:a", bindings: &[] }];
    let access = AccessDef::Scopes(SCOPES);
    ToolInfo {
        access,
        gate: Gate::new(access, &Catalogue::default()),
        secrets: vec!["pin"],
        plain: vec!["city".to_owned(), "lines".to_owned(), "rate".to_owned()],
        read_only: false,
        ..tool()
    }
}

#[tokio::test(start_paused = true)]
async fn an_intents_bytes_are_fixed() {
    let tool = Arc::new(pays());
    let caller = || {
        let odd = "bert \"\u{1}\u{8}\t\n\u{c}\r\u{1f}\\/\u{7f}é€😀";
        Caller::new(odd).with_scope("read:a").unwrap().with_scope("write:b").unwrap()
    };
    let arguments = json!({
        "amount": 1.5, "city": "a\"\\\n\u{0}ü", "lines": [1, { "b": null, "a": -0.5 }], "pin": 4711,
        "rate": 1e21, "a \"b\"": { "d": [true, "x\u{1f}y"], "c": 18_446_744_073_709_551_615_u64 },
    });
    let call = call_by(&tool, caller(), arguments);
    let (draft, _) = recorder().intent(&call, Some(("client", "key-1")));
    let said = text(&draft, 7).replace(call.context().call_id(), "CALL");
    assert_eq!(said, INTENT);

    let call = call_by(&tool, Caller::local(), json!({}));
    let (draft, _) = within("outer".into(), async { recorder().intent(&call, None) }).await;
    let said = text(&draft, u64::MAX).replace(call.context().call_id(), "CALL");
    let said = said.replace(call.context().caller().principal(), "LOCAL");
    assert_eq!(said, BARE_INTENT);

    let many = |first: &str| {
        let numbered = (0..65).map(|n| (format!("a{n:02}"), n.into()));
        let all: Map<String, Value> = numbered.chain([(first.to_owned(), 0.into())]).collect();
        let call = call_of(&tool, "anna", Value::Object(all));
        let body: Value =
            serde_json::from_slice(&recorder().intent(&call, None).0.body(1)).unwrap();
        let arguments = body["arguments"].as_object().unwrap();
        let text = text(&recorder().intent(&call, None).0, 1);
        let at = text.find(r#""(others)":2,"#).map(|at| text[..at].matches("digest").count());
        (arguments.len(), at)
    };
    // In order with the others, and in place of one that has its name.
    assert_eq!(many("b"), (65, Some(0)));
    assert_eq!(many("!"), (65, Some(1)));
    assert_eq!(many("(others)"), (64, Some(0)));
}

#[test]
fn the_id_of_a_request_is_a_text_whatever_it_was() {
    for (id, said) in [
        (RequestId::Number(0), r#""0""#),
        (RequestId::Number(i64::MAX), r#""9223372036854775807""#),
        (RequestId::Number(i64::MIN), r#""-9223372036854775808""#),
        (RequestId::Text("a \"b\"".into()), r#""a \"b\"""#),
    ] {
        let told = id.to_string();
        let intent = Intent { request_id: Some(id), ..intent("call", "read", noon()) };
        let body = text(&Draft::Intent(Box::new(intent)), 1);
        assert!(body.contains(&format!(r#","request_id":{said},"scopes":"#)), "{body}");
        assert_eq!(Value::from(told).to_string(), said, "as a context tells it");
    }
}

#[tokio::test(start_paused = true)]
async fn an_outcomes_bytes_are_fixed() {
    let mut keeps = pays();
    keeps.policies.audit = Audit::new().keep_result();
    let said = async |tool: ToolInfo, outcome: &Answer, replay_of: Option<&str>| {
        let recorder = recorder();
        let call = call_of(&Arc::new(tool), "anna", json!({ "pin": "hunter2" }));
        let (_, trail) = recorder.intent(&call, None);
        tokio::time::advance(Duration::from_micros(1_234_567)).await;
        let draft = recorder.outcome(trail, 17, outcome, replay_of);
        text(&draft, 18).replace(call.context().call_id(), "CALL")
    };
    let data = Reply::default().with_structured(json!({ "b": [1, 1.0, "hunter2"], "a": "é\n" }));
    assert_eq!(said(keeps, &Ok(data), Some("earlier \"one\"")).await, OUTCOME);
    let failed = Err(ToolError::new("bad \"\u{1}\" hunter2", "no"));
    assert_eq!(said(pays(), &failed, None).await, FAILURE);
    let image = Content::image("aGk=", "image/png");
    let blocks = Reply::blocks([Content::text("a\"\u{8}b"), image]);
    assert_eq!(said(pays(), &Ok(blocks), None).await, BLOCKS);
}

#[test]
fn the_bytes_of_a_refusal_and_of_a_note_are_fixed() {
    let refusal = Refusal {
        time: noon() + Duration::from_millis(7),
        call_id: Some("c".to_owned()),
        principal: Some("bert".to_owned()),
        peer: Some("10.0.0.1".to_owned()),
        tool: Some("pay"),
        code: "rate_limited".to_owned(),
        count: 3,
        first: noon(),
        trace: Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned()),
        retention: DAY,
    };
    assert_eq!(text(&Draft::Refusal(Box::new(refusal.clone())), 2), REFUSAL);
    let nobody =
        Refusal { call_id: None, principal: None, peer: None, tool: None, trace: None, ..refusal };
    assert_eq!(text(&Draft::Refusal(Box::new(nobody)), 2), BARE_REFUSAL);
    let through = Some(Head { seq: 4, hash: [0xab; 32] });
    let note = Erased { time: noon(), bodies: vec![(5, 6), (8, 8)], through, proof: [9; 32] };
    assert_eq!(text(&Draft::Erased(Box::new(note)), 9), NOTE);
    let bare = Erased { time: noon(), bodies: vec![], through: None, proof: [0; 32] };
    assert_eq!(text(&Draft::Erased(Box::new(bare)), 1), BARE_NOTE);
}

const INTENT: &str = r#"{"arguments":{"a \"b\"":{"digest":"2e649549d30f32da8d3e1db3079685e6"},"amount":{"digest":"b2f67ecfdc5fa12edd76678d4fbbd036"},"city":"a\"\\\n\u0000ü","lines":[1,{"a":-0.5,"b":null}],"pin":"(secret)","rate":1e+21},"call_id":"CALL","digest":"5e636ebb1cc720d9490b87186bbfec58","keep_until":"2027-01-16T08:00:00.000Z","key":{"digest":"d3cce96a615321eeaacd926ad2f37d8e","from":"client"},"kind":"intent","principal":"bert \"\u0001\b\t\n\f\r\u001f\\/é€😀","scopes":{"granted":["read:a","write:b"],"required":["read:a"],"unused":["write:b"]},"seq":7,"time":"2027-01-15T08:00:00.000Z","tool":"t","version":"1"}"#;
const BARE_INTENT: &str = r#"{"arguments":{},"call_id":"CALL","digest":"08312ed14dd92d89f688e74bc66523ee","keep_until":"2027-01-16T08:00:00.000Z","kind":"intent","parent":"outer","principal":"LOCAL","scopes":{"granted":["*"],"required":["read:a"],"unused":[]},"seq":18446744073709551615,"time":"2027-01-15T08:00:00.000Z","tool":"t","version":"1"}"#;
const OUTCOME: &str = r#"{"call_id":"CALL","digest":"9abad523b25256a44a46fa98057fd858","effect":"applied","intent":17,"keep_until":"2027-01-16T08:00:01.234Z","kind":"outcome","latency_us":1234567,"outcome":"ok","principal":"anna","replay_of":"earlier \"one\"","result":{"a":"é\n","b":[1,1.0,"[redacted]"]},"seq":18,"time":"2027-01-15T08:00:01.234Z","tool":"t"}"#;
const FAILURE: &str = r#"{"call_id":"CALL","effect":"unknown","intent":17,"keep_until":"2027-01-16T08:00:01.234Z","kind":"outcome","latency_us":1234567,"outcome":"bad \"\u0001\" [redacted]","principal":"anna","seq":18,"time":"2027-01-15T08:00:01.234Z","tool":"t"}"#;
const BLOCKS: &str = r#"{"call_id":"CALL","digest":"5e5dab1659801347e34475c10e048480","effect":"applied","intent":17,"keep_until":"2027-01-16T08:00:01.234Z","kind":"outcome","latency_us":1234567,"outcome":"ok","principal":"anna","seq":18,"time":"2027-01-15T08:00:01.234Z","tool":"t"}"#;
const REFUSAL: &str = r#"{"call_id":"c","count":3,"first":"2027-01-15T08:00:00.000Z","keep_until":"2027-01-16T08:00:00.007Z","kind":"refusal","outcome":"rate_limited","peer":"10.0.0.1","principal":"bert","seq":2,"time":"2027-01-15T08:00:00.007Z","tool":"pay","trace":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}"#;
const BARE_REFUSAL: &str = r#"{"count":3,"first":"2027-01-15T08:00:00.000Z","keep_until":"2027-01-16T08:00:00.007Z","kind":"refusal","outcome":"rate_limited","seq":2,"time":"2027-01-15T08:00:00.007Z"}"#;
const NOTE: &str = r#"{"bodies":[[5,6],[8,8]],"kind":"erased","proof":"0909090909090909090909090909090909090909090909090909090909090909","seq":9,"through":{"hash":"abababababababababababababababababababababababababababababababab","seq":4},"time":"2027-01-15T08:00:00.000Z"}"#;
const BARE_NOTE: &str = r#"{"bodies":[],"kind":"erased","proof":"0000000000000000000000000000000000000000000000000000000000000000","seq":1,"time":"2027-01-15T08:00:00.000Z"}"#;
