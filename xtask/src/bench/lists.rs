//! `tools/list` and a call, with one tool and with many.

use std::process::Command;

use anyhow::Result;

use super::callgrind::Callgrind;
use super::contenders::Contender;
use super::http;
use super::programs::{Program, Programs, Running};
use super::table::{Table, whole};

const SERVERS: [(&str, &str, Program, usize); 6] = [
    ("ours", "none", Program::Ours, 1),
    ("ours", "none-40", Program::Ours, 40),
    ("ours", "none-1000", Program::Ours, 1_000),
    ("rmcp by hand", "rmcp_by_hand", Program::Sdk, 1),
    ("rmcp by hand", "rmcp_by_hand-40", Program::Sdk, 40),
    ("rmcp by hand", "rmcp_by_hand-1000", Program::Sdk, 1_000),
];
/// How long each is asked for.
const TIME: &str = "2s";

pub(super) fn table(callgrind: &Callgrind, programs: &Programs) -> Result<Table> {
    let mut table = Table::new(&[
        "tools",
        "list, instructions",
        "list, p50 µs",
        "call, instructions",
        "call, p50 µs",
    ]);
    for (title, server, program, tools) in SERVERS {
        println!("  {title}, {tools} tools");
        let of = |sent| Contender { title, program, server, sent };
        let path = programs.path(program);
        let cost = |sent| http::cost(callgrind, path, &programs.ours, of(sent));
        let (list, call) = (cost("list")?, cost("call")?);
        let running = Running::start(Command::new(path), server, 1)?;
        let listed = running.load(&programs.ours, "list", 1, TIME)?;
        let called = running.load(&programs.ours, "call", 1, TIME)?;
        running.stop()?;
        table.row([
            format!("{title}, {}", whole(f64::from(u32::try_from(tools)?))),
            whole(list.instructions),
            whole(listed.p50),
            whole(call.instructions),
            whole(called.p50),
        ]);
    }
    Ok(table)
}
