//! What the command line prints about a server: its tools, and calls that are ready to paste.

use std::fmt::Write;
#[cfg(feature = "http")]
use std::net::SocketAddr;

#[cfg(feature = "http")]
use serde_json::{Map, Value, json};

use crate::access::AccessDef;
use crate::adapter::list_json as tools_list;
use crate::app::App;
use crate::tool::ToolInfo;

/// The tools by line: name, what it is, the time it may take, who may call it where any of them
/// says so, the first line of its description.
pub(super) fn list(app: &App) -> String {
    let width = app.tools().map(|tool| tool.name().len()).max().unwrap_or_default();
    let access: Vec<String> = app.tools().map(|tool| access(tool.access)).collect();
    let stated = app.tools().any(|tool| !matches!(tool.access, AccessDef::Unstated));
    let widest = access.iter().map(String::len).max().filter(|_| stated);
    let mut text = String::new();
    for (tool, access) in app.tools().zip(access) {
        let (name, timeout) = (tool.name(), format!("{:?}", tool.timeout()));
        let _ = write!(text, "  {name:width$}  {:11} {timeout:>5}  ", effect(tool));
        if let Some(widest) = widest {
            let _ = write!(text, "{access:widest$}  ");
        }
        let about = tool.description().lines().next().unwrap_or_default();
        let _ = writeln!(text, "{about}");
    }
    text
}

/// The scopes without their constraints, so that a tool stays one line.
fn access(access: AccessDef) -> String {
    match access {
        AccessDef::Unstated => "-".into(),
        AccessDef::Public => "public".into(),
        AccessDef::Scopes(scopes) => {
            scopes.iter().map(|scope| scope.token).collect::<Vec<_>>().join(", ")
        }
    }
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
    if let Some((tool, arguments)) = first_call(app) {
        let shown = shown(app);
        if let Some(Shown { what, variable, sample }) = &shown {
            let _ = write!(
                text,
                "\nCalls need {what}. In the shell that makes them: export {variable}={sample}\n"
            );
        }
        let call = Call { url: &url, tool, arguments, variable: shown.map(|one| one.variable) };
        let _ = write!(
            text,
            "\nCall {} with the Inspector:\n\n{}\n\nor with curl:\n\n{}\n",
            tool.name(),
            call.by_inspector(),
            call.by_curl(),
        );
    }
    text
}

/// What callers show, and the shell's variable that stands for it in what is pasted.
#[cfg(feature = "http")]
struct Shown {
    what: &'static str,
    variable: &'static str,
    sample: &'static str,
}

/// Nothing where nobody is authenticated.
#[cfg(feature = "http")]
fn shown(app: &App) -> Option<Shown> {
    app.auth()?;
    Some(if app.settings().auth.keys.is_some() {
        Shown { what: "an API key", variable: "KEY", sample: "mcp_…" }
    } else {
        Shown { what: "an access token", variable: "TOKEN", sample: "…" }
    })
}

/// The call to show: the first that says something, or else the first that has nothing to say.
#[cfg(feature = "http")]
fn first_call(app: &App) -> Option<(&ToolInfo, Map<String, Value>)> {
    let calls = || app.tools().filter_map(|tool| Some((tool, example(tool)?)));
    calls().find(|(_, arguments)| !arguments.is_empty()).or_else(|| calls().next())
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
    let required = schema.get("required").and_then(Value::as_array);
    required
        .into_iter()
        .flatten()
        .map(|name| {
            let name = name.as_str()?;
            let example = properties?.get(name)?.get("examples")?.get(0)?;
            Some((name.to_owned(), example.clone()))
        })
        .collect()
}

/// A call that is ready to paste into a POSIX shell.
#[cfg(feature = "http")]
struct Call<'a> {
    url: &'a str,
    tool: &'a ToolInfo,
    arguments: Map<String, Value>,
    /// The variable that holds the credential.
    variable: Option<&'static str>,
}

#[cfg(feature = "http")]
impl Call<'_> {
    /// The option that sends the credential, to the end of its line.
    fn header(&self, option: &str) -> String {
        self.variable.map_or_else(String::new, |variable| {
            format!("{option} \"Authorization: Bearer ${variable}\" \\\n    ")
        })
    }

    fn by_inspector(&self) -> String {
        let header = self.header("--header");
        format!(
            "  npx @modelcontextprotocol/inspector@2 --cli --server-url {} --transport http \\\n    \
             {}--method tools/call --tool-name {} --tool-args-json {}",
            self.url,
            header,
            self.tool.name(),
            quoted(&json!(self.arguments)),
        )
    }

    fn by_curl(&self) -> String {
        let revision = crate::adapter::REVISION;
        let name = self.tool.name();
        let header = self.header("-H");
        let body = json!({
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {
                "name": name,
                "arguments": self.arguments,
                "_meta": {
                    "io.modelcontextprotocol/protocolVersion": revision,
                    "io.modelcontextprotocol/clientCapabilities": {},
                },
            },
        });
        format!(
            "  curl {} {}-H 'Content-Type: application/json' \\\n    \
             -H 'Accept: application/json, text/event-stream' \\\n    \
             -H 'MCP-Protocol-Version: {revision}' -H 'Mcp-Method: tools/call' -H 'Mcp-Name: {name}' \\\n    \
             -d {}",
            self.url,
            header,
            quoted(&body),
        )
    }
}

/// One word of a POSIX shell.
#[cfg(feature = "http")]
fn quoted(value: &Value) -> String {
    format!("'{}'", value.to_string().replace('\'', r"'\''"))
}

#[cfg(all(test, feature = "http"))]
mod tests {
    use super::*;
    use crate::error::ToolError;
    use crate::output::OutputSchema;
    use crate::server::Server;
    use crate::tool::{ToolDef, Tools};

    #[test]
    fn a_tool_that_needs_no_argument_can_be_called_first() {
        let def = |name| {
            let fails = |_: &mut crate::ToolCall| Err(ToolError::new("x_y", ""));
            ToolDef::new(name, "", &[], |_| OutputSchema(None), fails)
        };
        let shown = |def: ToolDef| {
            let def: &'static ToolDef = Box::leak(Box::new(def));
            let app = Server::new("t", "1").tools(Tools(vec![def])).build().unwrap();
            listening(&app, ([127, 0, 0, 1], 9).into())
        };
        let text = shown(def("status").read_only());
        assert!(text.contains("Call status with the Inspector"), "{text}");
        assert!(text.contains("--tool-args-json '{}'"), "{text}");
        assert!(!shown(def("reset")).contains("curl"), "it writes");
    }
}
