//! Child processes that end, one way or the other.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

/// What a finished process left.
pub(crate) struct Output {
    pub(crate) success: bool,
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Output {
    /// How it ended and the last lines that it printed, on one line.
    pub(crate) fn last_words(&self) -> String {
        let printed = if self.stderr.trim().is_empty() { &self.stdout } else { &self.stderr };
        let lines: Vec<&str> =
            printed.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let last = lines[lines.len().saturating_sub(3)..].join(" / ");
        match self.code {
            Some(code) => format!("exit {code}: {last}"),
            None => format!("killed: {last}"),
        }
    }
}

/// Kills its process when dropped.
pub(crate) struct Guard(pub(crate) Child);

impl Drop for Guard {
    fn drop(&mut self) {
        // Both fail only for a process that has ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs a process to its end and returns what it printed; past `limit` it is killed.
pub(crate) fn output(command: &mut Command, limit: Duration) -> Result<Output> {
    let deadline = Instant::now() + limit;
    let name = command.get_program().to_string_lossy().into_owned();
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut guard = Guard(command.spawn().with_context(|| format!("{name} can't be run"))?);
    let stdout = drain(guard.0.stdout.take());
    let stderr = drain(guard.0.stderr.take());
    let status = loop {
        if let Some(status) = guard.0.try_wait()? {
            break status;
        }
        if Instant::now() >= deadline {
            drop(guard);
            let printed = text(&stderr);
            bail!("{name} didn't end within {} s\n{printed}", limit.as_secs());
        }
        thread::sleep(Duration::from_millis(10));
    };
    Ok(Output {
        success: status.success(),
        code: status.code(),
        stdout: text(&stdout),
        stderr: text(&stderr),
    })
}

fn drain(pipe: Option<impl Read + Send + 'static>) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // What could be read before an error is worth showing.
            let _ = pipe.read_to_end(&mut bytes);
        }
        let _ = sender.send(bytes);
    });
    receiver
}

fn text(pipe: &Receiver<Vec<u8>>) -> String {
    // A pipe that a process's own children hold stays open after it; don't wait for them.
    let bytes = pipe.recv_timeout(Duration::from_secs(5)).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}
