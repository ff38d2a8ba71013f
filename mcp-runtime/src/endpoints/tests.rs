use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::time::sleep;

use super::*;

/// A backend that counts its calls and answers as it is told.
struct Backend {
    latency: Duration,
    calls: AtomicUsize,
    error: Mutex<Option<ToolError>>,
}

impl Backend {
    async fn get(&self) -> Result<usize, ToolError> {
        sleep(self.latency).await;
        let calls = self.calls.fetch_add(1, Ordering::SeqCst);
        self.error.lock().unwrap().clone().map_or(Ok(calls), Err)
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    fn fail(&self, error: impl Into<Option<ToolError>>) {
        *self.error.lock().unwrap() = error.into();
    }
}

fn backends(latencies: impl IntoIterator<Item = u64>) -> Endpoints<Arc<Backend>> {
    Endpoints::for_reads(named(latencies)).unwrap()
}

fn named(latencies: impl IntoIterator<Item = u64>) -> Vec<(String, Arc<Backend>)> {
    let backend = |latency| Backend {
        latency: Duration::from_millis(latency),
        calls: AtomicUsize::new(0),
        error: Mutex::default(),
    };
    latencies
        .into_iter()
        .enumerate()
        .map(|(index, latency)| (index.to_string(), Arc::new(backend(latency))))
        .collect()
}

fn backend(endpoints: &Endpoints<Arc<Backend>>, index: usize) -> Arc<Backend> {
    Arc::clone(&endpoints.0.endpoints[index].1)
}

fn unavailable(message: &'static str) -> ToolError {
    ToolError::new("backend_unavailable", message).retryable()
}

async fn get(endpoints: &Endpoints<Arc<Backend>>) -> Result<usize, ToolError> {
    endpoints.call(|backend| backend.get()).await
}

#[tokio::test(start_paused = true)]
async fn load_goes_to_the_faster() {
    let endpoints = backends([10, 200]);
    for _ in 0..20 {
        let calls = (0..10).map(|_| {
            let endpoints = endpoints.clone();
            tokio::spawn(async move { get(&endpoints).await })
        });
        for call in calls.collect::<Vec<_>>() {
            call.await.unwrap().unwrap();
        }
    }
    let (fast, slow) = (backend(&endpoints, 0).calls(), backend(&endpoints, 1).calls());
    assert!(fast > 4 * slow && slow > 0, "{fast} {slow}");
}

#[tokio::test(start_paused = true)]
async fn failover_succeeds_within_one_call_and_the_dead_is_left_alone_until_it_is_back() {
    let endpoints = backends([10, 10]);
    let dead = backend(&endpoints, 0);
    dead.fail(unavailable("dead"));
    for _ in 0..200 {
        assert!(get(&endpoints).await.is_ok());
    }
    assert_eq!(dead.calls(), 3);
    assert!(endpoints.snapshot()[0].left_alone.is_some());
    assert_eq!(endpoints.snapshot()[1].left_alone, None);

    // Dead still: a probe, and the call succeeds elsewhere.
    sleep(Duration::from_secs(5)).await;
    for _ in 0..50 {
        assert!(get(&endpoints).await.is_ok());
    }
    assert_eq!(dead.calls(), 4);

    dead.fail(None);
    sleep(Duration::from_secs(10)).await;
    for _ in 0..50 {
        assert!(get(&endpoints).await.is_ok());
    }
    assert_eq!(endpoints.snapshot()[0].left_alone, None);
    assert!(dead.calls() > 10);
}

#[tokio::test(start_paused = true)]
async fn each_is_tried_once_and_the_last_error_is_the_answer() {
    let endpoints = backends([1, 1, 1]);
    for index in 0..3 {
        backend(&endpoints, index).fail(unavailable(["a", "b", "c"][index]));
    }
    let order = Mutex::new(Vec::new());
    let error = endpoints
        .call(|backend| async {
            let error = backend.get().await.unwrap_err();
            order.lock().unwrap().push(error.message().to_owned());
            Err::<(), _>(error)
        })
        .await
        .unwrap_err();
    let mut order = order.into_inner().unwrap();
    assert_eq!(order.last().unwrap(), error.message());
    order.sort();
    assert_eq!(order, ["a", "b", "c"]);

    // Once all are left alone, a call tries one of them.
    for _ in 0..2 {
        get(&endpoints).await.unwrap_err();
    }
    let calls = |endpoints| (0..3).map(|index| backend(endpoints, index).calls()).sum::<usize>();
    let before = calls(&endpoints);
    assert_eq!(before, 9);
    get(&endpoints).await.unwrap_err();
    assert_eq!(calls(&endpoints), before + 1);
}

#[tokio::test(start_paused = true)]
async fn an_error_that_another_endpoint_would_not_mend_is_an_answer() {
    let uncertain = unavailable("cut off").effect(Effect::Unknown);
    for error in [ToolError::new("not_found", "no such invoice"), uncertain] {
        let endpoints = backends([1, 1]);
        for index in 0..2 {
            backend(&endpoints, index).fail(error.clone());
        }
        for _ in 0..10 {
            get(&endpoints).await.unwrap_err();
        }
        let calls = backend(&endpoints, 0).calls() + backend(&endpoints, 1).calls();
        assert_eq!(calls, 10);
        assert!(endpoints.snapshot().iter().all(|endpoint| endpoint.left_alone.is_none()));
    }
}

#[tokio::test(start_paused = true)]
async fn only_reads_go_on_after_an_error_that_leaves_its_effect_open() {
    let calls = async |endpoints: Endpoints<Arc<Backend>>, error: &ToolError| {
        for index in 0..2 {
            backend(&endpoints, index).fail(error.clone());
        }
        get(&endpoints).await.unwrap_err();
        backend(&endpoints, 0).calls() + backend(&endpoints, 1).calls()
    };
    let open = unavailable("no");
    for (error, strict, reads) in [
        (open.clone(), 1, 2),
        (open.clone().effect(Effect::None), 2, 2),
        (open.clone().effect(Effect::Unknown), 1, 1),
        (open.effect(Effect::Applied), 1, 1),
        (ToolError::new("not_found", "no").effect(Effect::None), 1, 1),
    ] {
        let effect = error.stated_effect();
        assert_eq!(
            calls(Endpoints::new(named([1, 1])).unwrap(), &error).await,
            strict,
            "{effect:?}"
        );
        assert_eq!(calls(backends([1, 1]), &error).await, reads, "{effect:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_hangs_takes_one_call_per_pause() {
    let endpoints = backends([60_000, 1]);
    let within = async |milliseconds| {
        let end = Instant::now() + Duration::from_millis(milliseconds);
        tokio::time::timeout_at(end, get(&endpoints)).await.is_ok()
    };
    {
        let mut balance = endpoints.0.balance();
        while balance.states(Instant::now())[0].left_alone.is_none() {
            let now = Instant::now();
            let mut ticket = balance.first(now);
            let failed = if ticket.index() == 0 { Ended::Failed } else { Ended::Dropped };
            balance.end(now, &mut ticket, failed);
        }
    }
    sleep(Duration::from_secs(5)).await;
    assert!(!within(100).await, "the probe");
    for _ in 0..20 {
        assert!(within(100).await, "another call after the dropped probe");
    }
}

#[tokio::test(start_paused = true)]
async fn a_deadline_bounds_the_call_and_who_had_all_of_it_has_failed() {
    let endpoints = backends([60_000]);
    let start = Instant::now();
    for _ in 0..3 {
        let deadline = Instant::now() + Duration::from_secs(1);
        let error = endpoints.call_until(deadline, |backend| backend.get()).await.unwrap_err();
        assert_eq!((error.code(), error.is_retryable()), (&Code::Timeout, false));
    }
    assert_eq!(start.elapsed(), Duration::from_secs(3));
    assert!(endpoints.snapshot()[0].left_alone.is_some());
    assert_eq!(endpoints.snapshot()[0].running, 0);
}

#[tokio::test(start_paused = true)]
async fn no_attempt_starts_at_the_deadline_and_the_rest_of_the_time_blames_nobody() {
    let endpoints = backends([1000, 1000]);
    for index in 0..2 {
        backend(&endpoints, index).fail(unavailable("no"));
    }
    let until = async |milliseconds| {
        let deadline = Instant::now() + Duration::from_millis(milliseconds);
        endpoints.call_until(deadline, |backend| backend.get()).await.unwrap_err()
    };
    assert_eq!(until(1000).await.code(), &Code::BackendUnavailable);
    assert_eq!(until(1500).await.code(), &Code::Timeout);
    let failures: u32 = endpoints.snapshot().iter().map(|endpoint| endpoint.failures).sum();
    assert_eq!(failures, 2);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_call_leaves_nothing_behind_but_its_time() {
    let endpoints = backends([60_000]);
    assert!(tokio::time::timeout(Duration::from_secs(2), get(&endpoints)).await.is_err());
    let [status] = &endpoints.snapshot()[..] else { panic!("one endpoint") };
    assert_eq!((status.running, status.failures, status.left_alone), (0, 0, None));
    assert_eq!(status.latency, Duration::from_secs(2));
}

#[test]
fn none_and_too_many_are_errors() {
    assert!(Endpoints::<u8>::new([("x", 1); 0]).is_err());
    assert!(Endpoints::<u8>::new([("x", 1); MOST]).is_ok());
    assert!(Endpoints::<u8>::new([("x", 1); MOST + 1]).is_err());
}
