use std::pin::Pin;
use std::sync::Mutex;

use super::*;
use crate::ending::Ending;

/// A client that hears of progress.
#[derive(Default)]
pub(in crate::context) struct Seen(
    pub(in crate::context) Map<String, Value>,
    pub(in crate::context) Arc<Mutex<Vec<f64>>>,
);

impl ClientRequest for Seen {
    fn meta(&self) -> &Map<String, Value> {
        &self.0
    }
    fn progress<'a>(
        &'a self,
        progress: f64,
        _: Option<f64>,
        _: Option<&'a str>,
    ) -> Option<Pin<Box<dyn Future<Output = ()> + Send + 'a>>> {
        self.1.lock().unwrap().push(progress);
        None
    }
}

#[tokio::test]
async fn progress_only_grows() {
    let seen = Arc::default();
    let origin = Origin {
        request: Box::new(Seen(Map::new(), Arc::clone(&seen))),
        caller: Caller::anonymous(),
        ending: Ending::default(),
    };
    let context = Context::new("t", Duration::from_secs(1), origin);
    for progress in [0.0, 1.0, 1.0, 0.5, f64::NAN, f64::INFINITY, 2.0] {
        context.progress(progress, None, None).await;
    }
    assert_eq!(*seen.lock().unwrap(), [0.0, 1.0, 2.0]);
    context.detached(Duration::from_secs(1)).progress(3.0, None, None).await;
    assert_eq!(seen.lock().unwrap().len(), 3, "a detached call has no one to report to");
}

#[tokio::test(start_paused = true)]
async fn no_time_is_too_long_to_tell_when_it_ends() {
    let origin = Origin {
        request: Box::new(InProcess::default()),
        caller: Caller::anonymous(),
        ending: Ending::default(),
    };
    let context = Context::new("t", Duration::MAX, origin);
    assert_eq!(context.remaining(), LONGEST);
    assert_eq!(context.detached(Duration::MAX).remaining(), LONGEST);
    assert_eq!(context.for_fallback("f", Duration::MAX).remaining(), LONGEST);
}

#[tokio::test(start_paused = true)]
async fn detached_a_call_keeps_its_name_but_neither_its_time_nor_its_end() {
    let cancellation = CancellationToken::new();
    let origin = Origin {
        request: Box::new(InProcess::default()),
        caller: Caller::new("anna"),
        ending: cancellation.clone().into(),
    };
    let context = Context::new("t", Duration::from_secs(10), origin);
    tokio::time::advance(Duration::from_secs(4)).await;
    let detached = context.detached(Duration::from_secs(10));
    cancellation.cancel();
    assert!(context.is_cancelled() && !detached.is_cancelled());
    assert_eq!(detached.remaining(), Duration::from_secs(10));
    assert_eq!(detached.call_id(), context.call_id());
    assert_eq!(detached.caller(), context.caller());
    detached.cancellation().cancel();
    assert!(detached.is_cancelled());
}

#[test]
fn a_call_keeps_its_id_and_its_text_is_made_once() {
    let origin = || Origin {
        request: Box::new(InProcess::default()),
        caller: Caller::anonymous(),
        ending: Ending::default(),
    };
    let context = Context::new("t", Duration::from_secs(1), origin());
    let other = Context::new("t", Duration::from_secs(1), origin());
    let fallback = context.for_fallback("f", Duration::from_secs(1));
    assert_eq!(Uuid::parse_str(context.call_id()).unwrap().get_version_num(), 7);
    assert!(Arc::ptr_eq(&fallback.owned().shared_call_id(), &context.shared_call_id()));
    assert_ne!(other.call_id(), context.call_id());
}

#[test]
fn what_has_less_time_ends_with_the_call_and_not_the_call_with_it() {
    let cancellation = CancellationToken::new();
    let origin = Origin {
        request: Box::new(InProcess::default()),
        caller: Caller::anonymous(),
        ending: cancellation.clone().into(),
    };
    let context = Context::new("t", Duration::from_secs(1), origin);
    let (attempt, rest) = (context.until(context.deadline()), context.until(context.deadline()));
    attempt.cancellation().cancel();
    assert!(attempt.is_cancelled() && !rest.is_cancelled() && !context.is_cancelled());
    cancellation.cancel();
    assert!(rest.is_cancelled() && context.is_cancelled());
}
