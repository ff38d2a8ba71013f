//! Requests to the issuer: bounded in time and size, and to nobody else.

use std::net::IpAddr;
use std::path::PathBuf;
use std::pin::Pin;

use reqwest::redirect::{Attempt, Policy};
use reqwest::{Client, RequestBuilder, StatusCode, Url};

use super::key_set::MAX_DOCUMENT;
use super::key_source::Fetch;
use crate::error::chain;

/// Redirects of one request, all within one origin.
const MAX_REDIRECTS: usize = 3;

/// Whether a text is a URL that tokens and keys may travel by: `https`, or `http` where nobody else
/// is on the line.
///
/// # Errors
///
/// What it has to be, for a sentence that names the setting.
pub(super) fn endpoint(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|_| "is not a URL".to_owned())?;
    let is_local = match url.host_str() {
        None => return Err("has no host".into()),
        Some("localhost") => true,
        Some(host) => host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .parse()
            .is_ok_and(|address: IpAddr| address.is_loopback()),
    };
    if url.scheme() != "https" && !(url.scheme() == "http" && is_local) {
        return Err("must be an `https` URL, or an `http` one of this machine".into());
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err("must have neither a user nor a fragment".into());
    }
    Ok(url)
}

/// A client for one endpoint.
///
/// # Errors
///
/// The system has no certificates to trust, or the like.
pub(super) fn client(url: &Url, redirects: bool) -> Result<Client, String> {
    let policy = if redirects { Policy::custom(within_origin) } else { Policy::none() };
    let mut builder = Client::builder().redirect(policy).user_agent(concat!(
        env!("CARGO_PKG_NAME"),
        "/",
        env!("CARGO_PKG_VERSION")
    ));
    if url.scheme() == "http" {
        // A proxy is another machine.
        builder = builder.no_proxy();
    }
    builder.build().map_err(|error| format!("no HTTPS client can be made: {}", chain(&error)))
}

fn within_origin(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let same =
        attempt.previous().last().is_some_and(|from| from.origin() == attempt.url().origin());
    if !same {
        return attempt.error("it redirects to another place");
    }
    if attempt.previous().len() > MAX_REDIRECTS {
        return attempt.error("it redirects too often");
    }
    attempt.follow()
}

/// The body of an answer that is `200 OK`. Limits its size alone: the caller limits the time.
///
/// # Errors
///
/// Why there is none.
pub(super) async fn body(request: RequestBuilder, most: usize) -> Result<Vec<u8>, String> {
    // The address is in the settings; without it, no part of a query gets into a log.
    let failed = |error: reqwest::Error| chain(&error.without_url());
    let mut response = request.send().await.map_err(failed)?;
    if response.status() != StatusCode::OK {
        return Err(format!("the answer is {}", response.status()));
    }
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await.map_err(failed)? {
        if body.len() + part.len() > most {
            return Err(format!("the answer is larger than {most} bytes"));
        }
        body.extend_from_slice(&part);
    }
    Ok(body)
}

/// Keys at a URL.
pub(super) struct AtUrl {
    client: Client,
    url: Url,
}

impl AtUrl {
    /// # Errors
    ///
    /// See [`client`].
    pub(super) fn new(url: Url) -> Result<Self, String> {
        Ok(Self { client: client(&url, true)?, url })
    }
}

impl Fetch for AtUrl {
    fn fetch(&self) -> Pin<Box<dyn Future<Output = Result<Vec<u8>, String>> + Send + '_>> {
        Box::pin(body(self.client.get(self.url.clone()), MAX_DOCUMENT))
    }
}

/// Keys in a file.
pub(super) struct InFile(pub(super) PathBuf);

impl InFile {
    /// # Errors
    ///
    /// Why the file can't be read.
    pub(super) fn read(&self) -> Result<Vec<u8>, String> {
        read_file(&self.0, MAX_DOCUMENT)
    }
}

impl Fetch for InFile {
    fn fetch(&self) -> Pin<Box<dyn Future<Output = Result<Vec<u8>, String>> + Send + '_>> {
        let file = Self(self.0.clone());
        Box::pin(async move {
            let read = tokio::task::spawn_blocking(move || file.read()).await;
            read.unwrap_or_else(|_| Err("reading the file was cut off".into()))
        })
    }
}

/// # Errors
///
/// Why the file can't be read, or that it is too large.
pub(super) fn read_file(path: &std::path::Path, most: usize) -> Result<Vec<u8>, String> {
    use std::io::Read;
    let cannot = |error: std::io::Error| format!("it can't be read: {error}");
    let file = std::fs::File::open(path).map_err(cannot)?;
    let mut bytes = Vec::new();
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    file.take(limit).read_to_end(&mut bytes).map_err(cannot)?;
    if bytes.len() > most {
        return Err(format!("it is larger than {most} bytes"));
    }
    Ok(bytes)
}
