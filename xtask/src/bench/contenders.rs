//! The servers that are compared, and what each is sent.

use super::programs::Program;

/// A server over HTTP with its one tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Contender {
    /// In tables.
    pub(super) title: &'static str,
    pub(super) program: Program,
    /// On the program's command line.
    pub(super) server: &'static str,
    /// `call`, which is another call each time, or `same`.
    pub(super) sent: &'static str,
}

const fn ours(title: &'static str, server: &'static str, sent: &'static str) -> Contender {
    Contender { title, program: Program::Ours, server, sent }
}

const fn peer(title: &'static str, program: Program, server: &'static str) -> Contender {
    Contender { title, program, server, sent: "call" }
}

/// The one that goals are about.
pub(super) const USUAL: Contender = ours("ours, usual policies", "usual", "call");
const NO_POLICY: Contender = ours("ours, no policy", "none", "call");
const KEYED: Contender = ours("ours, usual policies and an API key", "keyed", "call");
const ALL: Contender = ours("ours, all policies of a read", "all", "call");
const HIT: Contender = ours("ours, all policies of a read, cache hit", "all", "same");
const ONCE: Contender = ours("ours, idempotent write", "once", "call");

pub(super) const OURS: [Contender; 6] = [NO_POLICY, USUAL, KEYED, ALL, HIT, ONCE];

/// The servers that ratios are to.
pub(super) const RMCP: Contender = peer("rmcp by hand", Program::Sdk, "rmcp_by_hand");
pub(super) const LAYERS: Contender =
    peer("tower-mcp, its layers", Program::TowerMcp, "tower_mcp_layers");
pub(super) const VALUE: Contender = peer("bare axum, `Value`", Program::Sdk, "axum_value");

pub(super) const PEERS: [Contender; 6] = [
    RMCP,
    peer("rmcp, its macros", Program::Sdk, "rmcp_macros"),
    peer("tower-mcp", Program::TowerMcp, "tower_mcp"),
    LAYERS,
    VALUE,
    peer("bare axum, typed", Program::Sdk, "axum_typed"),
];

/// Those that are loaded for a while. An idempotent write isn't: its memory of keys would be full
/// before the others are done. The part on records has it.
pub(super) const LOADED: [Contender; 11] =
    [NO_POLICY, USUAL, KEYED, ALL, HIT, PEERS[0], PEERS[1], PEERS[2], PEERS[3], PEERS[4], PEERS[5]];
