//! Secrets: what `#[arg(secret)]` marks reaches no log and no error.
//!
//! ```text
//! #[tool]
//! async fn log_in(user: String, #[arg(secret)] password: String) -> … { … }
//! ```
//!
//! The values are noted as the call enters. Should it fail, each text of the error, those for the
//! log too, is freed of them: message, developer message, details, partial data. What counts as a
//! spelling of a secret, and what of a text is lost with it, is told in [`secrets`](crate::secrets).
//! The room stands outside of all that makes errors, panics included, and inside of the log.
//!
//! Other places keep secrets out by themselves: violations point no further than at a secret
//! argument, questions to a person say `(secret)`, and no type of the pipeline shows an argument
//! in its `Debug` form.
//!
//! Nobody can keep them out of what the function itself does with them: its results, its own log
//! lines, and a panic's message, which Rust's panic hook prints to stderr before it is caught.

use std::collections::HashSet;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use tokio::task::futures::TaskLocalFuture;
use tower::Layer;

use super::{Outcome, Room};
use crate::call::ToolCall;
use crate::secrets::{Secrets, known_names};
use crate::tool::ToolInfo;

/// Keeps one tool's secrets out of its errors.
#[derive(Clone, Debug)]
pub(crate) struct RedactLayer {
    /// The names that the schema gives, which tell nothing.
    known: Arc<HashSet<String>>,
}

impl RedactLayer {
    pub(crate) fn new(tool: &ToolInfo) -> Self {
        Self { known: Arc::new(known_names(&tool.input_schema)) }
    }
}

impl<S> Layer<S> for RedactLayer {
    type Service = Redact<S>;

    fn layer(&self, inner: S) -> Redact<S> {
        Redact { inner, known: Arc::clone(&self.known) }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Redact<S> {
    inner: S,
    known: Arc<HashSet<String>>,
}

impl<S: Room> Room for Redact<S> {
    type Future = RedactFuture<S::Future>;

    fn run(&self, call: ToolCall) -> Self::Future {
        let value = |name: &&str| call.arguments.get(*name).cloned();
        let values = call.tool.secrets.iter().filter_map(value).collect();
        let secrets = Secrets::new(values, Arc::clone(&self.known));
        RedactFuture { inner: secrets.within(self.inner.run(call)), secrets }
    }
}

pin_project! {
    pub(crate) struct RedactFuture<F> {
        #[pin]
        inner: TaskLocalFuture<Arc<Secrets>, F>,
        secrets: Arc<Secrets>,
    }
}

impl<F: Future<Output = Outcome>> Future for RedactFuture<F> {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        let this = self.project();
        Poll::Ready(ready!(this.inner.poll(cx)).map_err(|mut error| {
            this.secrets.scrub(&mut error);
            error
        }))
    }
}

#[cfg(test)]
mod tests;
