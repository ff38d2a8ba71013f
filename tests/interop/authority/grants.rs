//! Who may have which token (RFC 6749, 7591, 7636, 8707, 9068).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand;
use serde_json::{Value, json};

use crate::issuer::{Issuer, encode};

/// The one person who authorizes.
const PERSON: &str = "anna";
/// How long an access token is good.
const LIFETIME: Duration = Duration::from_mins(5);
/// Clients, codes and refresh tokens, each. A run of tests needs some dozens.
const MOST: usize = 1000;

/// The parameters of a request, none of them twice.
pub(crate) type Fields = HashMap<String, String>;

/// An `error` of RFC 6749, and what it is about.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refused(pub(crate) &'static str, pub(crate) &'static str);

pub(crate) struct Authority {
    url: String,
    signer: Issuer,
    book: Mutex<Book>,
}

#[derive(Default)]
struct Book {
    clients: HashMap<String, Client>,
    codes: HashMap<String, Code>,
    renewals: HashMap<String, Grant>,
}

struct Client {
    redirects: Vec<String>,
    /// Whether the person has approved something for it.
    trusted: bool,
}

struct Code {
    grant: Grant,
    redirect: String,
    challenge: String,
}

struct Grant {
    client: String,
    resource: String,
    scope: String,
}

impl Authority {
    pub(crate) fn new(url: String) -> Self {
        Self { url, signer: Issuer::new("interop"), book: Mutex::default() }
    }

    pub(crate) fn key_set(&self) -> Value {
        self.signer.key_set()
    }

    /// RFC 8414.
    pub(crate) fn metadata(&self) -> Value {
        let url = &self.url;
        json!({
            "issuer": url,
            "authorization_endpoint": format!("{url}/authorize"),
            "token_endpoint": format!("{url}/token"),
            "registration_endpoint": format!("{url}/register"),
            "jwks_uri": format!("{url}/jwks.json"),
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_methods_supported": ["none"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": true,
        })
    }

    /// Registers a client by what it says about itself. All of them are public: none has a secret.
    pub(crate) fn register(&self, stated: &Value) -> Result<Value, Refused> {
        let redirects = stated["redirect_uris"].as_array().into_iter().flatten();
        let redirects: Vec<String> =
            redirects.filter_map(Value::as_str).map(str::to_owned).collect();
        if redirects.is_empty() {
            return Err(Refused("invalid_redirect_uri", "there is no redirect_uri"));
        }
        let id = random();
        let mut answer = json!({
            "client_id": id,
            "redirect_uris": redirects,
            "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
        });
        if let Some(name) = stated["client_name"].as_str() {
            answer["client_name"] = name.into();
        }
        let client = Client { redirects, trusted: false };
        self.with(|book| put(&mut book.clients, id, client))?;
        Ok(answer)
    }

    /// Where the person is sent back to, with a code.
    ///
    /// The person is careful: a client that asks for the first time isn't given `write:` scopes.
    /// What it asks for again, it gets.
    pub(crate) fn authorize(&self, asked: &Fields) -> Result<String, Refused> {
        if field(asked, "response_type")? != "code" {
            return Err(Refused("unsupported_response_type", "only `code` is"));
        }
        let challenge = field(asked, "code_challenge")?.to_owned();
        if asked.get("code_challenge_method").is_none_or(|method| method != "S256") {
            return Err(Refused("invalid_request", "code_challenge_method has to be S256"));
        }
        let (id, redirect) = (field(asked, "client_id")?, field(asked, "redirect_uri")?);
        let resource = field(asked, "resource")?.to_owned();
        let scope = asked.get("scope").map(String::as_str).unwrap_or_default();
        let code = random();
        self.with(|book| {
            let client = book.clients.get_mut(id);
            let client = client.ok_or(Refused("invalid_client", "it isn't registered"))?;
            if !client.redirects.iter().any(|registered| registered == redirect) {
                return Err(Refused("invalid_request", "this redirect_uri isn't registered"));
            }
            let trusted = std::mem::replace(&mut client.trusted, true);
            let approved: Vec<&str> = scope
                .split_ascii_whitespace()
                .filter(|scope| trusted || !scope.starts_with("write:"))
                .collect();
            let grant = Grant { client: id.to_owned(), resource, scope: approved.join(" ") };
            let code_for = Code { grant, redirect: redirect.to_owned(), challenge };
            put(&mut book.codes, code.clone(), code_for)
        })?;
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("code", &code).append_pair("iss", &self.url);
        if let Some(state) = asked.get("state") {
            query.append_pair("state", state);
        }
        Ok(format!("{redirect}?{}", query.finish()))
    }

    /// A token for a code, or for a refresh token. Either is good once.
    pub(crate) fn token(&self, asked: &Fields) -> Result<Value, Refused> {
        let grant = match field(asked, "grant_type")? {
            "authorization_code" => self.redeem(asked)?,
            "refresh_token" => {
                let token = field(asked, "refresh_token")?;
                let grant = self.with(|book| book.renewals.remove(token));
                grant.ok_or(Refused("invalid_grant", "this refresh token is unknown or used"))?
            }
            _ => return Err(Refused("unsupported_grant_type", "no such grant")),
        };
        if field(asked, "client_id")? != grant.client {
            return Err(Refused("invalid_grant", "it was given to another client"));
        }
        if field(asked, "resource")? != grant.resource {
            return Err(Refused("invalid_target", "it was given for another resource"));
        }
        self.issue(grant)
    }

    fn redeem(&self, asked: &Fields) -> Result<Grant, Refused> {
        let code = field(asked, "code")?;
        let found = self.with(|book| book.codes.remove(code));
        let code = found.ok_or(Refused("invalid_grant", "this code is unknown or used"))?;
        if field(asked, "redirect_uri")? != code.redirect {
            return Err(Refused("invalid_grant", "the code was sent to another redirect_uri"));
        }
        let verifier = field(asked, "code_verifier")?;
        if encode(digest(&SHA256, verifier.as_bytes())) != code.challenge {
            return Err(Refused("invalid_grant", "code_verifier isn't of this code"));
        }
        Ok(code.grant)
    }

    /// An access token (RFC 9068) and the refresh token that follows it.
    fn issue(&self, grant: Grant) -> Result<Value, Refused> {
        let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_secs();
        let token = self.signer.token(&json!({
            "iss": self.url,
            "aud": grant.resource,
            "sub": PERSON,
            "client_id": grant.client,
            "scope": grant.scope,
            "iat": now,
            "exp": now + LIFETIME.as_secs(),
            "jti": random(),
        }));
        let renewal = random();
        let answer = json!({
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": LIFETIME.as_secs(),
            "scope": grant.scope,
            "refresh_token": renewal,
        });
        self.with(|book| put(&mut book.renewals, renewal, grant))?;
        Ok(answer)
    }

    fn with<T>(&self, work: impl FnOnce(&mut Book) -> T) -> T {
        work(&mut self.book.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn put<T>(map: &mut HashMap<String, T>, name: String, value: T) -> Result<(), Refused> {
    if map.len() >= MOST {
        return Err(Refused("temporarily_unavailable", "there are too many already"));
    }
    map.insert(name, value);
    Ok(())
}

fn field<'a>(fields: &'a Fields, name: &'static str) -> Result<&'a str, Refused> {
    fields.get(name).map(String::as_str).ok_or(Refused("invalid_request", name))
}

fn random() -> String {
    let mut bytes = [0; 24];
    rand::fill(&mut bytes).expect("the system has random bytes");
    encode(bytes)
}

#[cfg(test)]
mod tests;
