//! A disk that fails: no tool runs unaudited.

use super::server::{Faults, Place};

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_that_fails_closes_the_server_for_good() {
    let place = Place::new();
    let process = place.start(Faults::default()).await;
    assert_eq!(process.readiness().await.0, 200);
    assert_eq!(process.named("append", "before").await.unwrap().code(), "ok");

    place.fail(Some("sync"));
    let refused = process.named_once("append", "during").await.unwrap();
    assert_eq!(refused.code(), "audit_unavailable", "{refused:?}");
    place.fail(None);
    // What the disk holds now is anybody's guess.
    let refused = process.named_once("append", "after").await.unwrap();
    assert_eq!(refused.code(), "audit_unavailable", "{refused:?}");
    let (status, body) = process.readiness().await;
    assert_eq!(status, 503, "{body}");
    assert_eq!(place.lines().len(), 1, "nothing ran meanwhile");
    process.kill().await;

    let process = place.start(Faults::default()).await;
    assert_eq!(process.named("append", "later").await.unwrap().code(), "ok");
    assert!(process.named("append", "before").await.unwrap().is_replay());
    process.stop().await;
    place.audit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_disk_is_full_nothing_runs() {
    let place = Place::new();
    let process = place.start(Faults::default()).await;
    assert_eq!(process.named("append", "before").await.unwrap().code(), "ok");
    place.fail(Some("full"));
    for name in ["during", "still"] {
        let refused = process.named_once("append", name).await.unwrap();
        assert_eq!(refused.code(), "audit_unavailable", "{refused:?}");
        assert_eq!(refused.error().unwrap()["effect"], "none");
    }
    let (status, body) = process.readiness().await;
    assert_eq!(status, 503, "{body}");
    assert_eq!(place.lines().len(), 1, "nothing ran meanwhile");
    place.fail(None);
    assert_eq!(process.named("append", "after").await.unwrap().code(), "ok");
    assert_eq!(process.named("append", "during").await.unwrap().code(), "ok");
    process.stop().await;
    place.audit().await;
}
