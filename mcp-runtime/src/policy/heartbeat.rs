//! Signs of life: while a call runs, a client that asked for progress hears of it at a steady pace.
//!
//! `heartbeat = "5s"` reports every five seconds, for clients that give up on a call of which they
//! hear nothing. There is no default: a tool without the attribute is silent unless it reports for
//! itself. A client that gave no progress token hears nothing either way.
//!
//! The protocol demands that progress grows. A heartbeat therefore repeats what the tool reported
//! last, larger by the least that a number can grow, with the same total; before the tool's first
//! report it is 0. A report of the tool's own always passes, also one that is 0 after a heartbeat
//! was: it is sent larger by as little.
//!
//! Heartbeats run beside the call and are dropped with it. A client that is slow to read delays the
//! next heartbeat, never the call.

use std::convert::Infallible;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval_at};
use tower::Layer;

use super::later::Later;
use super::service::ToolService;
use super::{Room, Running};
use crate::call::ToolCall;
use crate::context::Context;

/// The shortest interval: that of the clock, which knows none that is empty.
const SHORTEST: Duration = Duration::from_millis(1);

/// Reports progress while each call runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HeartbeatLayer {
    every: Duration,
}

impl HeartbeatLayer {
    pub(crate) fn new(every: Duration) -> Self {
        Self { every: every.max(SHORTEST) }
    }
}

impl Layer<ToolService> for HeartbeatLayer {
    type Service = Heartbeat;

    fn layer(&self, inner: ToolService) -> Heartbeat {
        Heartbeat { inner, every: self.every }
    }
}

pub(crate) struct Heartbeat {
    inner: ToolService,
    every: Duration,
}

impl Room for Heartbeat {
    type Future = Running;

    fn run(&self, call: ToolCall) -> Running {
        let beats = beats(call.context().clone(), self.every);
        let rest = Later::new(self.inner.clone(), call);
        Box::pin(async move {
            tokio::select! {
                biased;
                outcome = rest => outcome,
                never = beats => match never {},
            }
        })
    }
}

async fn beats(context: Context, every: Duration) -> Infallible {
    let mut ticks = interval_at(Instant::now() + every, every);
    // After a slow client has caught up, the pace starts anew instead of making up for lost beats.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        context.heartbeat("still running").await;
    }
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::sync::{Arc, Mutex};

    use serde_json::{Map, Value, json};
    use tokio::time::sleep;

    use super::*;
    use crate::call::Reply;
    use crate::caller::Caller;
    use crate::context::{ClientRequest, Origin};
    use crate::ending::Ending;
    use crate::policy::testing;
    use crate::policy::testing::Around;

    /// A client that notes what it hears, and may never be done reading it.
    #[derive(Clone, Default)]
    struct Client {
        meta: Map<String, Value>,
        heard: Arc<Mutex<Vec<f64>>>,
        stuck: bool,
    }

    impl Client {
        fn values(&self) -> Vec<f64> {
            self.heard.lock().unwrap().clone()
        }

        fn call(&self) -> ToolCall {
            let origin = Origin {
                request: Box::new(self.clone()),
                caller: Caller::new("anna"),
                ending: Ending::default(),
            };
            let context = Context::new("t", Duration::from_mins(10), origin);
            ToolCall { context, ..testing::call(json!({})) }
        }
    }

    impl ClientRequest for Client {
        fn meta(&self) -> &Map<String, Value> {
            &self.meta
        }

        fn progress<'a>(
            &'a self,
            progress: f64,
            _: Option<f64>,
            _: Option<&'a str>,
        ) -> Option<Pin<Box<dyn Future<Output = ()> + Send + 'a>>> {
            self.heard.lock().unwrap().push(progress);
            let stuck = self.stuck;
            Some(Box::pin(async move {
                if stuck {
                    std::future::pending::<()>().await;
                }
            }))
        }
    }

    async fn run<F, R>(client: &Client, function: F)
    where
        F: Fn(Context) -> R + Clone + Send + Sync + 'static,
        R: Future<Output = ()> + Send + 'static,
    {
        let function = testing::function(move |call: ToolCall| {
            let work = function(call.context().clone());
            async move {
                work.await;
                Ok(Reply::text("done"))
            }
        });
        let layer = HeartbeatLayer::new(Duration::from_secs(5));
        layer.around(function).run(client.call()).await.expect("it succeeds");
    }

    #[tokio::test(start_paused = true)]
    async fn a_long_call_is_heard_of_at_a_steady_pace_and_a_short_one_is_not() {
        let client = Client::default();
        run(&client, |_| sleep(Duration::from_secs(4))).await;
        assert_eq!(client.values(), [0.0; 0]);
        run(&client, |_| sleep(Duration::from_secs(16))).await;
        let values = client.values();
        assert_eq!(values.len(), 3);
        assert!(values.is_sorted_by(|a, b| a < b), "{values:?}");
        sleep(Duration::from_mins(1)).await;
        assert_eq!(client.values().len(), 3, "it ends with the call");
    }

    #[tokio::test(start_paused = true)]
    async fn heartbeats_repeat_the_tool_s_own_reports_which_all_pass() {
        let client = Client::default();
        run(&client, |context| async move {
            sleep(Duration::from_secs(7)).await;
            for step in [0.0, 1.0, 0.5, f64::NAN, 2.0] {
                context.progress(step, Some(2.0), None).await;
                sleep(Duration::from_secs(5)).await;
            }
        })
        .await;
        let values = client.values();
        assert!(values.is_sorted_by(|a, b| a < b), "{values:?}");
        // A heartbeat, then each step with one after it; two more for the steps that don't grow.
        let rounded: Vec<_> = values.iter().map(|value| (value * 1e6).round() / 1e6).collect();
        assert_eq!(rounded, [0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 2.0, 2.0]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_does_not_read_delays_nothing() {
        let client = Client { stuck: true, ..Client::default() };
        let start = Instant::now();
        run(&client, |_| sleep(Duration::from_mins(1))).await;
        assert_eq!(start.elapsed(), Duration::from_mins(1));
        assert_eq!(client.values().len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn an_empty_interval_does_not_bring_the_call_down() {
        let call = Client::default().call();
        let function = testing::function(|_| async {
            sleep(Duration::from_secs(1)).await;
            Ok(Reply::text("done"))
        });
        let layer = HeartbeatLayer::new(Duration::ZERO);
        assert!(layer.around(function).run(call).await.is_ok());
    }
}
