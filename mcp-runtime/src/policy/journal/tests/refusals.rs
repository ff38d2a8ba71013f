//! Calls that fail before they have an intent.

use super::*;
use crate::policy::journal::RefusalLayer;
use crate::policy::testing::Around;

fn refusing(bench: &Bench, inner: ToolService) -> ToolService {
    let journal: Arc<dyn Journal> = Arc::new(bench.journal.clone());
    let keys = AuditKeys::new(&[7; 32]).unwrap();
    let recorder = Recorder::new(keys, Duration::from_secs(1), Clock::system(), journal);
    RefusalLayer::new(recorder).around(inner)
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_on_record_once() {
    let bench = Bench::unkeyed(false);
    let limited = function(|_| async { Err(ToolError::new("rate_limited", "too fast")) });
    let service = refusing(&bench, limited);
    let (call, _) = bench.call(None, argument());
    let call_id = call.context().call_id().to_owned();
    service.run(call).await.unwrap_err();
    let records = bench.journal.records();
    assert_eq!(bench.journal.written(), ["refusal"]);
    assert_eq!(records[0]["outcome"], "rate_limited");
    assert_eq!(
        (&records[0]["principal"], &records[0]["call_id"]),
        (&json!("anna"), &json!(call_id))
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_with_an_intent_has_an_outcome_instead() {
    for bench in [Bench::unkeyed(false), Bench::keyed(Idempotency::new())] {
        let service = refusing(&bench, bench.service.clone());
        let (call, _) = bench.call(Some("k"), json!({ "fails": "none" }));
        service.run(call).await.unwrap_err();
        let written = bench.journal.written();
        assert!(!written.contains(&"refusal".to_owned()), "{written:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_works_is_no_refusal() {
    let bench = Bench::of(tool(), false);
    let service = refusing(&bench, bench.service.clone());
    service.run(bench.call(None, argument()).0).await.unwrap();
    assert_eq!(bench.journal.written(), [""; 0]);
}
