//! What travels through the pipeline: a [`ToolCall`] in, a [`Reply`] or a
//! [`ToolError`](crate::ToolError) out.

mod held;
mod kept;

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use http::Extensions;
use serde_json::{Map, Value};

use crate::claim::Claim;
use crate::content::Content;
use crate::context::Context;
use crate::data::Data;
use crate::extract::States;
use crate::place::Place;
use crate::tool::ToolInfo;
pub(crate) use held::Held;
pub(crate) use kept::KeptForm;

/// The arguments of a call: a JSON object.
pub type Arguments = Map<String, Value>;

/// One call of one tool, on its way through the layers.
///
/// Its `Debug` form shows the names of the arguments, never their values.
#[derive(Clone)]
pub struct ToolCall {
    pub(crate) tool: Arc<ToolInfo>,
    pub(crate) arguments: Held,
    pub(crate) context: Context,
    pub(crate) states: Arc<States>,
    pub(crate) extensions: Extensions,
    /// Its place among the running calls, for what goes on when the caller has gone.
    pub(crate) place: Option<Arc<Place>>,
    /// Its claim on its key, once it has one.
    pub(crate) claim: Option<Arc<Claim>>,
}

impl ToolCall {
    /// What is known about the tool: name, hints, timeout.
    pub fn tool(&self) -> &ToolInfo {
        &self.tool
    }

    /// The arguments. Outside the validation layer they are as the client sent them.
    pub fn arguments(&self) -> &Arguments {
        &self.arguments
    }

    /// The arguments, to change before they are validated.
    pub fn arguments_mut(&mut self) -> &mut Arguments {
        &mut self.arguments
    }

    /// Ids, caller, deadline, cancellation, progress.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// The server's state of type `T`, where it has one.
    pub fn state<T: Send + Sync + 'static>(&self) -> Option<&T> {
        self.states.get()
    }

    /// What layers left for extractors.
    pub fn extensions(&self) -> &Extensions {
        &self.extensions
    }

    /// Where a layer leaves a value for an extractor.
    pub fn extensions_mut(&mut self) -> &mut Extensions {
        &mut self.extensions
    }
}

impl fmt::Debug for ToolCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToolCall")
            .field("tool", &self.tool.name)
            .field("arguments", &self.arguments.keys().collect::<Vec<_>>())
            .field("context", &self.context)
            .finish_non_exhaustive()
    }
}

/// What a successful call answers.
///
/// Most tools return data, text or content blocks and never name this type. A tool that returns a
/// `Reply` itself chooses every part and declares no output schema.
#[derive(Debug, Default)]
pub struct Reply {
    pub(crate) content: Vec<Content>,
    pub(crate) structured: Option<Data>,
    pub(crate) meta: Map<String, Value>,
    pub(crate) raw: Option<Raw>,
}

impl Reply {
    /// An answer of one text block.
    pub fn text(text: impl Into<String>) -> Self {
        Self::blocks([Content::text(text)])
    }

    /// An answer of content blocks.
    pub fn blocks(content: impl IntoIterator<Item = Content>) -> Self {
        Self { content: content.into_iter().collect(), ..Self::default() }
    }

    /// Adds the answer as data, for programs.
    #[must_use]
    pub fn with_structured(mut self, data: Value) -> Self {
        self.structured = Some(data.into());
        self
    }

    /// Adds an entry to the result's `_meta`. Keys are `prefix/name`; see the MCP specification.
    #[must_use]
    pub fn with_meta(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.meta.insert(key.into(), value.into());
        self
    }

    /// The content blocks.
    pub fn content(&self) -> &[Content] {
        &self.content
    }

    /// The answer as data. A value is made of it at the first call.
    pub fn structured(&self) -> Option<&Value> {
        self.structured.as_ref().map(Data::value)
    }

    /// The result's `_meta`.
    pub fn meta(&self) -> &Map<String, Value> {
        &self.meta
    }
}

/// A reply that can be given more than once: everything but an answer in the edge's own terms.
///
/// Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct KeptReply(Arc<Kept>);

#[derive(Debug)]
struct Kept {
    content: Vec<Content>,
    structured: Option<Data>,
    meta: Map<String, Value>,
}

impl KeptReply {
    /// # Errors
    ///
    /// The reply itself, where only the edge can read it and it can be given only once.
    pub(crate) fn new(reply: Reply) -> Result<Self, Reply> {
        if reply.raw.is_some() {
            return Err(reply);
        }
        let Reply { content, structured, meta, raw: _ } = reply;
        let content = content.into_iter().map(shared).collect();
        let structured = structured.map(Data::without_value);
        Ok(Self(Arc::new(Kept { content, structured, meta })))
    }

    /// A copy to answer with.
    pub(crate) fn reply(&self) -> Reply {
        let Kept { content, structured, meta } = &*self.0;
        Reply {
            content: content.clone(),
            structured: structured.clone(),
            meta: meta.clone(),
            raw: None,
        }
    }

    /// About how much memory it takes.
    pub(crate) fn bytes(&self) -> usize {
        let Kept { content, structured, meta } = &*self.0;
        let is_data = |block: &Content| match (block, structured) {
            (Content::Text(text), Some(data)) => data.is(text),
            _ => false,
        };
        let heap = |block: &Content| if is_data(block) { 0 } else { content_heap(block) };
        let content: usize = content.iter().map(|block| size_of::<Content>() + heap(block)).sum();
        let structured = structured
            .as_ref()
            .map_or(0, |data| data.text().len() + data.deep().map_or(0, value_heap));
        size_of::<Kept>() + content + structured + map_heap(meta)
    }
}

/// A block whose text is not copied with it.
fn shared(block: Content) -> Content {
    match block {
        Content::Text(text) => Content::Text(text.into_shared()),
        other => other,
    }
}

/// What a block holds beyond its own size.
fn content_heap(block: &Content) -> usize {
    let of = String::capacity;
    let optional = |text: &Option<String>| text.as_ref().map_or(0, of);
    match block {
        Content::Text(text) => text.len(),
        Content::Image { data, mime_type } | Content::Audio { data, mime_type } => {
            of(data) + of(mime_type)
        }
        Content::ResourceText { uri, mime_type, text: data }
        | Content::ResourceBlob { uri, mime_type, blob: data } => {
            of(uri) + optional(mime_type) + of(data)
        }
        Content::Link(link) => {
            let texts = [&link.title, &link.description, &link.mime_type];
            of(&link.uri) + of(&link.name) + texts.map(optional).iter().sum::<usize>()
        }
    }
}

/// What a value holds beyond its own size.
fn value_heap(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => text.capacity(),
        Value::Array(items) => {
            items.capacity() * size_of::<Value>() + items.iter().map(value_heap).sum::<usize>()
        }
        Value::Object(members) => map_heap(members),
    }
}

fn map_heap(members: &Map<String, Value>) -> usize {
    let entry = size_of::<String>() + size_of::<Value>();
    members.iter().map(|(name, value)| entry + name.capacity() + value_heap(value)).sum()
}

/// A reply in the edge's own terms, carried through unread.
pub(crate) struct Raw(pub(crate) Box<dyn Any + Send>);

impl fmt::Debug for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Raw")
    }
}
