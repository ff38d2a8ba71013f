//! The introspection endpoint over HTTP.

use std::fmt::Write;
use std::pin::Pin;

use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Client, Url};

use super::fetch::{body, client};
use super::introspection::{Ask, MAX_ANSWER};
use crate::auth::Secret;

/// An endpoint, and as whom it is asked.
pub(super) struct Endpoint {
    client: Client,
    url: Url,
    /// Both in the form that RFC 6749, section 2.3.1, wants before Basic encodes them.
    id: String,
    secret: Secret,
}

impl Endpoint {
    /// # Errors
    ///
    /// See [`client`].
    pub(super) fn new(url: Url, id: &str, secret: &Secret) -> Result<Self, String> {
        // A token and a secret go where the settings say, and nowhere else.
        let client = client(&url, false)?;
        Ok(Self { client, url, id: form(id), secret: Secret::new(form(secret.reveal())) })
    }
}

impl Ask for Endpoint {
    fn ask<'a>(
        &'a self,
        token: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<Vec<u8>, String>> + Send + 'a>> {
        let request = self
            .client
            .post(self.url.clone())
            .basic_auth(&self.id, Some(self.secret.reveal()))
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(format!("token={}&token_type_hint=access_token", form(token)));
        Box::pin(body(request, MAX_ANSWER))
    }
}

/// A text as a value of `application/x-www-form-urlencoded`.
fn form(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut form, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            form.push(char::from(byte));
        } else {
            let _ = write!(form, "%{byte:02X}");
        }
        form
    })
}
