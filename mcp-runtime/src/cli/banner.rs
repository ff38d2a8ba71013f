//! What the command line prints about a server: its tools, and calls that are ready to paste.

use std::fmt::Write;
#[cfg(feature = "http")]
use std::net::SocketAddr;

#[cfg(feature = "http")]
use serde_json::{Map, Value, json};

use crate::adapter::list_json as tools_list;
use crate::server::App;
use crate::tool::ToolInfo;

/// The tools by line: name, what it is, the time it may take, the first line of its description.
pub(super) fn list(app: &App) -> String {
    let width = app.tools().map(|tool| tool.name().len()).max().unwrap_or_default();
    let mut text = String::new();
    for tool in app.tools() {
        let (name, timeout) = (tool.name(), format!("{:?}", tool.timeout()));
        let about = tool.description().lines().next().unwrap_or_default();
        let _ = writeln!(text, "  {name:width$}  {:11} {timeout:>5}  {about}", effect(tool));
    }
    text
}

/// The answer to `tools/list`.
pub(super) fn list_json(app: &App) -> String {
    format!("{:#}\n", tools_list(app))
}

fn effect(tool: &ToolInfo) -> &'static str {
    if tool.is_read_only() {
        "reads"
    } else if tool.is_destructive() {
        "destructive"
    } else {
        "writes"
    }
}

/// What a server says as it begins to listen.
#[cfg(feature = "http")]
pub(super) fn listening(app: &App, address: SocketAddr) -> String {
    let url = format!("http://{address}{}", crate::adapter::HTTP_PATH);
    let mut text =
        format!("{} {} is listening on {url}\n\n{}", app.name(), app.version(), list(app));
    if let Some((tool, arguments)) = app.tools().find_map(|tool| Some((tool, example(tool)?))) {
        let _ = write!(
            text,
            "\nCall {} with the Inspector:\n\n{}\n\nor with curl:\n\n{}\n",
            tool.name(),
            inspector(&url, tool, &arguments),
            curl(&url, tool, &arguments),
        );
    }
    text
}

/// Arguments for a first call, made of the examples that the tool's own schema gives. A tool that
/// writes is no first call, and neither is one whose arguments travel as headers too.
#[cfg(feature = "http")]
fn example(tool: &ToolInfo) -> Option<Map<String, Value>> {
    let schema = tool.input_schema();
    let properties = schema.get("properties").and_then(Value::as_object);
    let has_header = properties
        .is_some_and(|all| all.values().any(|property| property.get("x-mcp-header").is_some()));
    if !tool.is_read_only() || has_header {
        return None;
    }
    let required = schema.get("required").and_then(Value::as_array)?;
    required
        .iter()
        .map(|name| {
            let name = name.as_str()?;
            let example = properties?.get(name)?.get("examples")?.get(0)?;
            Some((name.to_owned(), example.clone()))
        })
        .collect()
}

#[cfg(feature = "http")]
fn inspector(url: &str, tool: &ToolInfo, arguments: &Map<String, Value>) -> String {
    format!(
        "  npx @modelcontextprotocol/inspector@2 --cli --server-url {url} --transport http \\\n    \
         --method tools/call --tool-name {} --tool-args-json {}",
        tool.name(),
        quoted(&json!(arguments)),
    )
}

#[cfg(feature = "http")]
fn curl(url: &str, tool: &ToolInfo, arguments: &Map<String, Value>) -> String {
    let revision = crate::adapter::REVISION;
    let name = tool.name();
    let body = json!({
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {
            "name": name,
            "arguments": arguments,
            "_meta": {
                "io.modelcontextprotocol/protocolVersion": revision,
                "io.modelcontextprotocol/clientCapabilities": {},
            },
        },
    });
    format!(
        "  curl {url} -H 'Content-Type: application/json' \\\n    \
         -H 'Accept: application/json, text/event-stream' \\\n    \
         -H 'MCP-Protocol-Version: {revision}' -H 'Mcp-Method: tools/call' -H 'Mcp-Name: {name}' \\\n    \
         -d {}",
        quoted(&body),
    )
}

/// One word of a POSIX shell.
#[cfg(feature = "http")]
fn quoted(value: &Value) -> String {
    format!("'{}'", value.to_string().replace('\'', r"'\''"))
}
