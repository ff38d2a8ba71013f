//! What records cost: the audit log and idempotency, by where they are kept and by how many calls
//! are made at a time.
//!
//! The tool does nothing, so that what is measured is the policies. Syncs are told by whoever
//! started the program, with a library between it and the disk that counts them.

use std::path::Path;
use std::time::{Duration, Instant};

use mcp_runtime::{App, AuditLog, Error, Server, Store, tool, tools};
use serde_json::json;

use crate::Outcome;
use crate::latencies::Latencies;

/// Where the number of syncs is told, if anywhere.
const TALLY: &str = "FAULTS_TALLY";
const AT_A_TIME: [usize; 4] = [1, 8, 64, 512];
/// How long one line is measured.
const TIME: Duration = Duration::from_secs(1);

/// Do nothing.
#[tool]
async fn unkeyed(account: u64, text: String) -> u64 {
    account + text.len() as u64
}

/// Do nothing, once.
#[tool(idempotent(required))]
async fn keyed(account: u64, text: String) -> u64 {
    account + text.len() as u64
}

/// A server, and which of its tools is called.
struct Subject {
    name: &'static str,
    app: App,
    tool: &'static str,
}

fn subjects(place: &Path) -> Result<Vec<Subject>, Error> {
    let server = |store: Store, audit: AuditLog| {
        let server = Server::new("bench", "0").tools(tools![unkeyed, keyed]);
        server.store(store).audit(audit).build()
    };
    let file = |name: &str| Store::file(place.join(name));
    let lines = AuditLog::file(place.join("log.jsonl"));
    let in_file = server(file("a.db"), AuditLog::store())?;
    let subject = |name, app, tool| Subject { name, app, tool };
    Ok(vec![
        subject("neither", server(Store::memory(), AuditLog::off())?, "unkeyed"),
        subject("audit in memory", server(Store::memory(), AuditLog::memory())?, "unkeyed"),
        subject("audit in SQLite", in_file.clone(), "unkeyed"),
        subject("audit in JSON lines", server(Store::memory(), lines)?, "unkeyed"),
        subject("keys in SQLite", server(file("b.db"), AuditLog::off())?, "keyed"),
        subject("both in SQLite", in_file, "keyed"),
    ])
}

/// Makes so many calls at a time for a while, and prints what they took as one line of JSON.
async fn measure(subject: &Subject, at_a_time: usize) -> Outcome {
    let before = syncs();
    let begun = Instant::now();
    let callers: Vec<_> = (0..at_a_time)
        .map(|caller| {
            let (app, tool) = (subject.app.clone(), subject.tool);
            let call = async move |number: u64| {
                let arguments = json!({ "account": 4711, "text": "what it is about" });
                let key = format!("{at_a_time}-{caller}-{number}");
                app.request(tool, arguments).idempotency_key(key).await
            };
            tokio::spawn(async move {
                let mut latencies = Latencies::default();
                for number in 0.. {
                    let sent = Instant::now();
                    if begun.elapsed() >= TIME {
                        break;
                    }
                    match call(number).await {
                        Ok(_) => latencies.push(sent.elapsed()),
                        Err(error) => latencies.refuse(format!("{error:?}")),
                    }
                }
                latencies
            })
        })
        .collect();
    let mut latencies = Latencies::default();
    for caller in callers {
        latencies.extend(caller.await?);
    }
    let mut report = latencies.report(begun.elapsed());
    report["name"] = json!(subject.name);
    report["at_a_time"] = json!(at_a_time);
    report["syncs"] = json!(before.zip(syncs()).map(|(before, after)| after - before));
    println!("{report}");
    Ok(())
}

/// The syncs of this process so far, where they are counted.
fn syncs() -> Option<u64> {
    let file = std::env::var_os(TALLY)?;
    Some(std::fs::read_to_string(file).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0))
}

/// Measures all of it, with files in this directory.
pub fn records(place: &Path) -> Outcome {
    std::fs::create_dir_all(place)?;
    tokio::runtime::Runtime::new()?.block_on(async {
        for subject in subjects(place)? {
            for at_a_time in AT_A_TIME {
                measure(&subject, at_a_time).await?;
            }
        }
        Ok(())
    })
}
