//! A server under test: started on a free loopback port, awaited, and killed with its value.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::process::Guard;

const READY_WITHIN: Duration = Duration::from_secs(20);
const LAST_LINES: usize = 20;

pub(crate) struct Server {
    process: Guard,
    address: SocketAddr,
    log: PathBuf,
}

impl Server {
    /// Runs `program serve --http ADDRESS` and waits until it says that it is ready.
    pub(crate) fn start(
        program: &Path,
        log: &Path,
        environment: &[(&str, &OsStr)],
    ) -> Result<Self> {
        Self::start_at(free_address()?, program, log, environment)
    }

    /// The same at an address that was chosen before, for a server that has to be told its own.
    pub(crate) fn start_at(
        address: SocketAddr,
        program: &Path,
        log: &Path,
        environment: &[(&str, &OsStr)],
    ) -> Result<Self> {
        let output = File::create(log).with_context(|| format!("can't write {}", log.display()))?;
        let process = Command::new(program)
            .args(["serve", "--http", &address.to_string()])
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .with_context(|| format!("{} can't be run", program.display()))?;
        let mut server = Self { process: Guard(process), address, log: log.to_owned() };
        server.wait_until_ready()?;
        Ok(server)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/mcp", self.address)
    }

    /// Fails where the server has ended, with the last lines of its log.
    pub(crate) fn still_runs(&mut self) -> Result<()> {
        match self.process.0.try_wait()? {
            None => Ok(()),
            Some(status) => bail!("the server ended with {status}\n{}", self.last_lines()),
        }
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let deadline = Instant::now() + READY_WITHIN;
        while Instant::now() < deadline {
            self.still_runs()?;
            if is_ready(self.address) {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(50));
        }
        let seconds = READY_WITHIN.as_secs();
        bail!("the server wasn't ready within {seconds} s\n{}", self.last_lines())
    }

    fn last_lines(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(LAST_LINES)..].join("\n")
    }
}

/// A port that is free now. Another process can take it before the server does; then the server
/// ends at once and says so.
pub(crate) fn free_address() -> Result<SocketAddr> {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no loopback port is free")?;
    Ok(listener.local_addr()?)
}

fn is_ready(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<bool> {
        let limit = Duration::from_secs(1);
        let mut stream = TcpStream::connect_timeout(&address, limit)?;
        stream.set_read_timeout(Some(limit))?;
        stream.set_write_timeout(Some(limit))?;
        write!(stream, "GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
        let mut status = [0; 12];
        stream.read_exact(&mut status)?;
        Ok(status.ends_with(b" 200"))
    };
    ask().unwrap_or(false)
}
