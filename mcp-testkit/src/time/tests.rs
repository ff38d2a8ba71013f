use std::thread;
use std::time::{Duration, Instant as RealInstant, SystemTime};

use mcp_runtime::{Clock, Code, Server, tool, tools};
use serde_json::json;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep};

use super::Time;
use crate::TestServer;

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn what_falls_due_does_so_at_its_own_instant() {
    let time = Time::new();
    let began = Instant::now();
    let timers: Vec<_> = [3, 1, 2, 5]
        .map(|seconds| {
            tokio::spawn(async move {
                sleep(seconds * SECOND).await;
                began.elapsed()
            })
        })
        .into();
    time.advance(3 * SECOND).await;
    let ended: Vec<_> = timers.iter().map(tokio::task::JoinHandle::is_finished).collect();
    assert_eq!(ended, [true, true, true, false]);
    for (timer, seconds) in timers.into_iter().zip([3, 1, 2]) {
        assert_eq!(timer.await.unwrap(), seconds * SECOND);
    }
    assert_eq!(time.elapsed(), 3 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn wall_time_follows_and_jumps() {
    let start = SystemTime::UNIX_EPOCH + Duration::from_hours(500_000);
    let time = Time::starting_at(start);
    time.advance(5 * SECOND).await;
    assert_eq!(time.now(), start + 5 * SECOND);
    time.wall_back(60 * SECOND);
    assert_eq!(time.clock().now(), start - 55 * SECOND);
    time.wall_forward(100 * SECOND);
    assert_eq!(time.now(), start + 45 * SECOND);
    assert_eq!(time.elapsed(), 5 * SECOND);
}

#[tokio::test]
#[should_panic(expected = "time can be advanced only where it is paused")]
async fn running_time_is_not_advanced() {
    drop(Time::new().advance(SECOND));
}

#[tokio::test]
async fn running_time_is_known_as_such() {
    assert!(!Time::is_paused());
    Time::refuse_paused("a socket");
    tokio::time::pause();
    assert!(Time::is_paused());
    tokio::time::resume();
    assert!(!Time::is_paused());
}

#[test]
fn without_a_runtime_nothing_is_paused() {
    assert!(!Time::is_paused());
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "HTTP over a socket can't be tested while time is paused")]
async fn a_socket_is_refused_in_paused_time() {
    Time::refuse_paused("HTTP over a socket");
}

/// What paused time rests on: Tokio's own clock stands still while a thread blocks.
#[tokio::test(start_paused = true)]
async fn time_waits_for_work_that_blocks() {
    let (began, real) = (Instant::now(), RealInstant::now());
    let work = spawn_blocking(move || {
        thread::sleep(Duration::from_millis(50));
        began.elapsed()
    });
    // Nothing else could run, and yet it isn't passed over.
    sleep(3600 * SECOND).await;
    assert!(real.elapsed() >= Duration::from_millis(50));
    assert!(work.is_finished());
    assert_eq!(began.elapsed(), 3600 * SECOND);
    work.await.unwrap();
}

/// Work for a while.
#[tool(timeout = "1ms", blocking)]
async fn work() -> &'static str {
    thread::sleep(Duration::from_millis(50));
    "done"
}

/// Stay for a while.
#[tool(timeout = "1ms")]
async fn stay() {
    sleep(SECOND).await;
}

#[tokio::test(start_paused = true)]
async fn a_blocking_tool_takes_no_paused_time() {
    let server = TestServer::new(tools![work, stay]);
    assert_eq!(server.call("work", json!({})).await.text(), "done");
    assert_eq!(server.time().elapsed(), Duration::ZERO);
    // Beside it, time waits too: nobody times out because a thread works.
    let began = Instant::now();
    let (worked, stayed) =
        tokio::join!(server.call("work", json!({})), server.call("stay", json!({})));
    assert_eq!(worked.text(), "done");
    assert_eq!(stayed.error().code(), &Code::Timeout);
    assert_eq!(began.elapsed(), Duration::from_millis(1));
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_the_server_has_is_kept() {
    let start = SystemTime::UNIX_EPOCH + SECOND;
    let clock = Clock::starting_at(start);
    let server = TestServer::from(Server::new("t", "1").clock(clock.clone()));
    assert_eq!(server.time().now(), start);
    clock.forward(SECOND);
    assert_eq!(server.time().now(), start + SECOND);

    let time = Time::starting_at(start);
    let server = TestServer::new(tools![]).configure(|server| server.clock(time.clock()));
    time.wall_forward(SECOND);
    assert_eq!(server.time().now(), start + SECOND);
}
