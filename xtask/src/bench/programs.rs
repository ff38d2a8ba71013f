//! What is run: our servers and the client in one program, the peers in another.

use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use crate::process::{self, Guard};
use crate::server::free_address;
use crate::workspace::Workspace;

/// Under valgrind everything takes fifty times as long.
const READY_WITHIN: Duration = Duration::from_mins(1);
const ENDED_WITHIN: Duration = Duration::from_mins(1);
const LOAD_WITHIN: Duration = Duration::from_mins(5);

/// The programs that servers are in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Program {
    /// Our servers, and the client of all.
    Ours,
    /// Bare axum, and the official SDK.
    Sdk,
    TowerMcp,
}

/// Where they are.
pub(super) struct Programs {
    pub(super) ours: PathBuf,
    sdk: PathBuf,
    tower_mcp: PathBuf,
}

impl Programs {
    pub(super) fn build(workspace: &Workspace) -> Result<Self> {
        let peer = |package| peer(workspace, package);
        Ok(Self {
            ours: ours(workspace)?,
            sdk: peer("bench-sdk")?,
            tower_mcp: peer("bench-tower-mcp")?,
        })
    }

    pub(super) fn path(&self, program: Program) -> &Path {
        match program {
            Program::Ours => &self.ours,
            Program::Sdk => &self.sdk,
            Program::TowerMcp => &self.tower_mcp,
        }
    }
}

/// Builds our servers and the client.
pub(super) fn ours(workspace: &Workspace) -> Result<PathBuf> {
    workspace.build_release("mcp-bench", "bench")
}

/// Builds peers, in their own workspace and with their own lock file.
fn peer(workspace: &Workspace, package: &str) -> Result<PathBuf> {
    println!("building {package}");
    let target = workspace.target.join("peers");
    let status = workspace
        .cargo()
        // One by one: features of one package's dependencies must not become the other's.
        .args(["build", "--quiet", "--release", "--locked", "--package", package])
        .current_dir(workspace.root.join("tests/bench/peers"))
        .env("CARGO_TARGET_DIR", &target)
        .status()
        .context("cargo can't be run")?;
    ensure!(status.success(), "{package} doesn't build");
    Ok(target.join("release").join(format!("{package}{}", std::env::consts::EXE_SUFFIX)))
}

/// A server that runs until it is told to stop.
pub(super) struct Running {
    process: Guard,
    pub(super) address: SocketAddr,
    /// What the client shows, of a server that asks for it.
    key: Option<String>,
}

impl Running {
    /// Starts `command serve SERVER ADDRESS THREADS`.
    pub(super) fn start(mut command: Command, server: &str, threads: usize) -> Result<Self> {
        let address = free_address()?;
        command
            .args(["serve", server, &address.to_string(), &threads.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let spawned = command.spawn().with_context(|| format!("`{server}` can't be run"))?;
        let mut process = Guard(spawned);
        let deadline = Instant::now() + READY_WITHIN;
        while TcpStream::connect(address).is_err() {
            ensure!(Instant::now() < deadline, "`{server}` doesn't listen");
            if let Some(status) = process.0.try_wait()? {
                bail!("`{server}` ended with {status}");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let key = key(&mut process.0, server)?;
        Ok(Self { process, address, key })
    }

    pub(super) fn id(&self) -> u32 {
        self.process.0.id()
    }

    /// Sends it `what` over so many connections, `amount` times, or for `amount` seconds.
    pub(super) fn load(
        &self,
        client: &Path,
        what: &str,
        connections: usize,
        amount: &str,
    ) -> Result<Load> {
        let mut load = Command::new(client);
        load.args(["load", &self.address.to_string(), what, &connections.to_string(), amount]);
        Load::of(load.args(&self.key))
    }

    /// Lets it end by itself, so that what observes it can write down what it saw.
    pub(super) fn stop(mut self) -> Result<()> {
        drop(self.process.0.stdin.take());
        let deadline = Instant::now() + ENDED_WITHIN;
        loop {
            if let Some(status) = self.process.0.try_wait()? {
                ensure!(status.success(), "a server ended with {status}");
                return Ok(());
            }
            ensure!(Instant::now() < deadline, "a server doesn't end");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// The credential that a server prints where it asks for one.
fn key(process: &mut Child, server: &str) -> Result<Option<String>> {
    if server != "keyed" {
        return Ok(None);
    }
    let stdout = process.stdout.take().context("a server has no stdout")?;
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line)?;
    let key = line.trim().strip_prefix("key ").context("a server printed no key")?;
    Ok(Some(key.to_owned()))
}

/// What a client saw.
#[derive(Clone, Copy, Debug)]
pub(super) struct Load {
    pub(super) per_second: f64,
    /// In microseconds, as is the next.
    pub(super) p50: f64,
    pub(super) p99: f64,
}

impl Load {
    /// Runs a client, which prints what it saw.
    pub(super) fn of(client: &mut Command) -> Result<Self> {
        let output = process::output(client, LOAD_WITHIN)?;
        ensure!(output.success, "the client failed: {}", output.last_words());
        let seen: Value = serde_json::from_str(&output.stdout)?;
        let number = |name: &str| seen[name].as_f64().with_context(|| format!("no `{name}`"));
        let per_second = number("requests")? / number("seconds")?;
        Ok(Self { per_second, p50: number("p50")?, p99: number("p99")? })
    }
}
