//! Tools that need nothing but the SDK: content, errors, progress, schemas, headers.

use std::borrow::Cow;
use std::time::Duration;

use mcp_runtime::Content;
use mcp_runtime::{Context, ToolError, tool};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

/// A PNG of one red pixel, in base64.
pub(crate) const PIXEL: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC";

/// A WAV without a sample, in base64.
const SILENCE: &str = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=";

const STEP: Duration = Duration::from_millis(50);

/// Answer with text.
#[tool]
pub(crate) async fn test_simple_text() -> &'static str {
    "This is a simple text response for testing."
}

/// Answer with an image.
#[tool]
pub(crate) async fn test_image_content() -> Content {
    Content::image(PIXEL, "image/png")
}

/// Answer with a sound.
#[tool]
pub(crate) async fn test_audio_content() -> Content {
    Content::audio(SILENCE, "audio/wav")
}

/// Answer with an embedded resource.
#[tool]
pub(crate) async fn test_embedded_resource() -> Content {
    Content::resource_text(
        "test://embedded-resource",
        "text/plain",
        "This is an embedded resource content.",
    )
}

/// Answer with text, an image and an embedded resource.
#[tool]
pub(crate) async fn test_multiple_content_types() -> Vec<Content> {
    vec![
        Content::text("Multiple content types test:"),
        Content::image(PIXEL, "image/png"),
        Content::resource_text(
            "test://mixed-content-resource",
            "application/json",
            r#"{"test":"data","value":123}"#,
        ),
    ]
}

/// Always fail.
#[tool]
pub(crate) async fn test_error_handling() -> Result<String, ToolError> {
    Err(ToolError::new("intentional", "This tool intentionally returns an error for testing"))
}

/// Report progress three times.
#[tool]
pub(crate) async fn test_tool_with_progress(ctx: Context) -> &'static str {
    for progress in [0.0, 50.0, 100.0] {
        ctx.progress(progress, Some(100.0), None).await;
        tokio::time::sleep(STEP).await;
    }
    "Progress test completed"
}

/// Take long enough for a stream to be opened.
#[tool]
pub(crate) async fn test_reconnection() -> &'static str {
    tokio::time::sleep(2 * STEP).await;
    "Reconnection test completed"
}

/// Take an argument that travels as a header as well.
#[tool]
pub(crate) async fn test_custom_header(
    /// Where to look.
    #[arg(header = "Region")]
    region: String,
) -> String {
    format!("Looked in {region}")
}

/// Take arguments whose schema is written by hand.
#[tool]
pub(crate) async fn json_schema_2020_12_tool(#[arg(flatten)] contact: Contact) -> String {
    let name = contact.name.as_deref().unwrap_or("nobody");
    let city = contact.address.and_then(|address| address.city);
    let city = city.as_deref().unwrap_or("nowhere");
    let way = contact.phone.or(contact.email).unwrap_or_default();
    format!("{name} of {city}: {way}")
}

/// The arguments of [`json_schema_2020_12_tool`].
#[derive(Deserialize)]
pub(crate) struct Contact {
    name: Option<String>,
    address: Option<Address>,
    phone: Option<String>,
    email: Option<String>,
}

#[derive(Deserialize)]
struct Address {
    city: Option<String>,
}

/// As the suite words it: it looks for each of these keywords in the list of tools.
impl JsonSchema for Contact {
    fn schema_name() -> Cow<'static, str> {
        "Contact".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "$defs": {
                "address": {
                    "$anchor": "addressDef",
                    "type": "object",
                    "properties": {
                        "street": { "type": "string" },
                        "city": { "type": "string" }
                    }
                }
            },
            "properties": {
                "name": { "type": "string" },
                "address": { "$ref": "#/$defs/address" },
                "contactMethod": { "type": "string", "enum": ["phone", "email"] },
                "phone": { "type": "string" },
                "email": { "type": "string" }
            },
            "allOf": [{ "anyOf": [{ "required": ["phone"] }, { "required": ["email"] }] }],
            "if": {
                "properties": { "contactMethod": { "const": "phone" } },
                "required": ["contactMethod"]
            },
            "then": { "required": ["phone"] },
            "else": { "required": ["email"] },
            "additionalProperties": false
        })
    }
}
