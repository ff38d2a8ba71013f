//! Turns with a server over stdio: one request, one answer.

use std::process::Stdio;
use std::time::Instant;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::Command;

use super::connection::check;
use crate::Outcome;
use crate::latencies::Latencies;
use crate::message::Message;

/// How many turns are made, and how many of them before it counts.
const TURNS: u64 = 20_000;
const WARM_UP: u64 = 1_000;

pub fn stdio(program: &str, arguments: &[&str]) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut server = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let (Some(mut stdin), Some(stdout)) = (server.stdin.take(), server.stdout.take()) else {
            return Err("the server has no pipes".into());
        };
        let mut stdout = BufReader::new(stdout);
        let (mut message, _) = Message::new("call")?;
        let mut line = Vec::new();
        let mut latencies = Latencies::default();
        let mut begun = Instant::now();
        message.bytes.push(b'\n');
        for turn in 0..WARM_UP + TURNS {
            if turn == WARM_UP {
                begun = Instant::now();
            }
            message.number(turn);
            let asked = Instant::now();
            stdin.write_all(&message.bytes).await?;
            line.clear();
            if stdout.read_until(b'\n', &mut line).await? == 0 {
                return Err("the server closed its stdout".into());
            }
            if turn >= WARM_UP {
                latencies.push(asked.elapsed());
            }
            if turn == 0 || turn == WARM_UP + TURNS - 1 {
                check(&line)?;
            }
        }
        println!("{}", latencies.report(begun.elapsed()));
        Ok(())
    })
}
