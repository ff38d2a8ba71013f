//! `tools/list` and a call, with one tool and with many.

use std::process::Command;

use anyhow::Result;

use super::callgrind::{self, Callgrind};
use super::contenders::Contender;
use super::http;
use super::part::{Bench, Part, Results};
use super::programs::{Program, Running};
use super::table::{Table, whole};

pub(super) const PART: Part = Part {
    name: "lists",
    title: "With many tools",
    method: "`tools/list` and a call, on one thread and one connection. Lists are counted as above, \
             with 50 requests.",
    minutes: 1.5,
    programs: &[Program::Ours, Program::Sdk],
    ready: Some(callgrind::is_there),
    measure,
};

const SERVERS: [(&str, &str, Program, u32); 6] = [
    ("ours", "none", Program::Ours, 1),
    ("ours", "none-40", Program::Ours, 40),
    ("ours", "none-1000", Program::Ours, 1_000),
    ("rmcp by hand", "rmcp_by_hand", Program::Sdk, 1),
    ("rmcp by hand", "rmcp_by_hand-40", Program::Sdk, 40),
    ("rmcp by hand", "rmcp_by_hand-1000", Program::Sdk, 1_000),
];
/// How long each is asked for.
const TIME: &str = "2s";
/// How many lists are counted: a long one takes a while under valgrind.
const LISTS: u32 = 50;

fn measure(bench: &Bench<'_>, _: &mut Results) -> Result<String> {
    let callgrind = Callgrind::find(bench.workspace)?;
    let client = bench.programs.client();
    let mut table = Table::new(&[
        "tools",
        "list, instructions",
        "list, p50 µs",
        "call, instructions",
        "call, p50 µs",
    ]);
    for (title, server, program, tools) in SERVERS {
        println!("  {title}, {tools} tools");
        let path = bench.programs.path(program);
        let cost = |sent, requests| {
            http::cost(
                &callgrind,
                path,
                client,
                Contender { title, program, server, sent },
                requests,
            )
        };
        let (list, call) = (cost("list", LISTS)?, cost("call", http::REQUESTS)?);
        let running = Running::start(Command::new(path), server, 1)?;
        let listed = running.load(Command::new(client), "list", 1, TIME)?;
        let called = running.load(Command::new(client), "call", 1, TIME)?;
        running.stop()?;
        table.row([
            format!("{title}, {}", whole(f64::from(tools))),
            whole(list.instructions),
            whole(listed.p50),
            whole(call.instructions),
            whole(called.p50),
        ]);
    }
    Ok(table.to_string())
}
