//! Processes that end, one way or the other.

use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// For anything but a build.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
pub(crate) const BUILD_PATIENCE: Duration = Duration::from_mins(15);
const POLL: Duration = Duration::from_millis(10);

/// Kills its process when dropped.
pub(crate) struct Guard(pub(crate) Child);

impl Guard {
    pub(crate) fn spawn(command: &mut Command) -> Self {
        let child = command.stdin(Stdio::null()).spawn();
        Self(child.unwrap_or_else(|error| panic!("{command:?}: {error}")))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // Both fail only for a process that has ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub(crate) struct Output {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs a command to its end, at most for so long.
pub(crate) fn run(mut command: Command, patience: Duration) -> Output {
    let mut guard = Guard::spawn(command.stdout(Stdio::piped()).stderr(Stdio::piped()));
    let stdout = collect(guard.0.stdout.take());
    let stderr = collect(guard.0.stderr.take());
    let deadline = Instant::now() + patience;
    let status = loop {
        if let Some(status) = guard.0.try_wait().unwrap() {
            break status;
        }
        assert!(Instant::now() < deadline, "{command:?} doesn't end");
        std::thread::sleep(POLL);
    };
    let text = |pipe: Receiver<String>| pipe.recv_timeout(PATIENCE).unwrap();
    Output { code: status.code().unwrap_or(-1), stdout: text(stdout), stderr: text(stderr) }
}

/// Reads a pipe to its end, beside the process that fills it.
pub(crate) fn collect(pipe: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut text = Vec::new();
        let read = pipe.map(|mut pipe| pipe.read_to_end(&mut text));
        drop(read);
        sender.send(String::from_utf8_lossy(&text).into_owned())
    });
    receiver
}

/// The lines of a pipe for as long as they come in time; the rest is read and forgotten.
pub(crate) fn lines_of(pipe: impl Read + Send + 'static) -> impl Iterator<Item = String> {
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            // The test may have seen enough; the server prints on.
            let _ = sender.send(line);
        }
    });
    let deadline = Instant::now() + PATIENCE;
    std::iter::from_fn(move || {
        lines.recv_timeout(deadline.saturating_duration_since(Instant::now())).ok()
    })
}
