//! What the benchmark is made of.

use std::collections::HashMap;

use anyhow::Result;

use super::callgrind::Cost;
use super::contenders::Contender;
use super::programs::{Program, Programs};
use super::throughput::Crowd;
use crate::workspace::Workspace;

/// One section of the page, measured by itself.
pub(super) struct Part {
    /// On the command line.
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) method: &'static str,
    /// About how long it takes once everything is built.
    pub(super) minutes: f64,
    /// What it runs, which is built before anything is measured.
    pub(super) programs: &'static [Program],
    /// Whether what else it needs is there, where it needs more: asked before anything is measured, so that
    /// nobody waits to hear that something isn't.
    pub(super) ready: Option<fn(&Workspace) -> Result<()>>,
    /// Measures, keeps what goals are about, and returns the section's tables.
    pub(super) measure: fn(&Bench<'_>, &mut Results) -> Result<String>,
}

/// What the parts measure with.
pub(super) struct Bench<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) programs: Programs,
}

/// What goals are about, as far as it was measured.
#[derive(Default)]
pub(super) struct Results {
    /// What a request costs each server.
    pub(super) requests: Vec<(Contender, Cost)>,
    /// How fast the servers are, for each number of connections.
    pub(super) crowds: Vec<Crowd>,
    /// What a call in process costs, and how many nanoseconds it takes, by its subject.
    pub(super) calls: HashMap<&'static str, (Cost, f64)>,
    /// How many times rmcp's round trip over stdio ours takes, with the usual policies.
    pub(super) round_trip: Option<f64>,
}
