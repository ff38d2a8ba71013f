//! What comes out of tools in hard places is what their authors wrote.

use mcp_hygiene::{
    access, bodies, conditional, deprecated, generated, no_prelude, private, raw, rules, shadowed,
    undocumented,
};
use rt::{App, Error, Server, ToolInfo, Tools};

fn app(tools: Tools) -> Result<App, Error> {
    Server::new("hygiene", "0").state(1_u8).state(1_u16).state(String::new()).tools(tools).build()
}

/// The tools' names with those of their arguments.
fn contracts(tools: Tools) -> Result<Vec<String>, Error> {
    let arguments = |tool: &ToolInfo| {
        let properties = tool.input_schema().get("properties").and_then(|value| value.as_object());
        let names: Vec<&str> =
            properties.into_iter().flat_map(|p| p.keys()).map(String::as_str).collect();
        names.join(" ")
    };
    let app = app(tools)?;
    Ok(app.tools().map(|tool| format!("{}({})", tool.name(), arguments(tool))).collect())
}

fn descriptions(tools: Tools) -> Result<Vec<String>, Error> {
    Ok(app(tools)?.tools().map(|tool| tool.description().to_owned()).collect())
}

#[test]
fn shadowed_names_change_nothing() -> Result<(), Error> {
    assert_eq!(
        contracts(shadowed::tools())?,
        ["add(one three two)", "sum(one three two)", "pay(one two)"]
    );
    assert_eq!(
        descriptions(shadowed::tools())?[0],
        "Adds two numbers.\n\nIts documentation spans paragraphs.\nAnd expressions."
    );
    assert_eq!(
        contracts(no_prelude::tools())?,
        ["echo(list text)", "repeat(list text)", "keep(text)"]
    );
    Ok(())
}

#[test]
fn what_is_configured_out_is_gone() -> Result<(), Error> {
    assert_eq!(
        contracts(conditional::tools())?,
        ["partly(first second)", "partly_or_so(first second)", "either()"]
    );
    assert_eq!(descriptions(conditional::tools())?[2], "There once: this one.");
    assert!(contracts(conditional::none())?.is_empty());
    assert!(contracts(conditional::empty())?.is_empty());
    Ok(())
}

#[test]
fn raw_names_travel_without_their_mark() -> Result<(), Error> {
    assert_eq!(contracts(raw::tools())?, ["match(_unused in type)"]);
    let failure = rt::ToolError::from(raw::Failure::NotFound { r#type: 1, r#in: 2 });
    assert_eq!(failure.message(), "no 1 in 2");
    Ok(())
}

#[test]
fn other_macros_may_write_tools() -> Result<(), Error> {
    assert_eq!(
        contracts(generated::tools())?,
        ["double(_value other)", "half(value)", "thirds(the_value)"]
    );
    assert_eq!(contracts(bodies::tools())?, ["local(value)"]);
    Ok(())
}

#[test]
fn visibility_and_deprecation_change_nothing() -> Result<(), Error> {
    assert_eq!(contracts(private::tools())?, ["own()", "shared()", "above()", "somewhere()"]);
    assert_eq!(contracts(deprecated::tools())?, ["old()", "new()"]);
    Ok(())
}

#[test]
fn a_catalogue_is_found_and_reading_is_read_only() -> Result<(), Error> {
    assert_eq!(contracts(access::tools())?, ["sums()", "anyone(count)"]);
    let app = app(access::tools())?;
    let reads: Vec<bool> = app.tools().map(ToolInfo::is_read_only).collect();
    assert_eq!(reads, [true, false]);
    Ok(())
}

#[test]
fn descriptions_are_complete() -> Result<(), Error> {
    assert_eq!(
        descriptions(undocumented::tools())?,
        [
            "A constant.",
            "The first line,\nthe second line\nand the third.\nThe fourth comes after the attribute.",
            "A block.\n\nWith a margin.",
        ]
    );
    Ok(())
}

#[test]
fn every_key_arrives() -> Result<(), Error> {
    assert_eq!(
        contracts(rules::tools())?,
        ["rules.every-key(customerId list ratio text)", "paged(number)", "kept(pin)"]
    );
    let app = app(rules::tools())?;
    let Some(tool) = app.tools().find(|tool| tool.name() == "rules.every-key") else {
        unreachable!("its name is in the list above");
    };
    assert_eq!(tool.title(), Some("Every key"));
    assert_eq!(tool.version(), "3");
    assert_eq!(tool.timeout(), std::time::Duration::from_millis(1500));
    assert!(tool.is_destructive() && tool.is_idempotent() && tool.is_open_world());
    let schema = serde_json::Value::Object(tool.input_schema().clone()).to_string();
    for rule in [
        r#""default":5000000000"#,
        r#""minimum":-9000000000"#,
        r#""maximum":9000000000"#,
        r#""exclusiveMaximum":1.5"#,
        r#""maxLength":64"#,
        r#""minItems":1"#,
        r#""pattern":"^\\d+$""#,
        r#""format":"date""#,
        r#""description":"Who.""#,
    ] {
        assert!(schema.contains(rule), "{rule} is not in {schema}");
    }
    let Some(kept) = app.tools().find(|tool| tool.name() == "kept") else {
        unreachable!("its name is in the list above");
    };
    let schema = serde_json::Value::Object(kept.input_schema().clone()).to_string();
    assert!(schema.contains(r#""writeOnly":true"#), "{schema}");
    Ok(())
}
