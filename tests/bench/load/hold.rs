//! Connections that are held open, for what they cost the server.

use std::net::SocketAddr;

use super::connection::{Connection, check};
use crate::Outcome;
use crate::message::Message;

/// Opens so many connections and holds them until stdin ends: with a call each that has been
/// answered, or with one that has not.
pub fn hold(address: SocketAddr, what: &str, connections: usize) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut held = Vec::new();
        for number in 0..connections {
            let mut connection = Connection::open(address).await?;
            let sent = if what == "running" { "call" } else { "same" };
            let mut message = Message::over_http(sent, address, None)?;
            message.number(u64::try_from(number)?);
            if what == "running" {
                connection.send(&message.bytes).await?;
            } else {
                check(connection.exchange(&message.bytes).await?)?;
            }
            held.push(connection);
        }
        println!("held");
        std::io::Read::read_to_end(&mut std::io::stdin(), &mut Vec::new())?;
        drop(held);
        Ok(())
    })
}
