//! What is made from many schemas: tried on a server, and what it shrinks to.

mod schemas;
mod shrink;
mod zoo;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use mcp_runtime::{Code, ToolInfo};
use serde_json::Value;

use super::Arguments;
use crate::{Answer, TestServer};

/// How many cases are drawn for each tool.
const CASES: usize = 40;

/// Reading the schemas is most of the work.
static ZOO: LazyLock<BTreeMap<&str, Arguments>> = LazyLock::new(|| {
    TestServer::new(zoo::zoo()).list().map(|tool| (tool.name(), Arguments::of(tool))).collect()
});

fn violations(answer: &Answer) -> Vec<(String, String)> {
    let Err(error) = answer.outcome() else { return Vec::new() };
    let details = error.to_json();
    let listed = details["details"]["violations"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    listed.iter().map(|one| (text(&one["pointer"]), text(&one["rule"]))).collect()
}

/// Valid arguments of a tool that the server refuses, with its reasons; and how many it was given.
async fn refused(server: &TestServer, tool: &ToolInfo) -> (usize, Vec<String>) {
    let arguments = &ZOO[tool.name()];
    assert!(!arguments.boundaries().is_empty(), "{}", tool.name());
    let cases = arguments.cases(1).take(CASES).map(|case| case.arguments());
    let made: Vec<Value> = arguments.boundaries().iter().cloned().chain(cases).collect();
    let mut refused = Vec::new();
    for valid in &made {
        let answer = server.call(tool.name(), valid).await;
        if answer.outcome().is_err() {
            refused.push(format!("{} refuses {valid}: {:?}", tool.name(), violations(&answer)));
        }
    }
    (made.len(), refused)
}

/// Broken arguments of a tool that the server takes, or reports otherwise.
async fn missed(server: &TestServer, tool: &ToolInfo) -> (usize, Vec<String>) {
    let arguments = &ZOO[tool.name()];
    let mut missed = Vec::new();
    for broken in arguments.broken() {
        let answer = server.call(tool.name(), &broken.arguments).await;
        let is_refused =
            answer.outcome().as_ref().is_err_and(|error| error.code() == &Code::InvalidArguments);
        // Of short secrets, the server takes even its own words for a part.
        let is_hidden = is_refused
            && !tool.secrets().is_empty()
            && answer.error().to_json().to_string().contains("[redacted]");
        let found = violations(&answer);
        let expected = [(broken.pointer.clone(), broken.rule.clone())];
        if !is_refused || (found != expected && !is_hidden && !is_consequence(&found, &expected)) {
            missed.push(format!("{} on {broken}: {expected:?}, not {found:?}", tool.name()));
        }
    }
    (arguments.broken().len(), missed)
}

/// Whether the rest of what is reported follows from the expected: of alternatives that don't
/// match, no property is evaluated.
fn is_consequence(found: &[(String, String)], expected: &[(String, String)]) -> bool {
    let mut causes = found.iter().filter(|(_, rule)| rule != "unevaluatedProperties");
    causes.by_ref().eq(expected)
}

#[tokio::test]
async fn a_server_takes_what_is_valid() {
    let server = TestServer::new(zoo::zoo());
    let (mut count, mut wrong) = (0, Vec::new());
    for tool in server.list() {
        let (tried, refused) = refused(&server, tool).await;
        count += tried;
        wrong.extend(refused);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 3000, "{count}");
}

#[tokio::test]
async fn a_server_names_what_is_broken_and_nothing_else() {
    let server = TestServer::new(zoo::zoo());
    let (mut count, mut wrong) = (0, Vec::new());
    for tool in server.list() {
        let (tried, missed) = missed(&server, tool).await;
        count += tried;
        wrong.extend(missed);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 3000, "{count}");
}

/// Each rule of each schema, found here by looking at nothing but the schema's own words.
#[test]
fn each_rule_of_a_property_is_broken() {
    const RULES: [&str; 12] = [
        "const",
        "enum",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "maxItems",
        "maxLength",
        "maximum",
        "minItems",
        "minLength",
        "minimum",
        "pattern",
        "uniqueItems",
    ];
    let server = TestServer::new(zoo::zoo());
    for tool in server.list() {
        let arguments = &ZOO[tool.name()];
        let Some(properties) = tool.input_schema().get("properties") else { continue };
        for (name, schema) in properties.as_object().unwrap() {
            let at = super::token(name);
            for rule in RULES.iter().filter(|rule| schema.get(*rule).is_some()) {
                let meant = (at.clone(), (*rule).to_owned());
                let broken = arguments.broken().iter().any(|one| one.meant == meant);
                let noted = arguments.unsupported().iter().any(|one| one.pointer == at);
                assert!(broken || noted, "{} {rule} of {name}", tool.name());
            }
        }
        for name in
            tool.input_schema().get("required").and_then(Value::as_array).into_iter().flatten()
        {
            let meant = (super::token(name.as_str().unwrap()), "required".to_owned());
            assert!(
                arguments.broken().iter().any(|one| one.meant == meant),
                "{} {name}",
                tool.name()
            );
        }
    }
}

#[test]
fn the_schemas_of_rust_types_are_covered() {
    let server = TestServer::new(zoo::zoo());
    // Servers pass these two on, and assert nothing.
    let passed_on = ["/b", "/d"];
    for tool in server.list() {
        let mut notes = ZOO[tool.name()].unsupported().to_vec();
        notes.retain(|note| tool.name() != "names" || !passed_on.contains(&&*note.pointer));
        assert_eq!(notes, [], "{}", tool.name());
    }
}
