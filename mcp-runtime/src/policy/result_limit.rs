//! A limit on what one result costs its reader: what is larger becomes an error that says how to
//! ask for less.
//!
//! `max_result = "64KB"` bounds what a model reads: the bytes of all content blocks, and of the
//! structured data where it isn't what the text says already. There is no default. A result is
//! never cut: half a JSON document is worse than none.
//!
//! The error's code is `result_too_large`. It names the size, the limit, and those of the tool's
//! arguments that narrow a result (`limit`, `cursor`, `from`, …). Its effect is `none` on a read;
//! on a write it is `applied`, since the function has run, and the message says not to repeat it.
//!
//! A reply in the protocol's own types, which passes unread, isn't measured.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use serde_json::{Map, Value, json};
use tower::Layer;

use super::service::ToolService;
use super::{Outcome, Room, Running};
use crate::call::{Reply, ToolCall};
use crate::content::Content;
use crate::error::{Effect, NextAction, ToolError};
use crate::output::Shape;
use crate::stats::{Decision, ToolStats};
use crate::tool::ToolInfo;

/// The code of a result that isn't sent.
const TOO_LARGE: &str = "result_too_large";

/// Arguments by which tools give less, the most telling first. Spelled without separators and in
/// lower case, so that `page_size` and `pageSize` are one.
const NARROWING: &str = "limit maxresults pagesize perpage top first last count \
                         cursor page offset after before from to since until startdate enddate \
                         fields filter query depth";

/// Bounds the size of one tool's results, in bytes.
#[derive(Clone)]
pub(crate) struct ResultLimitLayer {
    max_bytes: usize,
    stats: Arc<ToolStats>,
}

impl ResultLimitLayer {
    pub(crate) fn new(max_bytes: usize, stats: Arc<ToolStats>) -> Self {
        Self { max_bytes, stats }
    }
}

impl Layer<ToolService> for ResultLimitLayer {
    type Service = ResultLimit;

    fn layer(&self, inner: ToolService) -> ResultLimit {
        ResultLimit { inner, limit: self.clone() }
    }
}

pub(crate) struct ResultLimit {
    inner: ToolService,
    limit: ResultLimitLayer,
}

impl Room for ResultLimit {
    type Future = Running;

    fn run(&self, call: ToolCall) -> Running {
        let tool = Arc::clone(&call.tool);
        let inner = self.inner.run(call);
        Box::pin(ResultLimitFuture { inner, limit: self.limit.clone(), tool })
    }
}

pin_project! {
    pub(crate) struct ResultLimitFuture<F> {
        #[pin]
        inner: F,
        limit: ResultLimitLayer,
        tool: Arc<ToolInfo>,
    }
}

impl<F: Future<Output = Outcome>> Future for ResultLimitFuture<F> {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        let this = self.project();
        let reply = ready!(this.inner.poll(cx))?;
        let size = size(&reply, this.tool.shape);
        if size <= this.limit.max_bytes {
            return Poll::Ready(Ok(reply));
        }
        this.limit.stats.count(Decision::TooLarge);
        Poll::Ready(Err(too_large(this.tool, size, this.limit.max_bytes)))
    }
}

/// What a model reads, in bytes.
fn size(reply: &Reply, shape: Shape) -> usize {
    let shown = reply.content.iter().map(block).fold(0, usize::saturating_add);
    let Some(data) = &reply.structured else { return shown };
    if matches!(shape, Shape::Object | Shape::Wrapped) {
        // The text of such a tool is its data, serialised.
        return shown;
    }
    match &*reply.content {
        [Content::Text(text)] if **text == *data.text() => shown,
        _ => shown.saturating_add(data.text().len()),
    }
}

fn block(content: &Content) -> usize {
    let optional = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    match content {
        Content::Text(text) => text.len(),
        Content::Image { data, mime_type } | Content::Audio { data, mime_type } => {
            data.len() + mime_type.len()
        }
        Content::ResourceText { uri, mime_type, text: body }
        | Content::ResourceBlob { uri, mime_type, blob: body } => {
            uri.len() + optional(mime_type) + body.len()
        }
        Content::Link(link) => {
            let named = link.uri.len() + link.name.len() + optional(&link.title);
            named + optional(&link.description) + optional(&link.mime_type)
        }
    }
}

fn too_large(tool: &ToolInfo, size: usize, limit: usize) -> ToolError {
    let arguments = narrowing(&tool.input_schema);
    let named = arguments.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let (effect, advice) = match (tool.is_read_only(), arguments.is_empty()) {
        (true, false) => (Effect::None, format!("ask for less at a time, by {named}")),
        (true, true) => (Effect::None, "ask for something more specific".to_owned()),
        (false, _) => {
            let advice = "the call took effect: do not repeat it, and read what it did by a tool \
                          that only reads";
            (Effect::Applied, advice.to_owned())
        }
    };
    let message = format!("the result has {size} bytes, and at most {limit} are sent: {advice}");
    ToolError::new(TOO_LARGE, message)
        .effect(effect)
        .next_action(NextAction::Continue)
        .details(json!({ "size": size, "limit": limit, "narrow_by": arguments }))
}

/// Those of a tool's arguments that narrow its result. Looked for where they are needed, which is
/// rare, and in a schema that no caller can make larger.
fn narrowing(schema: &Map<String, Value>) -> Vec<&str> {
    let Some(Value::Object(properties)) = schema.get("properties") else { return Vec::new() };
    let rank = |name: &str| {
        let plain: String =
            name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
        NARROWING.split(' ').position(|known| known == plain)
    };
    let mut found: Vec<_> =
        properties.keys().filter_map(|name| Some((rank(name)?, name.as_str()))).collect();
    found.sort_unstable();
    found.into_iter().map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::error::Code;
    use crate::output::Returned;
    use crate::policy::testing;
    use crate::policy::testing::Around;

    async fn limited(
        tool: ToolInfo,
        max: usize,
        stats: &Arc<ToolStats>,
        reply: fn() -> Reply,
    ) -> Outcome {
        let function = testing::function(move |_| async move { Ok(reply()) });
        let call = testing::call_of(&Arc::new(tool), "anna", json!({}));
        ResultLimitLayer::new(max, Arc::clone(stats)).around(function).run(call).await
    }

    fn with_arguments(names: &[&str]) -> ToolInfo {
        let properties: Map<_, _> =
            names.iter().map(|name| ((*name).to_owned(), json!({}))).collect();
        let Value::Object(schema) = json!({ "properties": properties }) else { unreachable!() };
        ToolInfo { input_schema: Arc::new(schema), ..testing::tool() }
    }

    #[tokio::test]
    async fn a_result_passes_up_to_its_limit_and_not_beyond() {
        let stats = testing::stats();
        let reply = || Reply::text("äbc");
        assert!(limited(testing::tool(), 4, &stats, reply).await.is_ok());
        assert_eq!(stats.get(Decision::TooLarge), 0);
        let error = limited(testing::tool(), 3, &stats, reply).await.unwrap_err();
        assert_eq!(error.code(), &Code::from(TOO_LARGE));
        assert!(!error.is_retryable());
        assert_eq!(stats.get(Decision::TooLarge), 1);
    }

    #[tokio::test]
    async fn it_says_how_to_narrow() {
        let tool = with_arguments(&["to", "colour", "cursor", "pageSize", "limit"]);
        let error = limited(tool, 3, &testing::stats(), || Reply::text("long")).await.unwrap_err();
        assert_eq!(
            error.message(),
            "the result has 4 bytes, and at most 3 are sent: \
             ask for less at a time, by `limit`, `pageSize`, `cursor`, `to`"
        );
        assert_eq!(error.stated_effect(), Some(Effect::None));
        assert_eq!(
            error.to_json()["details"],
            json!({ "size": 4, "limit": 3, "narrow_by": ["limit", "pageSize", "cursor", "to"] })
        );
        let tool = with_arguments(&["colour"]);
        let error = limited(tool, 3, &testing::stats(), || Reply::text("long")).await.unwrap_err();
        assert!(error.message().ends_with("ask for something more specific"));
    }

    #[tokio::test]
    async fn a_write_has_taken_effect() {
        let tool = ToolInfo { read_only: false, ..with_arguments(&["limit"]) };
        let error = limited(tool, 3, &testing::stats(), || Reply::text("long")).await.unwrap_err();
        assert_eq!(error.stated_effect(), Some(Effect::Applied));
        assert!(error.message().contains("do not repeat it"));
    }

    #[test]
    fn data_that_the_text_repeats_counts_once() {
        let data = json!({ "name": "a \"quoted\" name", "n": [1, 2.5, null] });
        let length = data.to_string().len();
        for shape in [Shape::Object, Shape::Untyped] {
            assert_eq!(size(&shape.apply(Returned::data(&data).unwrap()), shape), length);
        }
        let wrapped = Shape::Wrapped.apply(Returned::data(&[1]).unwrap());
        assert_eq!(size(&wrapped, Shape::Wrapped), r#"{"result":[1]}"#.len());
        let own = Reply::text("short").with_structured(data);
        assert_eq!(size(&own, Shape::Untyped), 5 + length);
    }

    #[test]
    fn every_block_counts() {
        let blocks = [
            Content::text("12"),
            Content::image("123", "m"),
            Content::audio("1234", "m"),
            Content::resource_text("u", "m", "12345"),
            Content::resource_blob("u", "m", "123456"),
            crate::ResourceLink::new("u", "n").title("t").description("d").mime_type("m").into(),
        ];
        assert_eq!(size(&Reply::blocks(blocks), Shape::Untyped), 2 + 4 + 5 + 7 + 8 + 5);
    }
}
