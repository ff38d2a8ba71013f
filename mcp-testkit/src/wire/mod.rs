//! Real clients: the SDK's own, over streams and requests in memory.
//!
//! The only room of this crate that names the SDK and the HTTP framework.

mod client;
mod http;
mod person;
mod read;

use std::fmt;
use std::sync::Arc;

use mcp_runtime::Caller;
use serde_json::Value;
use tokio::sync::Mutex;
use tracing_subscriber::filter::LevelFilter;

use crate::{Mode, TestServer};
use client::Client;

/// What a log has of the SDK: what servers log of it. Below that it writes whole messages down,
/// with every secret in them.
pub(crate) const SDK_LOG: [(&str, LevelFilter); 2] =
    [("rmcp", LevelFilter::ERROR), ("rmcp::service", LevelFilter::OFF)];
/// How many clients stay connected: more than a test has callers, and fewer than the sessions that
/// a server has room for.
const MAX_CLIENTS: usize = 64;

/// The clients of a server, one for each caller; another for the same caller with a person.
#[derive(Default)]
pub(crate) struct Connections(Mutex<Vec<Connected>>);

struct Connected {
    caller: Caller,
    person: bool,
    mode: Mode,
    client: Arc<Client>,
}

impl Connections {
    /// The client of a caller, connected at its first use.
    pub(crate) async fn client(
        &self,
        server: &TestServer,
        caller: &Caller,
        person: bool,
    ) -> Arc<Client> {
        let mode = server.way_in();
        let mut all = self.0.lock().await;
        let found = all.iter().find(|known| {
            (&known.caller, known.person, known.mode) == (caller, person, mode)
                && !known.client.is_closed()
        });
        if let Some(known) = found {
            return Arc::clone(&known.client);
        }
        all.retain(|known| !known.client.is_closed());
        if all.len() >= MAX_CLIENTS {
            all.remove(0);
        }
        let faults = server.faults.as_ref();
        let client = Client::connect(server.running(), mode, caller, person, faults).await;
        let client = Arc::new(client);
        let caller = caller.clone();
        all.push(Connected { caller, person, mode, client: Arc::clone(&client) });
        client
    }

    /// The entries of `tools/list`.
    pub(crate) async fn list(
        &self,
        server: &TestServer,
        caller: &Caller,
        person: bool,
    ) -> Vec<Value> {
        self.client(server, caller, person).await.list().await
    }
}

impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connections").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use mcp_runtime::tools;

    use super::*;
    use crate::caller;

    #[tokio::test]
    async fn clients_are_kept_and_bounded() {
        let server = TestServer::new(tools![]).mode(Mode::Http);
        let connections = &server.connections;
        let anna = caller("anna");
        let first = connections.client(&server, &anna, false).await;
        let again = connections.client(&server, &anna, false).await;
        assert!(Arc::ptr_eq(&first, &again), "one caller has one client");
        let person = connections.client(&server, &anna, true).await;
        assert!(!Arc::ptr_eq(&first, &person), "a person's client is another one");
        for number in 0..MAX_CLIENTS + 10 {
            connections.client(&server, &caller(number.to_string()), false).await;
        }
        assert_eq!(connections.0.lock().await.len(), MAX_CLIENTS);
    }
}
