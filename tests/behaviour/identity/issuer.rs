//! An authorization server's key: real signatures, and the set that publishes it.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

pub(crate) struct Issuer {
    key: Ed25519KeyPair,
    name: &'static str,
}

impl Issuer {
    pub(crate) fn new(name: &'static str) -> Self {
        Self { key: Ed25519KeyPair::generate().unwrap(), name }
    }

    /// The key set (RFC 7517).
    pub(crate) fn key_set(&self) -> Value {
        json!({ "keys": [{
            "kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": self.name,
            "x": encode(self.key.public_key()),
        }] })
    }

    /// The header of its tokens.
    pub(crate) fn header(&self) -> Value {
        json!({ "alg": "EdDSA", "typ": "at+jwt", "kid": self.name })
    }

    /// A signed token of any header and claims.
    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        let message = message(header, claims);
        let signature = encode(self.key.sign(message.as_bytes()));
        format!("{message}.{signature}")
    }

    /// An access token (RFC 9068).
    pub(crate) fn token(&self, claims: &Value) -> String {
        self.sign(&self.header(), claims)
    }
}

/// The part of a token that is signed.
pub(crate) fn message(header: &Value, claims: &Value) -> String {
    format!("{}.{}", encode(header.to_string()), encode(claims.to_string()))
}

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
