//! What every peer's program does alike.
//!
//! ```text
//! PROGRAM serve SERVER ADDRESS THREADS     over HTTP, until stdin ends
//! PROGRAM stdio SERVER                     over stdin and stdout
//! ```

use std::error::Error;
use std::io::Read;
use std::net::SocketAddr;

use axum::Router;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;

use crate::invoice;

pub type Outcome = Result<(), Box<dyn Error>>;

/// What the tool takes.
#[derive(serde::Deserialize, schemars::JsonSchema)]
pub struct Arguments {
    pub number: String,
    pub customer_id: u64,
    pub with_lines: bool,
}

impl Arguments {
    pub fn invoice(self) -> invoice::Invoice {
        invoice::invoice(self.number, self.customer_id, self.with_lines)
    }
}

fn runtime(threads: usize) -> std::io::Result<tokio::runtime::Runtime> {
    let mut builder = if threads == 1 {
        tokio::runtime::Builder::new_current_thread()
    } else {
        tokio::runtime::Builder::new_multi_thread()
    };
    builder.worker_threads(threads).enable_all().build()
}

async fn http(router: Router, address: SocketAddr) -> Outcome {
    let listener = TcpListener::bind(address).await?.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let (sender, receiver) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        let _ = sender.send(());
    });
    tokio::select! {
        served = axum::serve(listener, router) => served?,
        _ = receiver => {}
    }
    Ok(())
}

/// Does what the command line says, with servers by their names.
pub fn run(
    router: impl FnOnce(&str) -> Result<Router, Box<dyn Error>>,
    stdio: impl AsyncFnOnce(&str) -> Outcome,
) -> Outcome {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let runtime = match arguments[..] {
        ["serve", name, address, threads] => {
            let runtime = runtime(threads.parse()?)?;
            let address = address.parse()?;
            runtime.block_on(async { http(router(name)?, address).await })?;
            runtime
        }
        ["stdio", name] => {
            let runtime = runtime(1)?;
            runtime.block_on(stdio(name))?;
            runtime
        }
        _ => return Err("see the head of tests/bench/peers/shared.rs".into()),
    };
    runtime.shutdown_background();
    Ok(())
}
