use super::*;
use crate::audit::testing::{begins, clock, ends, keys, noon};
use crate::store::memory::{MemoryJournal, Survivors};
use crate::store::once::{Begin, OnceAnswer};

/// Does the same about each write.
struct Always(fn() -> Fate);

impl Steering for Always {
    fn opens(&self, _: Edge, tears: bool) -> Result<(), String> {
        if tears { Err("it tears".to_owned()) } else { Ok(()) }
    }

    fn steer(&self, _: &Passing<'_>) -> Fate {
        (self.0)()
    }
}

fn fails() -> Wait {
    Box::pin(async { Err("down".to_owned()) })
}

fn intent() -> Entry {
    Entry { record: Some(begins("a", noon())), ..Entry::default() }
}

fn memory() -> Arc<dyn Journal> {
    Arc::new(MemoryJournal::new(clock(), keys()).unwrap())
}

fn behind(fate: fn() -> Fate, edge: Edge) -> Arc<dyn Journal> {
    let all = [Steered(Arc::new(Always(fate)))];
    steered(&all, edge, Layout::Whole, &Tear::default(), memory()).unwrap()
}

#[tokio::test]
async fn a_write_fails_before_it_is_made_or_after() {
    let before = behind(|| Fate { before: Some(fails()), ..Fate::default() }, Edge::Store);
    before.write(intent()).await.unwrap_err();
    assert_eq!(before.newest(9).unwrap().len(), 0);
    let after = behind(|| Fate { after: Some(fails()), ..Fate::default() }, Edge::Store);
    after.write(intent()).await.unwrap_err();
    assert_eq!(after.newest(9).unwrap().len(), 1, "what is there can be read");
    let through = behind(Fate::default, Edge::Store);
    assert_eq!(through.write(intent()).await.unwrap().seq, Some(1));
}

/// As a store does: what it was given is carried out.
#[tokio::test(start_paused = true)]
async fn a_write_that_nobody_waits_for_is_made_all_the_same() {
    let slow = behind(
        || {
            let wait = async {
                tokio::time::sleep(std::time::Duration::from_secs(1)).await;
                Ok(())
            };
            Fate { before: Some(Box::pin(wait)), ..Fate::default() }
        },
        Edge::Store,
    );
    drop(slow.write(intent()));
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    assert_eq!(slow.newest(9).unwrap().len(), 1);
}

#[tokio::test]
async fn the_log_is_struck_by_what_has_a_record() {
    let log = behind(|| Fate { before: Some(fails()), ..Fate::default() }, Edge::Audit);
    let once = Some(([1; 32], OnceOp::Start { fence: 1 }));
    log.write(Entry { once, ..Entry::default() }).await.unwrap();
    log.write(intent()).await.unwrap_err();
    log.write(Entry { seal: true, ..Entry::default() }).await.unwrap_err();
}

#[test]
fn what_tears_is_told_as_it_opens() {
    let opens = |edge, layout| {
        let all = [Steered(Arc::new(Always(Fate::default)))];
        steered(&all, edge, layout, &Tear::default(), memory()).is_ok()
    };
    for (edge, layout, whole) in [
        (Edge::Store, Layout::Whole, true),
        (Edge::Audit, Layout::Whole, true),
        (Edge::Store, Layout::Apart, false),
        (Edge::Audit, Layout::Apart, true),
        (Edge::Audit, Layout::Lines, false),
    ] {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let _inside = runtime.enter();
        assert_eq!(opens(edge, layout), whole, "{edge:?} {layout:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn survivors_have_the_keys_and_close_what_was_left_open() {
    let survivors = Survivors::default();
    let begin = || Begin {
        payload: [2; 32],
        version: "1".into(),
        call_id: "a".to_owned(),
        lease: std::time::Duration::from_secs(30),
        ttl: std::time::Duration::from_mins(1),
        settles: false,
    };
    let once = || Some(([1; 32], OnceOp::Begin(begin())));
    let first = survivors.journal(clock(), keys()).unwrap();
    first.write(intent()).await.unwrap();
    let closed = first.write(intent()).await.unwrap().seq.unwrap();
    let record = Some(ends("a", closed, noon()));
    first.write(Entry { once: once(), record, seal: false }).await.unwrap();
    drop(first);
    for _ in 0..2 {
        let next = survivors.clone().journal(clock(), keys()).unwrap();
        let bodies = next.newest(9).unwrap();
        assert_eq!(bodies.len(), 4, "closed once");
        let last: serde_json::Value = serde_json::from_slice(&bodies[3]).unwrap();
        assert_eq!((&last["outcome"], &last["intent"]), (&"abandoned".into(), &1.into()));
        let asked = Entry { once: once(), ..Entry::default() };
        assert_eq!(next.write(asked).await.unwrap().once, Some(OnceAnswer::Running));
    }
}
