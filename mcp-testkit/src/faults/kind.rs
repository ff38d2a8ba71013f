//! What a fault does, and at which edges it can.

use std::any::{Any, TypeId, type_name};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use mcp_runtime::ToolError;

use super::place::Place;

/// What a fault does.
#[derive(Clone)]
pub(super) enum Kind {
    /// From the first to the second, drawn for each strike.
    Latency(Duration, Duration),
    Error(Raise),
    Panic(Arc<str>),
    Hang,
    Block(Duration),
    WallForward(Duration),
    WallBack(Duration),
    DropRequest,
    DropReply,
    Duplicate,
    Reorder,
    Truncate(usize),
    HalfFrame,
    SlowReader(Duration),
    Disconnect,
    Outage,
    Torn,
}

/// How an error is made for each strike, its type erased.
#[derive(Clone)]
pub(super) struct Raise {
    make: Arc<dyn Fn() -> Box<dyn Any + Send> + Send + Sync>,
    tool: Option<Arc<dyn Fn() -> ToolError + Send + Sync>>,
    type_name: &'static str,
}

impl Raise {
    /// An error that also has a form for tools.
    pub(super) fn for_tools<E: Send + 'static>(
        make: impl Fn() -> E + Send + Sync + 'static,
        convert: fn(E) -> ToolError,
    ) -> Self {
        let make = Arc::new(make);
        let tool = Arc::clone(&make);
        Self {
            make: Arc::new(move || Box::new(make())),
            tool: Some(Arc::new(move || convert(tool()))),
            type_name: type_name::<E>(),
        }
    }

    /// Any error. It fits a tool where it is a [`ToolError`] already.
    pub(super) fn new<E: Send + 'static>(make: impl Fn() -> E + Send + Sync + 'static) -> Self {
        let make: Arc<dyn Fn() -> Box<dyn Any + Send> + Send + Sync> =
            Arc::new(move || Box::new(make()));
        let of_tool = TypeId::of::<E>() == TypeId::of::<ToolError>();
        let tool = of_tool.then(|| {
            let make = Arc::clone(&make);
            let tool = move || match make().downcast::<ToolError>() {
                Ok(error) => *error,
                Err(_) => unreachable!("its type has been compared"),
            };
            Arc::new(tool) as Arc<dyn Fn() -> ToolError + Send + Sync>
        });
        Self { make, tool, type_name: type_name::<E>() }
    }

    /// The error of a tool.
    pub(super) fn tool_error(&self) -> ToolError {
        let Some(tool) = &self.tool else { unreachable!("refused as the fault was added") };
        tool()
    }

    /// The error of a dependency whose errors are `E`.
    #[track_caller]
    pub(super) fn error<E: 'static>(&self, dependency: &str) -> E {
        let error = (self.make)().downcast::<E>().unwrap_or_else(|_| {
            panic!(
                "a fault of the dependency `{dependency}` raises {}, but its errors are {}: give \
                 `Fault::error_with` a closure that makes one of those",
                self.type_name,
                type_name::<E>(),
            )
        });
        *error
    }
}

impl Kind {
    /// Whether the fault puts an end to what passes, so that nothing comes after it.
    pub(super) fn ends(&self) -> bool {
        use Kind::{
            Disconnect, DropReply, DropRequest, Error, HalfFrame, Hang, Outage, Panic, Torn,
        };
        matches!(
            self,
            Error(_)
                | Panic(_)
                | Hang
                | DropRequest
                | DropReply
                | HalfFrame
                | Disconnect
                | Outage
                | Torn
        )
    }

    /// Whether it strikes after the effect by its nature.
    pub(super) fn is_after_effect_at(&self, place: &Place) -> bool {
        matches!(self, Self::DropReply) && !place.is_transport()
    }

    /// The same, with a latency drawn from its range by a share of it.
    pub(super) fn drawn(&self, share: f64) -> Self {
        match self {
            Self::Latency(from, to) => {
                let drawn = *from + to.saturating_sub(*from).mul_f64(share);
                Self::Latency(drawn, drawn)
            }
            other => other.clone(),
        }
    }

    /// What keeps it from standing at a place.
    pub(super) fn misfit(&self, place: &Place, after_effect: bool) -> Option<String> {
        use Kind::{
            Block, Disconnect, DropReply, DropRequest, Duplicate, Error, HalfFrame, Hang, Latency,
            Outage, Panic, Reorder, SlowReader, Torn, Truncate, WallBack, WallForward,
        };
        let fits = match self {
            Latency(..) | Hang | WallForward(_) | WallBack(_) => true,
            Error(raise) => match place {
                Place::Function(_) | Place::Call(_) if raise.tool.is_none() => {
                    return Some(format!(
                        "{} doesn't become a ToolError: let the closure make a ToolError",
                        raise.type_name
                    ));
                }
                Place::Function(_) | Place::Call(_) | Place::Dependency(_) => true,
                Place::Store | Place::Audit => {
                    return Some("its errors are its own: `Fault::outage` is one".to_owned());
                }
                Place::Requests | Place::Replies => false,
            },
            Panic(_) | Block(_) => matches!(place, Place::Function(_) | Place::Dependency(_)),
            DropRequest => matches!(place, Place::Call(_) | Place::Requests),
            DropReply => {
                matches!(place, Place::Call(_) | Place::Dependency(_) | Place::Replies)
                    || place.is_of_records()
            }
            Torn if after_effect => {
                return Some("a torn write is neither before it nor after it".to_owned());
            }
            Outage | Torn => place.is_of_records(),
            Duplicate | Reorder | Truncate(_) | HalfFrame | SlowReader(_) | Disconnect => {
                place.is_transport()
            }
        };
        if !fits {
            return Some("it can't happen there".to_owned());
        }
        (after_effect && place.is_transport())
            .then(|| "a message has no effect of its own: `replies` come after it".to_owned())
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Latency(from, to) if from == to => write!(f, "latency of {from:?}"),
            Self::Latency(from, to) => write!(f, "latency of {from:?} to {to:?}"),
            Self::Error(raise) => write!(f, "error ({})", raise.type_name),
            Self::Panic(_) => f.write_str("panic"),
            Self::Hang => f.write_str("hang"),
            Self::Block(time) => write!(f, "block the thread for {time:?}"),
            Self::WallForward(by) => write!(f, "wall clock {by:?} forward"),
            Self::WallBack(by) => write!(f, "wall clock {by:?} back"),
            Self::DropRequest => f.write_str("drop the request"),
            Self::DropReply => f.write_str("drop the reply after the effect"),
            Self::Duplicate => f.write_str("duplicate"),
            Self::Reorder => f.write_str("reorder"),
            Self::Truncate(bytes) => write!(f, "truncate to {bytes} bytes"),
            Self::HalfFrame => f.write_str("half a frame"),
            Self::SlowReader(pause) => write!(f, "slow reader, {pause:?} a piece"),
            Self::Disconnect => f.write_str("disconnect"),
            Self::Outage => f.write_str("outage"),
            Self::Torn => f.write_str("torn write"),
        }
    }
}
