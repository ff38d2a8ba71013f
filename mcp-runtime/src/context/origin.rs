//! Where a call comes from: what its edge knows about it.

use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::pin::Pin;

use serde_json::{Map, Value};

use crate::caller::Caller;
use crate::confirmation::Confirmation;
use crate::ending::Ending;

/// What the edge knows about a call as it enters.
pub(crate) struct Origin {
    pub(crate) request: Box<dyn ClientRequest>,
    pub(crate) caller: Caller,
    /// Fires when the client cancels the call or goes away. It is the call's own: the call ends it
    /// as it comes to its own end.
    pub(crate) ending: Ending,
}

/// The protocol's id of a request. Most are numbers, of which no text is made before it is wanted.
#[derive(Clone, Debug)]
pub(crate) enum RequestId<'a> {
    Number(i64),
    Text(Cow<'a, str>),
}

impl fmt::Display for RequestId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => text.fmt(f),
        }
    }
}

/// A client's request, as far as the pipeline needs it.
pub(crate) trait ClientRequest: Any + Send + Sync {
    fn id(&self) -> Option<RequestId<'_>> {
        None
    }

    /// All that the client says in its `_meta`.
    fn meta(&self) -> &Map<String, Value>;

    /// One entry of it: cheaper to have than the whole, where the pipeline itself goes by it.
    fn entry(&self, name: &str) -> Option<&Value> {
        self.meta().get(name)
    }

    /// What a person said about an earlier question of this call.
    fn confirmation(&self) -> Option<&Confirmation> {
        None
    }

    /// The value of its header `Idempotency-Key`, or what is wrong with it.
    fn idempotency_key(&self) -> Option<Result<Cow<'_, str>, &'static str>> {
        None
    }

    /// Where the client asked for progress.
    fn progress<'a>(
        &'a self,
        _progress: f64,
        _total: Option<f64>,
        _message: Option<&'a str>,
    ) -> Option<Pin<Box<dyn Future<Output = ()> + Send + 'a>>> {
        None
    }
}

/// A call from within the process.
#[derive(Default)]
pub(crate) struct InProcess {
    pub(crate) meta: Map<String, Value>,
    pub(crate) confirmation: Option<Confirmation>,
}

impl ClientRequest for InProcess {
    fn meta(&self) -> &Map<String, Value> {
        &self.meta
    }

    fn confirmation(&self) -> Option<&Confirmation> {
        self.confirmation.as_ref()
    }
}
