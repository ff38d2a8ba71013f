//! The tool on bare axum and on the official SDK, each as its own documentation would have it, and
//! with what costs nothing to say: JSON answers, `TCP_NODELAY`.

mod axum_typed;
mod axum_value;
#[path = "../../invoice.rs"]
mod invoice;
mod rmcp_by_hand;
mod rmcp_macros;
#[path = "../shared.rs"]
mod shared;

use std::error::Error;
use std::time::Duration;

use axum::Router;

use shared::Outcome;

/// How long a call takes while calls that run are counted.
const SLOW: Duration = Duration::from_mins(5);

fn router(name: &str) -> Result<Router, Box<dyn Error>> {
    Ok(match name {
        "axum_typed" => axum_typed::router(),
        "axum_value" => axum_value::router(),
        "rmcp_by_hand" => rmcp_by_hand::router(1, Duration::ZERO),
        "rmcp_by_hand-40" => rmcp_by_hand::router(40, Duration::ZERO),
        "rmcp_by_hand-1000" => rmcp_by_hand::router(1_000, Duration::ZERO),
        "rmcp_slow" => rmcp_by_hand::router(1, SLOW),
        "rmcp_macros" => rmcp_macros::router(),
        _ => return Err(format!("there is no server `{name}`").into()),
    })
}

async fn stdio(name: &str) -> Outcome {
    match name {
        "rmcp_by_hand" => rmcp_by_hand::stdio().await,
        "rmcp_macros" => rmcp_macros::stdio().await,
        _ => Err(format!("there is no server `{name}` over stdio").into()),
    }
}

fn main() -> Outcome {
    shared::run(router, stdio)
}
