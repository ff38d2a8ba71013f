//! No result reaches a call that it wasn't made for.

use futures_util::future::join_all;
use proptest::prelude::*;

use super::*;
use crate::call::Arguments;

const CALLERS: [&str; 4] = ["anna", "bert", "", "anna\",\"n\":1"];

/// The function's answer: all that its result may depend on.
fn answer_for(caller: &str, arguments: &Arguments) -> String {
    format!("{caller} {}", serde_json::to_string(arguments).unwrap())
}

fn service(config: Cache, version: &'static str, store: &Arc<dyn CacheStore>) -> ToolService {
    let mut info = tool();
    info.version = Some(version);
    let layer = CacheLayer::new(&info, config, Arc::clone(store), stats());
    layer.around(function(move |call: ToolCall| async move {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let of = answer_for(call.context().caller().principal(), call.arguments());
        Ok(Reply::text(format!("{version} {of}")))
    }))
}

fn arguments() -> impl Strategy<Value = serde_json::Value> {
    let integers = prop::sample::select(vec![0_u64, 1, 1 << 53, (1 << 53) + 1, u64::MAX]);
    let texts = prop::sample::select(vec!["", "a", "\"", "\\", "1", "a\u{0}"]);
    (prop::option::of(integers), prop::option::of(texts), prop::option::of(0.0..2.0))
        .prop_map(|(n, text, float)| json!({ "n": n, "text": text, "float": float }))
}

/// Who calls what, of which version, and after how many milliseconds.
fn calls() -> impl Strategy<Value = Vec<(usize, serde_json::Value, bool, u64)>> {
    let call = (0..CALLERS.len(), arguments(), any::<bool>(), 0_u64..400);
    prop::collection::vec(call, 1..40)
}

fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(test);
}

proptest! {
    #[test]
    fn every_caller_gets_its_own_answer(calls in calls()) {
        run(async {
            let store: Arc<dyn CacheStore> = Arc::new(MemoryCache::default());
            let config = Cache::new(100).stale_while_revalidate_ms(100).stale_if_error_ms(100);
            let old = service(config, "1", &store);
            let new = service(config, "2", &store);
            let info = Arc::new(tool());
            join_all(calls.into_iter().map(|(caller, arguments, is_new, at)| {
                let (service, version) = if is_new { (&new, "2") } else { (&old, "1") };
                let (service, info) = (service.clone(), &info);
                async move {
                    tokio::time::sleep(Duration::from_millis(at)).await;
                    let call = call_of(info, CALLERS[caller], arguments);
                    let of = answer_for(CALLERS[caller], call.arguments());
                    let outcome = service.run(call).await;
                    assert_eq!(text(&outcome), format!("{version} {of}"));
                }
            })).await;
        });
    }
}

#[tokio::test(start_paused = true)]
async fn a_shared_result_is_everyones() {
    let bench = Bench::new(Cache::new(30_000).shared());
    let calls = CALLERS.map(|caller| bench.call_as(caller));
    assert!(join_all(calls).await.iter().all(|outcome| text(outcome) == "1"));
    assert_eq!(text(&bench.call_as("carla").await), "1");
    assert_eq!(bench.runs(), 1);
}

#[tokio::test(start_paused = true)]
async fn another_version_finds_nothing() {
    let store: Arc<dyn CacheStore> = Arc::new(MemoryCache::default());
    let call = || call_of(&Arc::new(tool()), "anna", json!({}));
    let old = service(Cache::new(30_000), "1", &store).run(call()).await;
    let new = service(Cache::new(30_000), "2", &store).run(call()).await;
    assert_eq!((text(&old), text(&new)), ("1 anna {}", "2 anna {}"));
}

#[tokio::test(start_paused = true)]
async fn the_function_receives_what_the_caller_sent() {
    fn trim(arguments: &mut Arguments) {
        for value in arguments.values_mut() {
            if let serde_json::Value::String(text) = value {
                *text = text.trim().to_uppercase();
            }
        }
    }
    let store: Arc<dyn CacheStore> = Arc::new(MemoryCache::default());
    let service = service(Cache::new(30_000).normalize(trim), "1", &store);
    let call = |symbol| call_of(&Arc::new(tool()), "anna", json!({ "symbol": symbol }));
    let first = service.run(call("aapl ")).await;
    assert_eq!(text(&first), "1 anna {\"symbol\":\"aapl \"}");
    let second = service.run(call("AAPL")).await;
    assert_eq!(text(&second), text(&first), "the same entry");
}
