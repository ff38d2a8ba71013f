use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use super::*;

/// Answers a number with its double, after it was let go; fails at zero, panics at 99.
struct Doubles {
    go: mpsc::Receiver<()>,
    groups: Arc<AtomicUsize>,
}

impl Engine for Doubles {
    type Job = u32;
    type Answer = u32;

    fn run(&mut self, jobs: Vec<u32>) -> Result<Vec<u32>, StoreError> {
        let _ = self.go.recv();
        self.groups.fetch_add(1, Ordering::Relaxed);
        assert!(!jobs.contains(&99), "99");
        if jobs.contains(&0) {
            return Err(StoreError("zero".to_owned()));
        }
        Ok(jobs.into_iter().map(|job| job * 2).collect())
    }
}

fn started(limit: usize) -> (Group<Doubles>, mpsc::Sender<()>, Arc<AtomicUsize>) {
    let (let_go, go) = mpsc::channel();
    let groups = Arc::new(AtomicUsize::new(0));
    let engine = Doubles { go, groups: Arc::clone(&groups) };
    (Group::start("test", limit, engine).unwrap(), let_go, groups)
}

#[tokio::test]
async fn what_gathers_goes_in_one_group() {
    let (group, go, groups) = started(100);
    let first = group.submit(1);
    while !group.0.shared.lock().waiting.is_empty() {
        thread::yield_now();
    }
    let rest: Vec<_> = (2..=50).map(|job| group.submit(job)).collect();
    go.send(()).unwrap();
    go.send(()).unwrap();
    assert_eq!(first.await.unwrap(), 2);
    for (answer, job) in rest.into_iter().zip(2..) {
        assert_eq!(answer.await.unwrap(), job * 2);
    }
    assert_eq!(groups.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn one_that_fails_fails_its_group() {
    let (group, go, _) = started(100);
    let first = group.submit(1);
    while !group.0.shared.lock().waiting.is_empty() {
        thread::yield_now();
    }
    let (a, b) = (group.submit(2), group.submit(0));
    drop(go);
    assert_eq!(first.await.unwrap(), 2);
    assert!(a.await.is_err() && b.await.is_err());
    assert_eq!(group.submit(3).await.unwrap(), 6);
}

/// Tells of each group how many jobs it has; there is more to do in between for a while.
struct Busy {
    left: u32,
    groups: mpsc::Sender<usize>,
}

impl Engine for Busy {
    type Job = ();
    type Answer = ();

    fn run(&mut self, jobs: Vec<()>) -> Result<Vec<()>, StoreError> {
        let _ = self.groups.send(jobs.len());
        Ok(jobs)
    }

    fn between(&mut self) -> bool {
        self.left = self.left.saturating_sub(1);
        self.left > 0
    }
}

#[test]
fn nothing_is_waited_for_while_there_is_more_to_do() {
    let (groups, seen) = mpsc::channel();
    let group = Group::start("test", 10, Busy { left: 4, groups }).unwrap();
    // A minute would pass otherwise.
    for _ in 0..3 {
        assert_eq!(seen.recv_timeout(Duration::from_secs(20)), Ok(0));
    }
    assert!(seen.recv_timeout(Duration::from_millis(50)).is_err(), "that was all");
    drop(group);
}

#[tokio::test]
async fn the_queue_has_an_end() {
    let (group, go, _) = started(2);
    let first = group.submit(1);
    while !group.0.shared.lock().waiting.is_empty() {
        thread::yield_now();
    }
    let (second, third) = (group.submit(2), group.submit(3));
    let refused = group.submit(4).await.unwrap_err();
    assert_eq!(refused.0, "too much waits for the disk");
    drop(go);
    assert_eq!(first.await.unwrap() + second.await.unwrap() + third.await.unwrap(), 12);
}

#[tokio::test]
async fn what_was_submitted_is_done_though_its_handle_is_gone() {
    let (group, go, _) = started(10);
    let answers: Vec<_> = (1..=5).map(|job| group.submit(job)).collect();
    drop(group);
    drop(go);
    for (answer, job) in answers.into_iter().zip(1..) {
        assert_eq!(answer.await.unwrap(), job * 2);
    }
}

#[tokio::test]
async fn nobody_waits_for_a_thread_that_panicked() {
    let (group, go, _) = started(10);
    let first = group.submit(99);
    while !group.0.shared.lock().waiting.is_empty() {
        thread::yield_now();
    }
    let second = group.submit(1);
    drop(go);
    assert_eq!(first.await.unwrap_err().0, "the store's thread is gone");
    assert_eq!(second.await.unwrap_err().0, "the store's thread is gone");
    assert_eq!(group.submit(2).await.unwrap_err().0, "the store's thread is gone");
}

/// Takes its time to let go.
struct Holds(Arc<AtomicUsize>);

impl Engine for Holds {
    type Job = ();
    type Answer = ();

    fn run(&mut self, jobs: Vec<()>) -> Result<Vec<()>, StoreError> {
        Ok(jobs)
    }
}

impl Drop for Holds {
    fn drop(&mut self) {
        thread::sleep(Duration::from_millis(20));
        self.0.store(1, Ordering::SeqCst);
    }
}

#[test]
fn the_place_is_free_once_the_last_handle_is_dropped() {
    let let_go = Arc::new(AtomicUsize::new(0));
    let group = Group::start("test", 1, Holds(Arc::clone(&let_go))).unwrap();
    let other = group.clone();
    drop(group);
    assert_eq!(let_go.load(Ordering::SeqCst), 0);
    drop(other);
    assert_eq!(let_go.load(Ordering::SeqCst), 1);
}
