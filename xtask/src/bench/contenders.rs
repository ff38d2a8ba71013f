//! The servers that are compared, and what each is sent.

use super::programs::Program;

/// A server over HTTP with its one tool.
#[derive(Clone, Copy)]
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

pub(super) const OURS: [Contender; 6] = [
    ours("ours, no policy", "none", "call"),
    ours("ours, usual policies", "usual", "call"),
    ours("ours, usual policies and an API key", "keyed", "call"),
    ours("ours, all policies of a read", "all", "call"),
    ours("ours, all policies of a read, cache hit", "all", "same"),
    ours("ours, idempotent write", "once", "call"),
];

/// The server that ratios are to.
pub(super) const YARDSTICK: Contender = peer("rmcp 3.9 by hand", Program::Sdk, "rmcp_by_hand");

pub(super) const PEERS: [Contender; 6] = [
    YARDSTICK,
    peer("rmcp 3.9, its macros", Program::Sdk, "rmcp_macros"),
    peer("tower-mcp 0.25", Program::TowerMcp, "tower_mcp"),
    peer("tower-mcp 0.25, its layers", Program::TowerMcp, "tower_mcp_layers"),
    peer("bare axum, `Value`", Program::Sdk, "axum_value"),
    peer("bare axum, typed", Program::Sdk, "axum_typed"),
];
