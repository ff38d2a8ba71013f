use std::borrow::Cow;

use serde_json::json;

use super::*;
use crate::Context;
use crate::extract::FromCall;
use crate::params::{Param, argument, extractor, flatten, param};
use crate::policy::testing::call;

const FROM: Param<u32> = argument("from");
const NAME: Param<String> = param("name");
const CTX: Param<Context> = param("ctx");
const PAGE: Param<Page> = flatten("page");
const PLACE: Param<Place> = extractor();

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Page {
    number: u32,
}

impl Page {
    fn is_first(&self) -> Result<(), &'static str> {
        if self.number == 1 { Ok(()) } else { Err("not the first") }
    }
}

/// An extractor whose pattern has a part.
struct Place(u32);

impl FromCall for Place {
    fn from_call(_: &ToolCall) -> Result<Self, ToolError> {
        Ok(Self(7))
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "checks take references")]
fn at_once(from: &u32, name: &str) -> Result<(), String> {
    if *from < 10 { Ok(()) } else { Err(format!("{name} comes too late")) }
}

async fn later(name: &str, place: &u32) -> Result<(), ToolError> {
    tokio::task::yield_now().await;
    if name.len() < *place as usize { Ok(()) } else { Err(ToolError::new("too_long", "no")) }
}

/// As expansions write them.
const AT_ONCE: CheckDef = CheckDef::new(
    names([FROM.def(), NAME.def()]).listed(),
    || {
        waits(|| {
            let (from, name) = (FROM.never(), NAME.never());
            outcome(at_once(from, name))
        })
    },
    |call| {
        let from = FROM.take(call)?;
        let name = NAME.take(call)?;
        checking(async move {
            let (from, name) = (&from, &name);
            outcome(at_once(from, name)).await
        })
    },
);

const LATER: CheckDef = CheckDef::new(
    names([NAME.def(), PLACE.def()]).listed(),
    || {
        waits(|| {
            let (name, Place(place)) = (NAME.never(), PLACE.never());
            outcome(later(name, place))
        })
    },
    |call| {
        let name = NAME.take(call)?;
        let place = PLACE.take(call)?;
        checking(async move {
            let (name, Place(place)) = (&name, &place);
            outcome(later(name, place)).await
        })
    },
);

/// Of a flattened struct.
const FIRST: CheckDef = CheckDef::new(
    names([PAGE.def()]).listed(),
    || waits(|| outcome(Page::is_first(PAGE.never()))),
    |call| {
        let page = PAGE.take(call)?;
        checking(async move { outcome(Page::is_first(&page)).await })
    },
);

async fn of(check: CheckDef, arguments: serde_json::Value) -> Result<(), String> {
    let checking =
        (check.run)(&mut call(arguments)).map_err(|error| format!("not run: {error}"))?;
    match checking.await {
        Ok(()) => Ok(()),
        Err(CheckError::Rule(text)) => Err(format!("rule: {text}")),
        Err(CheckError::Error(error)) => Err(format!("error: {}", error.code())),
    }
}

#[tokio::test]
async fn checks_see_their_arguments_and_answer() {
    let anna = |from: u32| json!({ "from": from, "name": "anna" });
    assert_eq!(of(AT_ONCE, anna(9)).await, Ok(()));
    assert_eq!(of(AT_ONCE, anna(10)).await, Err("rule: anna comes too late".into()));
    assert_eq!(of(LATER, json!({ "name": "anna" })).await, Ok(()));
    assert_eq!(of(FIRST, json!({ "number": 1 })).await, Ok(()));
    assert_eq!(of(FIRST, json!({ "number": 2 })).await, Err("rule: not the first".into()));
    assert_eq!(of(LATER, json!({ "name": "annabel" })).await, Err("error: too_long".into()));
}

#[tokio::test]
async fn arguments_that_cannot_be_taken_keep_a_check_from_running() {
    let missing = of(AT_ONCE, json!({ "from": 1 })).await.unwrap_err();
    assert!(missing.starts_with("not run: ") && missing.contains("/name"), "{missing}");
}

#[test]
fn only_async_functions_wait_and_none_of_them_runs_for_that() {
    assert!(!(AT_ONCE.waits)());
    assert!((LATER.waits)());
}

#[test]
fn the_names_are_those_of_arguments() {
    const ALL: &[&str] = names([CTX.def(), FROM.def(), PLACE.def(), NAME.def()]).listed();
    const INPUT: &[&str] = names([PAGE.def(), CTX.def()]).listed();
    const NONE: &[&str] = names([CTX.def()]).listed();
    assert_eq!(ALL, ["from", "name"]);
    assert_eq!(INPUT, [""]);
    assert_eq!(NONE, [""; 0]);
}

#[tokio::test]
async fn every_kind_of_error_becomes_a_rule_or_an_answer() {
    async fn of<M>(checked: impl IntoCheck<M>) -> String {
        match outcome(checked).await {
            Ok(()) => "ok".to_owned(),
            Err(CheckError::Rule(text)) => text,
            Err(CheckError::Error(error)) => format!("error {}", error.code()),
        }
    }
    let text = String::from("borrowed");
    assert_eq!(of(Ok::<(), String>(())).await, "ok");
    assert_eq!(of(Err(text.as_str())).await, "borrowed");
    assert_eq!(of(Err(text.clone())).await, "borrowed");
    assert_eq!(of(Err(Cow::Borrowed("cow"))).await, "cow");
    assert_eq!(of(Err(ToolError::new("conflict", "paid"))).await, "error conflict");
    assert_eq!(of(async { Err("later") }).await, "later");
    assert_eq!(of(async { Ok::<(), ToolError>(()) }).await, "ok");
}
