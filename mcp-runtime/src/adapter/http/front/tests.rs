//! Over real sockets: only there has a request an address.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::adapter::http::serve;
use crate::auth::ApiKeys;
use crate::error::Error;
use crate::server::Server;

/// A server that listens, until it is told to stop.
struct Listening {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    running: JoinHandle<Result<(), Error>>,
}

impl Listening {
    async fn start(mut server: Server) -> Self {
        server.set_http_address(SocketAddr::from(([127, 0, 0, 1], 0)));
        let built = server.finish().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let (ready, address) = oneshot::channel();
        let stopped = async { stopped.await.unwrap_or_default() };
        let running = tokio::spawn(serve(built, stopped, |address| ready.send(address).unwrap()));
        Self { address: address.await.unwrap(), stop, running }
    }

    /// The head of the answer to a request from an address of this machine, in lowercase.
    async fn ask(&self, from: [u8; 4], request: &str, header: &str) -> String {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::from((from, 0))).unwrap();
        let mut stream = socket.connect(self.address).await.unwrap();
        let head = format!(
            "{request} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{header}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer.split("\r\n\r\n").next().unwrap().to_lowercase()
    }

    async fn stop(self) {
        self.stop.send(()).unwrap();
        self.running.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn what_is_not_posted_to_the_endpoint_finds_its_route() {
    let server = Listening::start(Server::new("t", "1")).await;
    for (request, status) in [
        ("GET /livez", "200"),
        ("HEAD /livez", "200"),
        ("GET /readyz?x=1", "200"),
        ("POST /livez", "405"),
        ("POST /mcp/", "404"),
        ("POST /mcp/x", "404"),
        ("POST /", "404"),
        ("POST /mcp", "400"),
        ("POST /mcp?x=1", "400"),
        ("PUT /mcp", "405"),
    ] {
        let answer = server.ask([127, 0, 0, 1], request, "x: y").await;
        assert_eq!(answer.split(' ').nth(1), Some(status), "{request}: {answer}");
    }
    server.stop().await;
}

/// Where every address of 127/8 is this machine's.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_request_is_counted_by_where_it_came_from_whatever_its_method() {
    const FLOOD: usize = 30;
    const WRONG: &str = "authorization: Bearer x";
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("keys.toml");
    ApiKeys::create_file(&file, &[("a", "a", &[])]).unwrap();
    let server = Listening::start(Server::new("t", "1").api_keys(&file)).await;
    for (method, last) in [("POST /mcp", 2), ("GET /mcp", 3)] {
        let waits = async |last| {
            let answer = server.ask([127, 0, 0, last], method, WRONG).await;
            assert_eq!(answer.split(' ').nth(1), Some("401"), "{answer}");
            answer.contains("retry-after")
        };
        for _ in 0..FLOOD {
            assert!(!waits(last).await, "{method}");
        }
        assert!(waits(last).await, "{method}");
        assert!(!waits(last + 2).await, "{method}");
    }
    server.stop().await;
}
