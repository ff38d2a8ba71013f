//! Events with their fields, as a subscriber sees them.

use std::fmt;
use std::sync::Arc;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::event::{self, Fields, Within};

/// Gives each event to the log that it belongs to.
pub(super) struct Collect;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Collect {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            let mut read = Read::default();
            attributes.record(&mut read);
            let within = Within { name: attributes.metadata().name(), fields: read.0 };
            span.extensions_mut().insert(Arc::new(within));
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(within) = span.extensions_mut().get_mut::<Arc<Within>>() {
            let mut read = Read::default();
            values.record(&mut read);
            // Events that happened before keep what the span was then.
            Arc::make_mut(within).fields.extend(read.0);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let Some(log) = super::of_this_event() else { return };
        let mut read = Read::default();
        event.record(&mut read);
        let within = |span: tracing_subscriber::registry::SpanRef<'_, S>| {
            span.extensions().get::<Arc<Within>>().cloned()
        };
        let spans = context.event_scope(event).into_iter().flatten().filter_map(within).collect();
        let (level, target) = (*event.metadata().level(), event.metadata().target().to_owned());
        let message = read.0.remove("message").unwrap_or_default();
        log.keep(event::Event { level, target, message, fields: read.0, spans });
    }
}

/// Reads fields into texts.
#[derive(Default)]
struct Read(Fields);

impl Visit for Read {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}
