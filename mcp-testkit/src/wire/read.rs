//! What came over the wire, as the types of a call in process.

use mcp_runtime::{Code, Content, Effect, Reply, ToolError, meta};
use rmcp::model::{CallToolResult, ContentBlock, ErrorCode, ErrorData, Resource, ResourceContents};
use serde_json::json;

/// What a server says of itself on each result: the same for all, and nothing of the call.
const SERVER_INFO: &str = "io.modelcontextprotocol/serverInfo";
/// Of a refusal by the protocol that is none of the runtime's errors.
const PROTOCOL_ERROR: &str = "protocol_error";
/// Of a result that says no more than that it is an error.
const RAW_ERROR: &str = "raw_error";

/// A result: a reply, or the error that it carries.
pub(super) fn outcome(result: CallToolResult) -> Result<Reply, ToolError> {
    let CallToolResult { content, structured_content, is_error, meta: about, .. } = result;
    let mut about = about.map(|about| about.0).unwrap_or_default();
    about.remove(SERVER_INFO);
    let content: Vec<Content> = content.into_iter().filter_map(block).collect();
    if is_error == Some(true) {
        let public = about.get(meta::ERROR).and_then(ToolError::from_json);
        return Err(public.unwrap_or_else(|| {
            let text = content.into_iter().find_map(|block| match block {
                Content::Text(text) => Some(text),
                _ => None,
            });
            ToolError::new(RAW_ERROR, text.map(String::from).unwrap_or_default())
        }));
    }
    let mut reply = Reply::blocks(content);
    if let Some(data) = structured_content {
        reply = reply.with_structured(data);
    }
    Ok(about.into_iter().fold(reply, |reply, (name, value)| reply.with_meta(name, value)))
}

/// An answer in the protocol's own terms, which carries the error where the runtime refused.
pub(super) fn refusal(refused: ErrorData) -> ToolError {
    if let Some(error) = refused.data.as_ref().and_then(ToolError::from_json) {
        return error;
    }
    let unknown_tool =
        refused.code == ErrorCode::INVALID_PARAMS && refused.message.starts_with("unknown tool");
    let code = if unknown_tool { Code::NotFound } else { PROTOCOL_ERROR.into() };
    ToolError::new(code, refused.message)
        .effect(Effect::None)
        .details(json!({ "json_rpc": refused.code.0 }))
}

/// A block; nothing for a kind that the runtime doesn't make.
fn block(block: ContentBlock) -> Option<Content> {
    Some(match block {
        ContentBlock::Text(text) => Content::text(text.text),
        ContentBlock::Image(image) => {
            Content::Image { data: image.data, mime_type: image.mime_type }
        }
        ContentBlock::Audio(audio) => {
            Content::Audio { data: audio.data, mime_type: audio.mime_type }
        }
        ContentBlock::Resource(embedded) => match embedded.resource {
            ResourceContents::TextResourceContents { uri, mime_type, text, .. } => {
                Content::ResourceText { uri, mime_type, text }
            }
            ResourceContents::BlobResourceContents { uri, mime_type, blob, .. } => {
                Content::ResourceBlob { uri, mime_type, blob }
            }
            _ => return None,
        },
        ContentBlock::ResourceLink(resource) => Content::Link(link(resource)),
        _ => return None,
    })
}

fn link(resource: Resource) -> mcp_runtime::ResourceLink {
    let mut link = mcp_runtime::ResourceLink::new(resource.uri, resource.name);
    if let Some(title) = resource.title {
        link = link.title(title);
    }
    if let Some(description) = resource.description {
        link = link.description(description);
    }
    if let Some(mime_type) = resource.mime_type {
        link = link.mime_type(mime_type);
    }
    if let Some(size) = resource.size {
        link = link.size(size);
    }
    link
}
