//! What is measured, and what measures it; `cargo xtask bench` runs them all.
//!
//! ```text
//! bench serve SERVER ADDRESS THREADS     a server over HTTP, until its stdin ends
//! bench stdio SERVER                     the same over stdin and stdout
//! bench calls SUBJECT COUNT              so many calls in process, to be counted from outside
//! bench times SUBJECT                    what one takes, in nanoseconds
//! bench callers KNOWN COUNT              what so many callers cost who come once
//! bench results COUNT                    what so many cached results do
//! bench records DIRECTORY                what records cost, in memory and in files there
//! bench load ADDRESS WHAT CONNECTIONS COUNT|SECONDSs FIRST [KEY]
//!                                        the client of the servers over HTTP
//! bench hold ADDRESS idle|running CONNECTIONS
//!                                        the same, for what they hold
//! bench turns PROGRAM ARGUMENTS…         the client of a server over stdio
//! ```
#![allow(deprecated, reason = "tools that are measured say no more than is measured")]
#![allow(missing_docs, unreachable_pub, reason = "programs, not libraries")]

mod calls;
mod invoice;
mod latencies;
mod load;
mod message;
mod recorder;
mod scale;
mod serve;
mod served;
mod subjects;
mod tools;

use std::process::ExitCode;

use load::Load;

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> Outcome {
    match arguments {
        ["serve", server, address, threads] => {
            serve::http(server, address.parse()?, threads.parse()?)
        }
        ["stdio", server] => serve::stdio(server),
        ["calls", subject, count] => calls::count(subject, count.parse()?),
        ["times", subject] => calls::time(subject),
        ["callers", known, count] => scale::callers(known.parse()?, count.parse()?),
        ["results", count] => scale::results(count.parse()?),
        ["records", place] => scale::records(place.as_ref()),
        ["load", address, what, connections, amount, first, key @ ..] => {
            let (connections, first) = (connections.parse()?, first.parse()?);
            let key = key.first().copied();
            load::http(address.parse()?, &Load { what, connections, amount, first, key })
        }
        ["hold", address, what, connections] => {
            load::hold(address.parse()?, what, connections.parse()?)
        }
        ["turns", program, arguments @ ..] => load::stdio(program, arguments),
        _ => Err("see the head of tests/bench/main.rs".into()),
    }
}
