//! Virtual time: see [`Time`].

use std::thread;
use std::time::{Duration, Instant as RealInstant, SystemTime};

use mcp_runtime::Clock;
use tokio::runtime::Handle;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep_until};

/// Turns that everything else gets after time has moved: enough for what fell due to run on to
/// where it waits again.
const TURNS: usize = 64;

/// The time of a test: one handle for both clocks of a server.
///
/// *Monotonic* time is Tokio's. Timeouts, ages, leases, breakers and quotas are measured by it. It
/// only goes forward. Paused by `#[tokio::test(start_paused = true)]`, it stands still while
/// anything can run, and jumps to the next timer when nothing can: a test of an hour takes no time.
///
/// *Wall* time is the server's [`Clock`]: what tokens expire by, what records are dated by. It goes
/// on as monotonic time does, and can be moved both ways beside it, as an operator or a time server
/// would.
///
/// ```
/// use std::time::Duration;
/// use mcp_runtime::tools;
/// use mcp_testkit::TestServer;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let server = TestServer::new(tools![]);
/// let time = server.time();
/// let start = time.now();
///
/// time.advance(Duration::from_secs(3600)).await;
/// assert_eq!(time.elapsed(), Duration::from_secs(3600));
/// assert_eq!(time.now(), start + Duration::from_secs(3600));
///
/// time.wall_back(Duration::from_secs(7200));
/// assert_eq!(time.elapsed(), Duration::from_secs(3600));
/// assert_eq!(time.now(), start - Duration::from_secs(3600));
/// # }
/// ```
///
/// # What paused time can't do
///
/// - **Sockets.** What is under way in the operating system isn't seen: time jumps to the next
///   timer, a timeout as a rule, before the answer arrives. Tests in memory can be paused; those
///   over a real socket can't. [`refuse_paused`](Self::refuse_paused) says so in one sentence.
/// - **Several threads.** Tokio pauses the clock of a `current_thread` runtime alone.
/// - **Work that blocks** (`blocking` tools, `spawn_blocking`) takes real time, and paused time
///   stands still until it has ended. A `blocking` tool that itself awaits a timer would wait for
///   ever: time waits for the thread, and the thread for time. Test it with time running.
#[derive(Clone, Debug)]
pub struct Time {
    clock: Clock,
    began: Instant,
}

impl Time {
    /// Wall time from now, by the machine's clock.
    pub fn new() -> Self {
        Self::starting_at(Clock::system().now())
    }

    /// Wall time from `start`: for a server, `.configure(|server| server.clock(time.clock()))`.
    pub fn starting_at(start: SystemTime) -> Self {
        Self::of(Clock::starting_at(start))
    }

    /// The time of a clock, or of a new one in place of the machine's, which can't be moved.
    pub(crate) fn of(clock: Clock) -> Self {
        if clock.is_system() {
            return Self::new();
        }
        Self { clock, began: Instant::now() }
    }

    /// The clock, for a server or a store.
    pub fn clock(&self) -> Clock {
        self.clock.clone()
    }

    /// The time of day.
    pub fn now(&self) -> SystemTime {
        self.clock.now()
    }

    /// Monotonic time since the handle, or its server, was made.
    pub fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// Lets `time` pass, on both clocks. Everything that falls due meanwhile does so at its own
    /// instant, in order; what is due at the end has had its turn.
    ///
    /// Timers have a resolution of 1 ms, and so has this.
    ///
    /// # Panics
    ///
    /// Where time isn't paused.
    #[track_caller]
    pub fn advance(&self, time: Duration) -> impl Future<Output = ()> + Send + use<> {
        assert!(
            Self::is_paused(),
            "time can be advanced only where it is paused: by #[tokio::test(start_paused = true)], \
             on one thread"
        );
        let until = Instant::now() + time;
        async move {
            sleep_until(until).await;
            for _ in 0..TURNS {
                yield_now().await;
            }
        }
    }

    /// Puts the wall clock forward. Monotonic time stays.
    pub fn wall_forward(&self, by: Duration) {
        self.clock.forward(by);
    }

    /// Puts the wall clock back. Monotonic time stays.
    pub fn wall_back(&self, by: Duration) {
        self.clock.back(by);
    }

    /// Whether Tokio's clock is paused here.
    pub fn is_paused() -> bool {
        if Handle::try_current().is_err() {
            return false;
        }
        // Tokio doesn't say. Its clock is paused if it stands still while the machine's goes on.
        let (real, seen) = (RealInstant::now(), Instant::now());
        while real.elapsed().is_zero() {
            thread::yield_now();
        }
        Instant::now() == seen
    }

    /// Refuses to go on where time is paused: for helpers that use a real socket.
    ///
    /// ```should_panic
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// mcp_testkit::Time::refuse_paused("HTTP over a socket");
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// Where time is paused.
    #[track_caller]
    pub fn refuse_paused(what: &str) {
        assert!(
            !Self::is_paused(),
            "{what} can't be tested while time is paused: time would jump to the next timeout \
             before anything arrives. Leave `start_paused` out, or test in memory"
        );
    }
}

impl Default for Time {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests;
