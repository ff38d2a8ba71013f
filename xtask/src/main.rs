//! The project's chores, as `cargo xtask <command>`.

mod bench;
mod conformance;
mod documents;
mod editor;
mod features;
mod fuzz;
mod interop;
mod mistakes;
mod process;
mod reference;
mod server;
mod test;
mod tidy;
mod tools;
mod workspace;

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::workspace::Workspace;

const HELP: &str = "\
The project's chores.

usage: cargo xtask <command>

  test          every test there is: cargo's, then the official suite, then real clients
  conformance   the official suite against the fixture server, for each revision
  interop       real clients against the example server, over HTTP and stdio
  editor        what rust-analyzer offers inside of annotated functions
  tidy          the house rules; `tidy --write` regenerates docs/attributes.md and mistakes.md
  bench         what calls cost, beside other servers; parts of it are `bench http`,
                `throughput`, `calls`, `stdio`, `lists`, `memory`, `scale`, `records`, and
                `compile`; `bench --write` writes docs/performance.md, in about 20 minutes,
                `bench --write http stdio` a page of these parts alone
  bench --short what is counted about ours, against tests/bench/baseline.json, which
                `bench --short --write` updates
  bench compile [ROUNDS]
                what the macros cost at compile time, in so many rounds
  fuzz          inputs that nobody would write, for every macro; `fuzz 600` for that many seconds
  features      whether mcp-runtime builds with no feature, each alone, and all
  help          this text
";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        [] | ["help" | "-h" | "--help"] => {
            print!("{HELP}");
            Ok(())
        }
        ["test"] => test::run(&Workspace::find()?),
        ["conformance"] => conformance::run(&Workspace::find()?)?.verdict(),
        ["interop"] => interop::run(&Workspace::find()?)?.verdict(),
        ["editor"] => editor::run(&Workspace::find()?)?.verdict(),
        ["tidy"] => tidy::check(&Workspace::find()?),
        ["tidy", "--write"] => documents::write(&Workspace::find()?),
        ["bench", "compile"] => bench::compile::run(&Workspace::find()?, None),
        ["bench", "compile", rounds] => bench::compile::run(&Workspace::find()?, Some(rounds)),
        ["fuzz"] => fuzz::run(&Workspace::find()?, "60"),
        ["fuzz", seconds] => fuzz::run(&Workspace::find()?, seconds),
        ["bench", "--short"] => bench::baseline::check(&Workspace::find()?),
        ["bench", "--short", "--write"] => bench::baseline::update(&Workspace::find()?),
        ["bench", "--write", ref parts @ ..] => bench::run(&Workspace::find()?, parts, true),
        ["bench", ref parts @ ..] => bench::run(&Workspace::find()?, parts, false),
        ["features"] => features::run(&Workspace::find()?),
        _ => bail!("`{}` is not a command\n\n{HELP}", arguments.join(" ")),
    }
}
