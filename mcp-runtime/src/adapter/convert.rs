//! Between this crate's types and the SDK's.

use rmcp::model::{
    CallToolResponse, CallToolResult, ContentBlock, EmbeddedResource, ErrorData, Icon as RmcpIcon,
    IconTheme as RmcpIconTheme, MetaObject, Resource, ResourceContents, Tool, ToolAnnotations,
};
#[cfg(feature = "cli")]
use serde_json::{Value, json};

use super::raw::RawReply;
use crate::call::Reply;
use crate::content::{Content, Icon, IconTheme, ResourceLink};
use crate::data::Data;
use crate::error::ToolError;
use crate::meta;
use crate::policy::Outcome;
use crate::tool::ToolInfo;

/// A tool's entry in `tools/list`.
pub(super) fn tool(info: &ToolInfo) -> Tool {
    let mut tool = Tool::default();
    tool.name = info.name.into();
    tool.title = info.title.map(str::to_owned);
    tool.description = Some(info.description.into());
    tool.input_schema = std::sync::Arc::clone(&info.input_schema);
    tool.output_schema.clone_from(&info.output_schema);
    tool.annotations = annotations(info);
    tool.icons = (!info.icons.is_empty()).then(|| info.icons.iter().map(icon).collect());
    let mut about = info.meta.clone();
    if let Some(version) = info.version {
        about.insert(meta::VERSION.into(), version.into());
    }
    tool.meta = (!about.is_empty()).then_some(MetaObject(about));
    tool
}

/// Only what the attribute states: the protocol's defaults are the cautious ones.
fn annotations(info: &ToolInfo) -> Option<ToolAnnotations> {
    let annotations = ToolAnnotations::from_raw(
        None,
        info.read_only.then_some(true),
        info.destructive.then_some(true),
        info.is_idempotent().then_some(true),
        info.open_world.then_some(true),
    );
    (annotations != ToolAnnotations::new()).then_some(annotations)
}

fn icon(icon: &Icon) -> RmcpIcon {
    let mut converted = RmcpIcon::new(icon.src.clone());
    converted.mime_type = icon.mime_type.as_deref().map(str::to_owned);
    let sizes: Vec<String> = icon.sizes.iter().map(|size| size.clone().into_owned()).collect();
    converted.sizes = (!sizes.is_empty()).then_some(sizes);
    converted.theme = icon.theme.map(|theme| match theme {
        IconTheme::Light => RmcpIconTheme::Light,
        IconTheme::Dark => RmcpIconTheme::Dark,
    });
    converted
}

/// The answer to a call, as it goes out.
pub(super) fn response(outcome: Outcome, info: &ToolInfo) -> Result<CallToolResponse, ErrorData> {
    match outcome {
        Ok(mut reply) => match reply.raw.take().and_then(|raw| raw.0.downcast::<RawReply>().ok()) {
            Some(raw) => raw.into_inner(),
            None => Ok(success(reply).into()),
        },
        Err(error) => Ok(failure(&error, info).into()),
    }
}

fn success(reply: Reply) -> CallToolResult {
    let blocks = reply.content.into_iter().map(block).collect();
    let mut result = CallToolResult::success(blocks);
    result.structured_content = reply.structured.map(Data::into_value);
    result.meta = (!reply.meta.is_empty()).then_some(MetaObject(reply.meta));
    result
}

/// The public error as text, which is what a model reads, and as data under the SDK's own key;
/// as structured content only where no output schema forbids it.
fn failure(error: &ToolError, info: &ToolInfo) -> CallToolResult {
    let public = error.to_json();
    let mut result = CallToolResult::error(vec![ContentBlock::text(public.to_string())]);
    if info.output_schema.is_none() {
        result.structured_content = Some(public.clone());
    }
    let mut about = error.meta().clone();
    about.insert(meta::ERROR.to_owned(), public);
    result.meta = Some(MetaObject(about));
    result
}

fn block(content: Content) -> ContentBlock {
    match content {
        Content::Text(text) => ContentBlock::text(text),
        Content::Image { data, mime_type } => ContentBlock::image(data, mime_type),
        Content::Audio { data, mime_type } => ContentBlock::audio(data, mime_type),
        Content::ResourceText { uri, mime_type, text } => {
            ContentBlock::Resource(EmbeddedResource::new(ResourceContents::TextResourceContents {
                uri,
                mime_type,
                text,
                meta: None,
            }))
        }
        Content::ResourceBlob { uri, mime_type, blob } => {
            ContentBlock::Resource(EmbeddedResource::new(ResourceContents::BlobResourceContents {
                uri,
                mime_type,
                blob,
                meta: None,
            }))
        }
        Content::Link(link) => ContentBlock::ResourceLink(resource(link)),
    }
}

fn resource(link: ResourceLink) -> Resource {
    let mut resource = Resource::new(link.uri, link.name);
    if let Some(title) = link.title {
        resource = resource.with_title(title);
    }
    if let Some(description) = link.description {
        resource = resource.with_description(description);
    }
    if let Some(mime_type) = link.mime_type {
        resource = resource.with_mime_type(mime_type);
    }
    if let Some(size) = link.size {
        resource = resource.with_size(size);
    }
    resource
}

/// The answer to a call as JSON, as a client would receive it.
#[cfg(feature = "cli")]
pub(crate) fn outcome_json(outcome: Outcome, info: &ToolInfo) -> Value {
    let json = match response(outcome, info) {
        Ok(CallToolResponse::Complete(mut result)) => {
            // The field that distinguishes results on the wire says nothing here.
            result.result_type = None;
            serde_json::to_value(result)
        }
        Ok(CallToolResponse::InputRequired(result)) => serde_json::to_value(result),
        Ok(CallToolResponse::Task(result)) => serde_json::to_value(result),
        Ok(_) => Ok(json!({})),
        Err(error) => serde_json::to_value(error).map(|error| json!({ "error": error })),
    };
    json.unwrap_or_default()
}

/// The tools as JSON, as `tools/list` answers them.
#[cfg(feature = "cli")]
pub(crate) fn list_json(app: &crate::app::App) -> Value {
    json!({ "tools": app.tools().map(tool).collect::<Vec<_>>() })
}
