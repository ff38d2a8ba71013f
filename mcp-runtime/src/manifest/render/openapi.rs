//! The tools as operations of `OpenAPI` 3.1.
//!
//! A tool `get_invoice` is `POST /tools/get_invoice`: a path of its own, since an operation is what
//! gateways route, limit and authorize by, and what security tools report on. Its schemas stand
//! under `components`, with their references moved along: in `OpenAPI` `#` is the whole document.

use serde_json::{Map, Value, json};

use crate::manifest::Manifest;
use crate::manifest::model::{AccessPart, ScopePart, ToolPart};

/// The security scheme of those who call by a token or a key.
const SCHEME: &str = "bearer";
/// The schema of failures.
const FAILURE: &str = "ToolError";

type Object = Map<String, Value>;

pub(in crate::manifest) fn render(manifest: &Manifest) -> String {
    let listed = || manifest.tools.iter().filter(|tool| tool.listed);
    let paths: Object =
        listed().map(|tool| (format!("/tools/{}", tool.name), path_item(tool))).collect();
    let mut schemas: Object = listed().flat_map(schemas).collect();
    schemas.insert(FAILURE.to_owned(), failure());
    let server = &manifest.server;
    let mut document = json!({
        "openapi": "3.1.1",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": server.title.as_ref().unwrap_or(&server.name),
            "version": server.version,
            "description":
                "The tools of an MCP server, each as one operation. The server has no such paths: \
                 calls travel as `tools/call` of the Model Context Protocol.",
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": { SCHEME: {
                "type": "http",
                "scheme": "bearer",
                "description": "A token or a key that was granted scopes.",
            } },
        },
        "x-mcp-server": server,
        "x-mcp-manifest": manifest.digest,
        "x-mcp-scopes": manifest.scopes.iter().map(scope).collect::<Object>(),
    });
    document.sort_all_objects();
    format!("{document:#}\n")
}

fn scope(scope: &ScopePart) -> (String, Value) {
    let description = scope.description.as_deref().unwrap_or_default();
    (scope.scope.clone(), json!({ "description": description, "implies": scope.implies }))
}

fn path_item(tool: &ToolPart) -> Value {
    let name = &tool.name;
    let mut operation = json!({
        "operationId": name,
        "description": tool.description,
        "requestBody": {
            "required": true,
            "content": { "application/json": { "schema": reference(&input(tool)) } },
        },
        "responses": {
            "200": success(tool),
            "default": {
                "description": "The call failed, and says what to do.",
                "content": { "application/json": { "schema": reference(FAILURE) } },
            },
        },
        "x-mcp-effect": tool.effect,
        "x-mcp-idempotent": tool.idempotent,
        "x-mcp-open-world": tool.open_world,
        "x-mcp-confirmation": tool.confirmation,
        "x-mcp-version": tool.version,
        "x-mcp-policies": tool.policies,
    });
    if let Value::Object(operation) = &mut operation {
        if let Some(title) = &tool.title {
            operation.insert("summary".to_owned(), title.as_str().into());
        }
        if !tool.secrets.is_empty() {
            operation.insert("x-mcp-secrets".to_owned(), json!(tool.secrets));
        }
        match &tool.access {
            // Without a word about security anyone may call it, which nobody said.
            AccessPart::Unstated => {
                operation.insert("security".into(), json!([{ SCHEME: [] }]));
                operation.insert("x-mcp-access".into(), "unstated".into());
            }
            AccessPart::Public => {
                operation.insert("security".into(), json!([]));
            }
            AccessPart::Scopes(all) => {
                let tokens: Vec<&str> = all.iter().map(|one| one.scope.as_str()).collect();
                operation.insert("security".into(), json!([{ SCHEME: tokens }]));
                operation.insert("x-mcp-scopes".into(), json!(all));
            }
        }
    }
    json!({ "post": operation })
}

fn success(tool: &ToolPart) -> Value {
    match tool.output_schema {
        Some(_) => json!({
            "description": "The structured result.",
            "content": { "application/json": { "schema": reference(&output(tool)) } },
        }),
        None => json!({ "description": "Content for the model, of no fixed form." }),
    }
}

fn reference(component: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{component}") })
}

/// Names of tools are of the characters that names of components are of.
fn input(tool: &ToolPart) -> String {
    format!("{}.input", tool.name)
}

fn output(tool: &ToolPart) -> String {
    format!("{}.output", tool.name)
}

fn schemas(tool: &ToolPart) -> impl Iterator<Item = (String, Value)> {
    let place = |name: String, schema: &Object| {
        let root = format!("#/components/schemas/{name}");
        let mut schema = schema.clone();
        schema.remove("$schema");
        relocate(&mut schema, &root);
        (name, Value::Object(schema))
    };
    let result = tool.output_schema.as_ref().map(|schema| place(output(tool), schema));
    [place(input(tool), &tool.input_schema)].into_iter().chain(result)
}

/// Moves the references of a schema that is no longer the root of its document.
fn relocate(schema: &mut Object, root: &str) {
    /// Keywords whose members are schemas, whatever their names.
    const NAMED: [&str; 5] =
        ["properties", "patternProperties", "dependentSchemas", "$defs", "definitions"];
    /// Keywords whose values are data, whatever they look like.
    const DATA: [&str; 5] = ["const", "enum", "default", "example", "examples"];
    for (keyword, value) in schema {
        match value {
            Value::String(target) if keyword == "$ref" => {
                if let Some(pointer) = target.strip_prefix('#') {
                    *target = format!("{root}{pointer}");
                }
            }
            Value::Object(members) if NAMED.contains(&keyword.as_str()) => {
                for member in members.values_mut() {
                    if let Value::Object(schema) = member {
                        relocate(schema, root);
                    }
                }
            }
            Value::Object(schema) if !DATA.contains(&keyword.as_str()) => relocate(schema, root),
            Value::Array(schemas) if !DATA.contains(&keyword.as_str()) => {
                for schema in schemas {
                    if let Value::Object(schema) = schema {
                        relocate(schema, root);
                    }
                }
            }
            _ => {}
        }
    }
}

/// The public part of a [`ToolError`](crate::ToolError), as it travels.
fn failure() -> Value {
    json!({
        "type": "object",
        "description": "Why a call failed, and what to do. MCP sends it as a result with `isError`.",
        "properties": {
            "code": { "type": "string", "description": "Why, as one word." },
            "message": { "type": "string", "description": "Why, for a model." },
            "retryable": { "type": "boolean", "description": "The same call may succeed later." },
            "retry_after": { "type": "number", "description": "When, in seconds." },
            "effect": {
                "enum": ["none", "applied", "unknown"],
                "description": "What the call left behind.",
            },
            "next_action": { "enum": ["retry", "fallback", "escalate", "continue", "stop"] },
            "fallback_tool": { "type": "string", "description": "The tool to use instead." },
            "partial_data": { "description": "What could be found out before the failure." },
            "details": { "description": "Facts for a program." },
            "correlation_id": { "type": "string", "description": "What the server's log knows it by." },
        },
        "required": ["code", "message", "retryable"],
    })
}
