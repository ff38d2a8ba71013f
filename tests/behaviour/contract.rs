//! What a signature promises: the schemas that clients see, and their enforcement.

use mcp_runtime::{
    Code, Content, Icon, IconTheme, Reply, ResourceLink, Server, Tools, tool, tools,
};
use mcp_testkit::TestServer;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

fn schema(tools: Tools) -> Value {
    let server = TestServer::new(tools);
    let tool = server.list().next().unwrap();
    Value::Object(tool.input_schema().clone())
}

fn violations(error: &mcp_runtime::ToolError) -> Vec<(String, String)> {
    let public = error.to_json();
    let mut all: Vec<_> = public["details"]["violations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let text = |key: &str| one[key].as_str().unwrap().to_owned();
            (text("pointer"), text("rule"))
        })
        .collect();
    all.sort();
    all
}

/// Do nothing.
#[tool]
async fn nothing() {}

#[test]
fn a_tool_without_arguments_says_so() {
    assert_eq!(schema(tools![nothing]), json!({ "type": "object", "additionalProperties": false }));
}

#[derive(Deserialize, JsonSchema)]
#[allow(dead_code)]
struct Place {
    city: String,
    zip: Option<u16>,
}

/// Take everything that an argument can be.
#[tool(read_only)]
#[allow(clippy::too_many_arguments)]
async fn everything(
    /// How many.
    #[arg(range(1..=100), default = 20)]
    limit: u8,
    #[arg(length(1..=3), pattern = "^[a-z]+$", example = "ab")] code: String,
    #[arg(items(1..=2))] list: Vec<i64>,
    #[arg(format = "date")] day: Option<String>,
    #[arg(rename = "where", description = "Where.")] place: Option<Place>,
    #[arg(range(0.0..1.0))] share: f64,
    #[arg(header = "Region")] region: Option<String>,
) -> Value {
    json!({ "got": [limit, code, list, day, place.is_some(), share, region] })
}

#[test]
fn rules_become_the_schema() {
    assert_eq!(
        schema(tools![everything]),
        json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["code", "list", "share"],
            "properties": {
                "limit": {
                    "type": "integer", "format": "uint8", "minimum": 1, "maximum": 100,
                    "default": 20, "description": "How many.",
                },
                "code": {
                    "type": "string", "minLength": 1, "maxLength": 3, "pattern": "^[a-z]+$",
                    "examples": ["ab"],
                },
                "list": {
                    "type": "array", "items": { "type": "integer", "format": "int64" },
                    "minItems": 1, "maxItems": 2,
                },
                "day": { "type": "string", "format": "date" },
                "where": {
                    "description": "Where.",
                    "type": "object",
                    "properties": {
                        "city": { "type": "string" },
                        "zip": {
                            "type": ["integer", "null"], "format": "uint16",
                            "minimum": 0, "maximum": 65535,
                        },
                    },
                    "required": ["city"],
                },
                "share": {
                    "type": "number", "format": "double", "minimum": 0.0, "exclusiveMaximum": 1.0,
                },
                "region": { "type": "string", "x-mcp-header": "Region" },
            },
        }),
    );
}

#[tokio::test]
async fn defaults_are_applied_and_null_is_absent() {
    let server = TestServer::new(tools![everything]);
    let arguments = json!({ "code": "ab", "list": [1.0], "share": 0, "day": null, "limit": null });
    let data = server.call("everything", arguments).await.data::<Value>();
    assert_eq!(data["got"], json!([20, "ab", [1], null, false, 0.0, null]));
}

#[tokio::test]
async fn every_violation_is_listed_at_once() {
    let server = TestServer::new(tools![everything]);
    let arguments = json!({
        "limit": 0, "code": "ABCD", "list": ["x", 1, 2], "day": "yesterday",
        "where": { "zip": 70_000 }, "share": 1.0, "secret_typo": "hunter2",
    });
    let answer = server.call("everything", arguments).await;
    let error = answer.error();
    assert_eq!(*error.code(), Code::InvalidArguments);
    let expected = [
        ("/code", "maxLength"),
        ("/code", "pattern"),
        ("/day", "format"),
        ("/limit", "minimum"),
        ("/list", "maxItems"),
        ("/list/0", "type"),
        ("/secret_typo", "additionalProperties"),
        ("/share", "exclusiveMaximum"),
        ("/where/city", "required"),
        ("/where/zip", "maximum"),
    ]
    .map(|(pointer, rule)| (pointer.to_owned(), rule.to_owned()));
    assert_eq!(violations(error), expected);
    for echoed in ["ABCD", "hunter2", "yesterday", "70000"] {
        assert!(!error.to_json().to_string().contains(echoed), "{echoed}");
    }
}

/// Take integers of every size.
#[tool(read_only)]
async fn integers(small: Option<u8>, signed: Option<i64>, unsigned: Option<u64>) -> Value {
    json!({ "got": [small, signed, unsigned] })
}

#[tokio::test]
async fn huge_integers_are_exact_or_refused() {
    let server = TestServer::new(tools![integers]);
    let exact = json!({ "signed": i64::MIN, "unsigned": u64::MAX });
    let data = server.call("integers", exact).await.data::<Value>();
    assert_eq!(data["got"], json!([null, i64::MIN, u64::MAX]));
    let too_large: Value = serde_json::from_str("18446744073709551616").unwrap();
    for (argument, value) in [
        ("small", json!(256)),
        ("signed", json!(u64::MAX)),
        ("unsigned", too_large),
        ("unsigned", json!(-1)),
    ] {
        let answer = server.call("integers", json!({ argument: value })).await;
        assert_eq!(*answer.error().code(), Code::InvalidArguments, "{argument}");
    }
}

#[derive(Deserialize, JsonSchema)]
struct Checked(#[schemars(with = "String")] Even);

#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Even;

impl TryFrom<String> for Even {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.len().is_multiple_of(2) { Ok(Self) } else { Err(format!("odd: {text}")) }
    }
}

#[derive(Deserialize, JsonSchema)]
struct Nested {
    inner: Vec<Checked>,
}

/// Take what only the type itself can judge.
#[tool(read_only)]
async fn judged(nested: Nested) -> usize {
    nested.inner.iter().filter(|Checked(Even)| true).count()
}

#[tokio::test]
async fn what_the_schema_cannot_say_is_refused_with_a_pointer_and_not_in_serdes_words() {
    let server = TestServer::new(tools![judged]);
    let answer = server.call("judged", json!({ "nested": { "inner": ["ab", "hunter2"] } })).await;
    assert_eq!(violations(answer.error()), [("/nested/inner/1".into(), "type".into())]);
    assert!(!answer.error().to_json().to_string().contains("hunter2"));
}

#[derive(Deserialize, JsonSchema)]
struct Filter {
    /// Text to look for.
    text: String,
    limit: Option<u32>,
}

/// Take one struct as the whole input.
#[tool(read_only)]
async fn flattened(#[arg(flatten)] filter: Filter) -> String {
    format!("{} {:?}", filter.text, filter.limit)
}

#[tokio::test]
async fn a_struct_can_stand_for_the_whole_input() {
    let server = TestServer::new(tools![flattened]);
    let root = schema(tools![flattened]);
    assert_eq!(root["additionalProperties"], json!(false));
    assert_eq!(root["required"], json!(["text"]));
    assert_eq!(root["properties"]["limit"]["type"], "integer");
    let answer = server.call("flattened", json!({ "text": "x", "limit": null })).await;
    assert_eq!(answer.text(), "x None");
    let answer = server.call("flattened", json!({ "text": "x", "limt": 1 })).await;
    assert!(answer.error().message().contains("did you mean `limit`?"));
}

#[derive(Deserialize, Serialize, JsonSchema)]
struct Tree {
    children: Vec<Tree>,
}

/// Take and give back a recursive type.
#[tool(read_only)]
async fn recursive(tree: Tree) -> Tree {
    tree
}

#[tokio::test]
async fn recursive_types_are_kept_by_reference() {
    let server = TestServer::new(tools![recursive]);
    assert!(schema(tools![recursive])["$defs"]["Tree"].is_object());
    let tree = json!({ "children": [{ "children": [] }] });
    let answer = server.call("recursive", json!({ "tree": tree })).await;
    assert_eq!(answer.data::<Value>(), tree);
    let bad = json!({ "tree": { "children": [{ "children": [7] }] } });
    let answer = server.call("recursive", bad).await;
    assert_eq!(violations(answer.error())[0].0, "/tree/children/0/children/0");
}

/// A number.
#[tool]
async fn number() -> u32 {
    7
}

/// A list.
#[tool]
async fn list() -> Vec<String> {
    vec!["a".into()]
}

/// Text.
#[tool]
async fn text() -> Result<String, mcp_runtime::ToolError> {
    Ok("plain".into())
}

/// Perhaps a filter.
#[tool]
async fn perhaps() -> Option<u32> {
    None
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Colour {
    /// Documented, so that its schema takes another form.
    Red,
}

/// A word of a few.
#[tool]
async fn word() -> Colour {
    Colour::Red
}

/// Blocks.
#[tool]
async fn blocks() -> Vec<Content> {
    vec![Content::text("a"), Content::image("AAAA", "image/png")]
}

/// A link.
#[tool]
async fn link() -> ResourceLink {
    ResourceLink::new("file:///report.csv", "report").mime_type("text/csv").size(12)
}

/// A whole reply.
#[tool]
async fn whole() -> Reply {
    Reply::text("short").with_structured(json!({ "long": 1 })).with_meta("example.com/a", 1)
}

#[tokio::test]
async fn results_take_the_form_that_their_type_has() {
    let server =
        TestServer::new(tools![nothing, number, list, text, perhaps, word, blocks, link, whole]);
    let has_schema: Vec<bool> = server.list().map(|tool| tool.output_schema().is_some()).collect();
    assert_eq!(has_schema, [false, true, true, false, true, true, false, false, false]);

    assert_eq!(server.call("nothing", json!({})).await.text(), "done");
    assert_eq!(server.call("nothing", json!({})).await.reply().structured(), None);
    let number = server.call("number", json!({})).await;
    assert_eq!(number.reply().structured(), Some(&json!({ "result": 7 })));
    assert_eq!(number.text(), r#"{"result":7}"#);
    assert_eq!(number.data::<u32>(), 7);
    assert_eq!(server.call("list", json!({})).await.data::<Vec<String>>(), ["a"]);
    assert_eq!(server.call("text", json!({})).await.text(), "plain");
    assert_eq!(server.call("text", json!({})).await.data::<String>(), "plain");
    assert_eq!(server.call("perhaps", json!({})).await.data::<Option<u32>>(), None);
    assert_eq!(server.call("word", json!({})).await.data::<String>(), "red");
    assert_eq!(server.call("blocks", json!({})).await.reply().content().len(), 2);
    assert_eq!(server.call("whole", json!({})).await.data::<Value>(), json!({ "long": 1 }));
}

#[tokio::test]
async fn results_keep_the_schema_that_they_advertise() {
    let server = TestServer::new(tools![number, list, perhaps, recursive]);
    for tool in server.list() {
        let schema = Value::Object(tool.output_schema().unwrap().clone());
        assert_eq!(schema["type"], "object", "{}", tool.name());
        let arguments = if tool.name() == "recursive" {
            json!({ "tree": { "children": [{ "children": [] }] } })
        } else {
            json!({})
        };
        let answer = server.call(tool.name(), arguments).await;
        let structured = answer.reply().structured().unwrap().clone();
        assert!(jsonschema::is_valid(&schema, &structured), "{}: {structured}", tool.name());
    }
}

/// Everything that an attribute says about a tool.
#[tool(
    name = "all.hints",
    title = "All hints",
    description = "Said here.",
    version = "3",
    destructive,
    idempotent(natural),
    open_world,
    icons = Icon::new("https://example.com/a.svg").size("any").theme(IconTheme::Dark),
    meta = json!({ "example.com/team": "ledger" }),
)]
async fn hints() {}

#[tokio::test]
async fn hints_reach_the_client() {
    let router = Server::new("t", "0").tools(tools![hints, nothing]).router().unwrap();
    let body = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/list",
        "params": { "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        } },
    });
    let mut request = super::support::post("", body.to_string());
    request.headers_mut().remove("mcp-name");
    request.headers_mut().insert("mcp-method", "tools/list".parse().unwrap());
    let (_, answer) = super::support::send(&router, request).await;
    let result = &answer["result"];
    assert_eq!(
        result["tools"][0],
        json!({
            "name": "all.hints",
            "title": "All hints",
            "description": "Said here.",
            "inputSchema": { "type": "object", "additionalProperties": false },
            "annotations": {
                "destructiveHint": true, "idempotentHint": true, "openWorldHint": true,
            },
            "icons": [{ "src": "https://example.com/a.svg", "sizes": ["any"], "theme": "dark" }],
            "_meta": { "example.com/team": "ledger", "mcp-runtime/version": "3" },
        }),
    );
    assert_eq!(result["tools"][1].get("annotations"), None);
    assert_eq!((&result["ttlMs"], &result["cacheScope"]), (&json!(300_000), &json!("public")));
    assert_eq!(result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], "t");
}

/// Length on a number.
#[tool]
async fn wrong_rule(#[arg(length(1..=3))] count: u32, #[arg(range(1..))] name: String) {
    let _ = (count, name);
}

const ALL: u32 = 200;

/// A default that breaks its own rule, and an example of another type.
#[tool]
async fn wrong_values(
    #[arg(default = ALL, range(..=100))] limit: u32,
    #[arg(example = "x")] count: u32,
    #[arg(pattern = "(")] code: String,
) {
    let _ = (limit, count, code);
}

/// A format that nobody knows.
#[tool]
async fn wrong_format(#[arg(format = "emial")] address: String) {
    let _ = address;
}

/// A newtype that says it is a scalar and isn't.
#[derive(Deserialize, JsonSchema)]
#[allow(dead_code)]
struct Liar(Vec<String>);

impl mcp_runtime::Scalar for Liar {}

/// A header that can't be one.
#[tool]
async fn wrong_header(#[arg(header = "X")] liar: Liar) {
    let _ = liar;
}

/// A grant that nothing could be compared with.
#[tool(scope = "read:invoices.where(name = liar)")]
async fn wrong_scope(liar: Liar) {
    let _ = liar;
}

#[test]
fn rules_that_do_not_fit_their_argument_are_errors_at_start() {
    let tools = tools![wrong_rule, wrong_values, wrong_format, wrong_header, wrong_scope];
    let message = Server::new("t", "0").tools(tools).build().unwrap_err().to_string();
    for expected in [
        "tool `wrong_rule`: `length` on `count` needs a string (for a list, `items`)",
        "tool `wrong_rule`: `range` on `name` needs a number",
        "tool `wrong_values`: the default of `limit` breaks its own rule: it must be at most 100",
        "tool `wrong_values`: the example of `count` breaks its own rule: it must be an integer",
        "tool `wrong_values`: its input schema is not valid",
        "tool `wrong_format`: `format` on `address` needs a known format; did you mean `email`?",
        "tool `wrong_header`: `header` on `liar` needs a string, an integer or a boolean",
        "tool `wrong_scope`: `scope` on `liar` needs a string, an integer or a boolean",
    ] {
        assert!(message.contains(expected), "{expected}\nnot in\n{message}");
    }
}
