//! What a tool returns, and how it becomes a reply.

use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

use crate::call::Reply;
use crate::content::{Content, ResourceLink};
use crate::data::{Data, Json, Written};
use crate::error::{IntoToolError, ToolError};

/// A result that chooses its own content blocks: [`Content`], `Vec<Content>`, [`ResourceLink`],
/// [`Reply`]. A tool that returns one declares no output schema.
///
/// Implement it for a type that should show itself to the model in its own way.
pub trait IntoReply {
    /// The reply.
    ///
    /// # Errors
    ///
    /// What prevents the value from being shown.
    fn into_reply(self) -> Result<Reply, ToolError>;
}

impl IntoReply for Reply {
    fn into_reply(self) -> Result<Reply, ToolError> {
        Ok(self)
    }
}

impl IntoReply for Content {
    fn into_reply(self) -> Result<Reply, ToolError> {
        Ok(Reply::blocks([self]))
    }
}

impl IntoReply for Vec<Content> {
    fn into_reply(self) -> Result<Reply, ToolError> {
        Ok(Reply::blocks(self))
    }
}

impl IntoReply for ResourceLink {
    fn into_reply(self) -> Result<Reply, ToolError> {
        Ok(Reply::blocks([self.into()]))
    }
}

impl IntoReply for Vec<ResourceLink> {
    fn into_reply(self) -> Result<Reply, ToolError> {
        Ok(Reply::blocks(self.into_iter().map(Content::from)))
    }
}

/// Marks a result that is data.
#[derive(Debug)]
pub struct AsData;

/// Marks a result that chooses its own content blocks.
#[derive(Debug)]
pub struct AsReply;

/// What a tool can return, alone or in a `Result`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be returned from a tool",
    label = "this result has no form that a model could read",
    note = "for data, add `#[derive(serde::Serialize, schemars::JsonSchema)]` to `{Self}`",
    note = "for content blocks, implement `mcp_runtime::IntoReply`"
)]
pub trait ToolOutput<M> {
    #[doc(hidden)]
    fn schema(generator: &mut SchemaGenerator) -> OutputSchema;
    #[doc(hidden)]
    fn reply(self) -> Result<Returned, ToolError>;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + JsonSchema> ToolOutput<AsData> for T {
    fn schema(generator: &mut SchemaGenerator) -> OutputSchema {
        OutputSchema(Some(generator.subschema_for::<T>()))
    }

    fn reply(self) -> Result<Returned, ToolError> {
        Returned::data(&self)
    }
}

#[diagnostic::do_not_recommend]
impl<T: IntoReply> ToolOutput<AsReply> for T {
    fn schema(_: &mut SchemaGenerator) -> OutputSchema {
        OutputSchema(None)
    }

    fn reply(self) -> Result<Returned, ToolError> {
        self.into_reply().map(Returned::reply)
    }
}

/// The schema of a tool's result, where it is data.
#[derive(Debug)]
pub struct OutputSchema(pub(crate) Option<Schema>);

/// A function's result before it is shaped into a reply.
#[derive(Debug)]
pub struct Returned(Kind);

#[derive(Debug)]
enum Kind {
    Data(Written),
    Reply(Reply),
}

impl Returned {
    /// Data, written.
    ///
    /// # Errors
    ///
    /// What has no form in JSON.
    pub(crate) fn data(data: &impl Serialize) -> Result<Self, ToolError> {
        Written::of(data).map(Kind::Data).map(Self).map_err(ToolError::internal)
    }

    /// A reply that is complete.
    pub(crate) fn reply(reply: Reply) -> Self {
        Self(Kind::Reply(reply))
    }
}

/// How a tool's data becomes a reply; fixed at start, from its schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// An object: structured content as it is.
    Object,
    /// Anything else with a schema: structured content must be an object, so it is
    /// `{"result": …}`.
    Wrapped,
    /// Text.
    Text,
    /// Nothing.
    Unit,
    /// Data without a schema to keep.
    Untyped,
}

/// The property that holds a result which is not an object.
pub(crate) const RESULT: &str = "result";

impl Shape {
    pub(crate) fn apply(self, returned: Returned) -> Reply {
        let data = match returned.0 {
            Kind::Reply(reply) => return reply,
            Kind::Data(data) => data,
        };
        match (self, data) {
            (Self::Unit, Written::Json(data)) if data.is_null() => Reply::text("done"),
            (Self::Text | Self::Untyped, Written::Text(text)) => Reply::text(text),
            (Self::Text | Self::Unit, data) => Reply::text(data.into_json().into_text()),
            (Self::Wrapped, data) => structured(data.into_json().within(RESULT)),
            (Self::Untyped, Written::Json(data)) if !data.is_object() => {
                Reply::text(data.into_text())
            }
            (Self::Object | Self::Untyped, data) => structured(data.into_json()),
        }
    }
}

/// Data, and the same as text.
fn structured(data: Json) -> Reply {
    let data = Data::from(data);
    let text = Content::Text(data.to_text());
    Reply { structured: Some(data), ..Reply::blocks([text]) }
}

/// Stands for a function's result type, so that method lookup can tell a `Result` from the rest:
/// both `serde` and `schemars` implement their traits for `Result`, and one blanket
/// implementation would overlap.
#[derive(Debug)]
pub struct Probe<R>(PhantomData<fn() -> R>);

/// The probe of a result type.
pub const fn output<R>() -> Probe<R> {
    Probe(PhantomData)
}

/// A result type's schema and conversion. `T` is what it holds when the call succeeds.
pub struct Codec<R, T = R> {
    schema: fn(&mut SchemaGenerator) -> OutputSchema,
    reply: fn(R) -> Result<Returned, ToolError>,
    found: fn(T) -> Result<Returned, ToolError>,
}

impl<R, T> Codec<R, T> {
    #[doc(hidden)]
    pub fn schema(self, generator: &mut SchemaGenerator) -> OutputSchema {
        (self.schema)(generator)
    }

    /// The conversion of what the function returns, for [`respond`](crate::private::respond).
    #[doc(hidden)]
    pub fn reply(self) -> fn(R) -> Result<Returned, ToolError> {
        self.reply
    }

    /// The conversion of what an earlier call left, for [`reconciling`](crate::private::reconciling).
    #[doc(hidden)]
    pub fn found(self) -> fn(T) -> Result<Returned, ToolError> {
        self.found
    }
}

impl<T, E> Probe<Result<T, E>> {
    #[doc(hidden)]
    pub fn codec<M>(self) -> Codec<Result<T, E>, T>
    where
        T: ToolOutput<M>,
        E: IntoToolError,
    {
        Codec {
            schema: T::schema,
            reply: |result| result.map_err(E::into_tool_error).and_then(T::reply),
            found: T::reply,
        }
    }
}

/// Every result type that isn't a `Result`: found only where the inherent method isn't.
pub trait PlainOutput {
    #[doc(hidden)]
    type Output;

    #[doc(hidden)]
    fn codec<M>(self) -> Codec<Self::Output>
    where
        Self::Output: ToolOutput<M>;
}

impl<R> PlainOutput for Probe<R> {
    type Output = R;

    fn codec<M>(self) -> Codec<R>
    where
        R: ToolOutput<M>,
    {
        Codec { schema: R::schema, reply: R::reply, found: R::reply }
    }
}
