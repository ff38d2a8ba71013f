//! An issuer on this machine: as much of HTTP as the tests need, and nothing of anyone's client.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What is answered.
#[derive(Clone)]
pub(super) enum Answer {
    Status(u16, Vec<u8>),
    Redirect(String),
    /// Nothing, ever.
    Hang,
    /// A body without end.
    Endless,
}

impl Answer {
    pub(super) fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self::Status(200, body.into())
    }
}

/// Serves until it is dropped.
pub(super) struct Server {
    address: SocketAddr,
    answer: Arc<Mutex<Answer>>,
    /// The whole text of each.
    requests: Arc<Mutex<Vec<String>>>,
    accepting: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Server {
    pub(super) async fn start(answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let answer = Arc::new(Mutex::new(answer));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (answers, log) = (Arc::clone(&answer), Arc::clone(&requests));
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&answers), Arc::clone(&log)));
            }
        });
        Self { address, answer, requests, accepting }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(super) fn now_answer(&self, answer: Answer) {
        *self.answer.lock().unwrap() = answer;
    }

    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// One request, then the end of the connection. Stops where the client does.
async fn serve(
    mut stream: TcpStream,
    answer: Arc<Mutex<Answer>>,
    log: Arc<Mutex<Vec<String>>>,
) -> Option<()> {
    let request = read(&mut stream).await?;
    let is_landing = request.contains(" /landing");
    log.lock().unwrap().push(request);
    let answer = answer.lock().unwrap().clone();
    let (status, headers, body) = match answer {
        Answer::Status(status, body) => (status, String::new(), body),
        Answer::Redirect(to) if !is_landing => (302, format!("Location: {to}\r\n"), Vec::new()),
        Answer::Redirect(_) => (200, String::new(), super::jwks(&[&super::SIGNERS.ed])),
        Answer::Hang => return std::future::pending().await,
        Answer::Endless => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n").await.ok()?;
            loop {
                stream.write_all(&[b' '; 1 << 14]).await.ok()?;
            }
        }
    };
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} Said\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.ok()?;
    stream.write_all(&body).await.ok()
}

async fn read(stream: &mut TcpStream) -> Option<String> {
    let mut text = Vec::new();
    loop {
        let mut part = [0; 4096];
        let read = stream.read(&mut part).await.ok().filter(|read| *read > 0)?;
        text.extend_from_slice(&part[..read]);
        let all = String::from_utf8_lossy(&text).into_owned();
        let Some((head, body)) = all.split_once("\r\n\r\n") else { continue };
        let length = head
            .lines()
            .find_map(|line| {
                line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok()
            })
            .unwrap_or(0);
        if body.len() >= length {
            return Some(all);
        }
    }
}
