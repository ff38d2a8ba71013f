//! Real clients against the example server, over HTTP and stdio.
//!
//! A client's script in `tests/interop` connects as somebody, lists, makes the calls of the plan
//! that it is given, and prints what came of each as a line of JSON. The verdict is reached here,
//! in [`cases`], and in [`oauth`] about clients that begin without a token.

mod cases;
mod clients;
mod example;
mod oauth;

use anyhow::{Result, ensure};
use serde_json::Value;

use crate::workspace::Workspace;
use cases::{Case, Scene};
use clients::{CLIENTS, Client, Clients};
use example::{Example, Transport};

/// What all clients came to.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
}

impl Report {
    pub(crate) fn verdict(&self) -> Result<()> {
        ensure!(self.passed > 0, "no client was tried");
        ensure!(self.failed == 0, "{} cases of real clients fail", self.failed);
        Ok(())
    }

    fn enter(&mut self, what: &str, verdict: Result<(), String>) {
        match verdict {
            Ok(()) => {
                self.passed += 1;
                println!("ok      {what}");
            }
            Err(reason) => {
                self.failed += 1;
                println!("FAILED  {what}: {reason}");
            }
        }
    }
}

/// One client on one transport.
#[derive(Clone, Copy)]
struct Try {
    client: Client,
    transport: Transport,
}

pub(crate) fn run(workspace: &Workspace) -> Result<Report> {
    let clients = Clients::install(workspace)?;
    let mut example = Example::start(workspace)?;
    let mut report = Report::default();
    for client in CLIENTS {
        for transport in [Transport::Http, Transport::Stdio] {
            // Each has an invoice of its own to void.
            let invoice = example.issue()?;
            for scene in client.scenes() {
                let one = Try { client, transport };
                let outcomes = clients.outcomes(one, *scene, &invoice, &example);
                for case in scene.cases() {
                    let verdict = match &outcomes {
                        Ok(outcomes) => judge(one, *scene, *case, &invoice, outcomes),
                        Err(error) => Err(format!("{error:#}")),
                    };
                    let (client, transport) = (client.name(), transport.name());
                    let (scene, case) = (scene.name(), case.name());
                    report.enter(&format!("{client} | {transport} | {scene} | {case}"), verdict);
                }
            }
        }
    }
    example.still_runs()?;
    oauth::run(workspace, &mut report)?;
    println!("\ninterop: {} cases passed, {} failed", report.passed, report.failed);
    Ok(report)
}

fn judge(
    one: Try,
    scene: Scene,
    case: Case,
    invoice: &str,
    outcomes: &[Value],
) -> Result<(), String> {
    let printed = outcomes.iter().find(|outcome| outcome["case"] == case.name());
    let outcome = printed.ok_or("the client printed nothing")?;
    let right = case.is_right(one, scene, invoice, outcome);
    if right { Ok(()) } else { Err(format!("got {outcome}")) }
}
