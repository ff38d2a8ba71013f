//! Our server, with more and more around its one tool.

use std::future::Future;
use std::io::Read;
use std::net::SocketAddr;

use mcp_runtime::{ApiKeys, AuditLog, Server, Store, tools};

use crate::tools::many;
use crate::{Outcome, recorder, served};

/// A server by its name.
fn server(name: &str) -> Result<Server, Box<dyn std::error::Error>> {
    let server = Server::new("bench", "1.0.0").store(Store::memory());
    let unrecorded = || Server::new("bench", "1.0.0").store(Store::memory()).audit(AuditLog::off());
    Ok(match name {
        "none" => unrecorded().tools(tools![served::none]),
        "usual" => {
            recorder::install();
            server.audit(AuditLog::memory()).tools(tools![served::usual])
        }
        "keyed" => {
            recorder::install();
            let (file, key) = api_key()?;
            // The key goes to the client by way of whoever started both.
            println!("key {key}");
            server.audit(AuditLog::memory()).tools(tools![served::usual]).api_keys(file)
        }
        // A hit is a repeat of the same call: the client decides.
        "all" => {
            recorder::install();
            server.audit(AuditLog::memory()).tools(tools![served::all])
        }
        "once" => {
            recorder::install();
            server.audit(AuditLog::memory()).tools(tools![served::once])
        }
        // In the directory in which the program was started.
        "usual-file" => {
            recorder::install();
            on_file().tools(tools![served::usual])
        }
        "once-file" => {
            recorder::install();
            on_file().tools(tools![served::once])
        }
        "usual-1000" => {
            recorder::install();
            let many = many(1..1_000).and(tools![served::usual]);
            server.audit(AuditLog::memory()).tools(many)
        }
        "slow" => unrecorded().tools(tools![served::slow]),
        "usual-slow" => {
            recorder::install();
            server.audit(AuditLog::memory()).tools(tools![served::usual_slow])
        }
        "none-40" => unrecorded().tools(many(0..40)),
        "none-1000" => unrecorded().tools(many(0..1_000)),
        _ => return Err(format!("there is no server `{name}`").into()),
    })
}

/// Keys and the audit log in one `SQLite` file.
fn on_file() -> Server {
    Server::new("bench", "1.0.0").store(Store::file("records.db")).audit(AuditLog::store())
}

fn api_key() -> std::io::Result<(std::path::PathBuf, String)> {
    let folder = std::env::temp_dir().join(format!("mcp-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let file = folder.join("keys.toml");
    let keys = ApiKeys::create_file(&file, &[("bench", "bench", &["read:invoices"])])?;
    let key = keys.into_iter().map(|(_, key)| key).next().unwrap_or_default();
    Ok((file, key))
}

fn runtime(threads: usize) -> std::io::Result<tokio::runtime::Runtime> {
    let mut builder = if threads == 1 {
        tokio::runtime::Builder::new_current_thread()
    } else {
        tokio::runtime::Builder::new_multi_thread()
    };
    builder.worker_threads(threads).enable_all().build()
}

/// Completes once stdin ends: a sign that every platform has, and that costs nothing to wait for.
fn told_to_stop() -> impl Future<Output = ()> {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        let _ = sender.send(());
    });
    async {
        let _ = receiver.await;
    }
}

pub fn http(name: &str, address: SocketAddr, threads: usize) -> Outcome {
    let runtime = runtime(threads)?;
    let server = server(name)?;
    runtime.block_on(server.serve_http(address, told_to_stop()))?;
    Ok(())
}

pub fn stdio(name: &str) -> Outcome {
    let runtime = runtime(1)?;
    runtime.block_on(server(name)?.serve_stdio(std::future::pending()))?;
    runtime.shutdown_background();
    Ok(())
}
