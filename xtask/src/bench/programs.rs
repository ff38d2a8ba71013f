//! What is run: our servers and the client in one program, the peers in two others.

use std::cell::Cell;
use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Program {
    /// Our servers, and the client of all.
    Ours,
    /// Bare axum, and the official SDK.
    Sdk,
    TowerMcp,
}

impl Program {
    pub(super) const ALL: [Self; 3] = [Self::Ours, Self::Sdk, Self::TowerMcp];
}

/// Where they are.
pub(super) struct Programs {
    ours: PathBuf,
    sdk: PathBuf,
    tower_mcp: PathBuf,
}

impl Programs {
    /// Builds those that are asked for.
    pub(super) fn build(workspace: &Workspace, all: &[Program]) -> Result<Self> {
        for program in Program::ALL.into_iter().filter(|program| all.contains(program)) {
            match program {
                Program::Ours => drop(ours(workspace)?),
                Program::Sdk => build_peer(workspace, SDK)?,
                Program::TowerMcp => build_peer(workspace, TOWER_MCP)?,
            }
        }
        let at = |target: PathBuf, name: &str| {
            target.join("release").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
        };
        Ok(Self {
            ours: at(workspace.target.clone(), "bench"),
            sdk: at(peers(workspace), SDK),
            tower_mcp: at(peers(workspace), TOWER_MCP),
        })
    }

    pub(super) fn path(&self, program: Program) -> &Path {
        match program {
            Program::Ours => &self.ours,
            Program::Sdk => &self.sdk,
            Program::TowerMcp => &self.tower_mcp,
        }
    }

    /// The program that is the client of all servers.
    pub(super) fn client(&self) -> &Path {
        &self.ours
    }
}

/// The peers' workspace.
pub(super) const PEERS_PLACE: &str = "tests/bench/peers";

/// Builds our servers and the client.
pub(super) fn ours(workspace: &Workspace) -> Result<PathBuf> {
    workspace.build_release("mcp-bench", "bench")
}

const SDK: &str = "bench-sdk";
const TOWER_MCP: &str = "bench-tower-mcp";

fn peers(workspace: &Workspace) -> PathBuf {
    workspace.target.join("peers")
}

/// Builds a peer, in a workspace of its own and with its own lock file.
fn build_peer(workspace: &Workspace, package: &str) -> Result<()> {
    println!("building {package}");
    let place = workspace.root.join(PEERS_PLACE);
    let status = workspace
        .cargo()
        // One by one: features of one package's dependencies must not become the other's.
        .args(["build", "--quiet", "--release", "--locked", "--package", package])
        .current_dir(&place)
        .env("CARGO_TARGET_DIR", peers(workspace))
        .status()
        .context("cargo can't be run")?;
    ensure!(
        status.success(),
        "{package} doesn't build; cargo says why above. Its sources are in {}: where crates can't be \
         fetched, run `cargo fetch --locked` there once that is possible",
        place.display(),
    );
    Ok(())
}

/// How many threads servers have, but for what is measured of one alone: as many as the machine had
/// where the figures were taken. The client shares them.
pub(super) const THREADS: usize = 2;

/// Held while a server is started. Until its program begins, a process holds all that is open here:
/// a port that was tried for another server meanwhile would seem to be listened on.
static STARTING: Mutex<()> = Mutex::new(());

/// A server that runs until it is told to stop.
pub(super) struct Running {
    process: Guard,
    pub(super) address: SocketAddr,
    /// What the client shows, of a server that asks for it.
    key: Option<String>,
    /// How many calls it was sent: further ones have other numbers, since it may remember them.
    sent: Cell<f64>,
}

impl Running {
    /// Starts `command serve SERVER ADDRESS THREADS`.
    pub(super) fn start(mut command: Command, server: &str, threads: usize) -> Result<Self> {
        let starting = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
        let address = free_address()?;
        command
            .args(["serve", server, &address.to_string(), &threads.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let spawned = command.spawn().with_context(|| format!("`{server}` can't be run"))?;
        drop(starting);
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
        Ok(Self { process, address, key, sent: Cell::new(0.0) })
    }

    pub(super) fn id(&self) -> u32 {
        self.process.0.id()
    }

    /// Has a client send it `what` over so many connections, `amount` times, or for `amount` seconds. It answers
    /// each, or the measurement is void.
    pub(super) fn load(
        &self,
        client: Command,
        what: &str,
        connections: usize,
        amount: &str,
    ) -> Result<Load> {
        let seen = self.overload(client, what, connections, amount)?;
        ensure!(
            seen.refused < 1.0,
            "{:.0} of {:.0} calls were refused: see above for one of them",
            seen.refused,
            seen.refused + seen.requests,
        );
        Ok(seen)
    }

    /// The same, of a server that may refuse some.
    pub(super) fn overload(
        &self,
        mut client: Command,
        what: &str,
        connections: usize,
        amount: &str,
    ) -> Result<Load> {
        client.args(["load", &self.address.to_string(), what, &connections.to_string(), amount]);
        let seen = Load::of(client.arg(format!("{:.0}", self.sent.get())).args(&self.key))?;
        // Of each connection, the call that came too late has a number too.
        let late = u32::try_from(connections)?;
        self.sent.set(self.sent.get() + seen.requests + seen.refused + f64::from(late));
        Ok(seen)
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
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Load {
    /// Calls that were answered; the next figures are of these.
    pub(super) requests: f64,
    /// Calls that were not answered as they should be.
    pub(super) refused: f64,
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
        Self::parse(&output.stdout)
    }

    /// Reads what a client printed.
    pub(super) fn parse(printed: &str) -> Result<Self> {
        let seen: Value = serde_json::from_str(printed).context("the client printed no JSON")?;
        let number = |name: &str| {
            seen[name].as_f64().with_context(|| format!("no `{name}` in what was seen: {seen}"))
        };
        let requests = number("requests")?;
        let per_second = requests / number("seconds")?;
        let refused = number("refused")?;
        if let Some(refusal) = seen["refusal"].as_str() {
            println!("  {refused:.0} calls were refused: {refusal}");
        }
        Ok(Self { requests, refused, per_second, p50: number("p50")?, p99: number("p99")? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_saw_is_read() {
        let load = Load::parse(r#"{"p50":20,"p99":40.5,"requests":30,"seconds":1.5,"refused":2}"#)
            .unwrap();
        let seen = [load.requests, load.refused, load.per_second, load.p50, load.p99];
        assert_eq!(seen.map(|figure| figure.to_string()), ["30", "2", "20", "20", "40.5"]);
        let none = Load::parse(r#"{"p50":null,"p99":null,"requests":0,"seconds":1,"refused":1}"#)
            .unwrap_err();
        assert!(none.to_string().contains("`p50`"), "{none}");
    }
}
