//! An authorization server for tests: real registration, authorization codes with PKCE, refresh
//! tokens and signed access tokens, and a person who approves at once.
//!
//! Usage: `authorization-server serve --http ADDRESS`, like the servers that it stands beside. It
//! listens on loopback alone, keeps everything in memory, and ends by itself.
//!
//! - [`grants`] has the rules: who may have which token.
//! - [`endpoints`] puts them on HTTP.

mod endpoints;
mod grants;
#[path = "../../behaviour/identity/issuer.rs"]
mod issuer;

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use tokio::net::TcpListener;

use grants::Authority;

/// Longer than any test, so that one whose starter was killed doesn't stay for ever.
const LIFETIME: Duration = Duration::from_mins(15);

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ["serve", "--http", address] = arguments[..] else {
        eprintln!("usage: authorization-server serve --http ADDRESS");
        return ExitCode::FAILURE;
    };
    match serve(address).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(address: &str) -> Result<(), String> {
    let address: SocketAddr = address.parse().map_err(|error| format!("{address}: {error}"))?;
    if !address.ip().is_loopback() {
        return Err(format!("{address} isn't loopback, and everyone is approved here"));
    }
    let cannot = |error: std::io::Error| format!("can't serve on {address}: {error}");
    let listener = TcpListener::bind(address).await.map_err(cannot)?;
    let url = format!("http://{}", listener.local_addr().map_err(cannot)?);
    println!("listening on {url}");
    let routes = endpoints::routes(Authority::new(url));
    match tokio::time::timeout(LIFETIME, axum::serve(listener, routes)).await {
        Ok(served) => served.map_err(cannot),
        Err(_) => Ok(()),
    }
}
