//! Real keys and signatures, made here; an independent implementation (`jsonwebtoken`) signs.

mod attacks;
mod config;
mod endpoints;
mod introspection;
mod keys;
mod server;
mod tokens;

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, Ed25519KeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm as Alg, EncodingKey};
use serde_json::{Value, json};

use super::algorithm::ALL;
use super::claims::Rules;
use super::jwt::Jwt;
use super::key_set::KeySet;
use super::key_source::{Fetch, KeySource};
use crate::auth::Refused;
use crate::caller::Caller;

pub(super) const ISSUER: &str = "https://id.example";
pub(super) const RESOURCE: &str = "https://invoices.example/mcp";
/// What the tests take for the present.
pub(super) const NOW: u64 = 1_800_000_000;

/// A key of the issuer's.
pub(super) struct Signer {
    pub(super) name: &'static str,
    pub(super) algorithm: Alg,
    pub(super) key: EncodingKey,
}

impl Signer {
    /// The public part, as a set publishes it.
    pub(super) fn jwk(&self) -> Value {
        let jwk = Jwk::from_encoding_key(&self.key, self.algorithm).unwrap();
        let mut jwk = serde_json::to_value(jwk).unwrap();
        let fields = jwk.as_object_mut().unwrap();
        fields.remove("alg");
        fields.insert("kid".into(), self.name.into());
        fields.insert("use".into(), "sig".into());
        jwk
    }

    pub(super) fn header(&self) -> Value {
        json!({ "alg": alg_name(self.algorithm), "typ": "at+jwt", "kid": self.name })
    }

    /// A token of any two texts, signed with this key by its algorithm.
    pub(super) fn sign(&self, header: &str, claims: &str) -> String {
        self.sign_by(self.algorithm, header, claims)
    }

    pub(super) fn sign_by(&self, algorithm: Alg, header: &str, claims: &str) -> String {
        let message = format!("{}.{}", encoded(header), encoded(claims));
        let signature =
            jsonwebtoken::crypto::sign(message.as_bytes(), &self.key, algorithm).unwrap();
        format!("{message}.{signature}")
    }

    /// A token that is good in every respect but its claims.
    pub(super) fn token(&self, claims: &Value) -> String {
        self.sign(&self.header().to_string(), &claims.to_string())
    }
}

pub(super) fn encoded(text: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

pub(super) fn alg_name(algorithm: Alg) -> String {
    serde_json::to_value(algorithm).unwrap().as_str().unwrap().to_owned()
}

/// One key of each kind; the RSA key signs by all six of its algorithms.
pub(super) struct Signers {
    pub(super) rsa: Signer,
    pub(super) p256: Signer,
    pub(super) p384: Signer,
    pub(super) ed: Signer,
}

pub(super) static SIGNERS: LazyLock<Signers> = LazyLock::new(|| Signers {
    rsa: Signer { name: "rsa", algorithm: Alg::RS256, key: rsa() },
    p256: elliptic("p256", Alg::ES256, &ECDSA_P256_SHA256_FIXED_SIGNING),
    p384: elliptic("p384", Alg::ES384, &ECDSA_P384_SHA384_FIXED_SIGNING),
    ed: edwards("ed"),
});

impl Signers {
    pub(super) fn all(&self) -> [&Signer; 4] {
        [&self.rsa, &self.p256, &self.p384, &self.ed]
    }
}

fn rsa() -> EncodingKey {
    /// What PKCS #8 puts before the key of PKCS #1, for 2048 bits.
    const PREFIX: usize = 26;
    let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let der: Pkcs8V1Der<'_> = pair.as_der().unwrap();
    EncodingKey::from_rsa_der(&der.as_ref()[PREFIX..])
}

fn elliptic(name: &'static str, algorithm: Alg, of: &'static EcdsaSigningAlgorithm) -> Signer {
    let document = EcdsaKeyPair::generate_pkcs8(of, &SystemRandom::new()).unwrap();
    Signer { name, algorithm, key: EncodingKey::from_ec_der(document.as_ref()) }
}

pub(super) fn edwards(name: &'static str) -> Signer {
    let document = Ed25519KeyPair::generate_pkcs8v1(&SystemRandom::new()).unwrap();
    Signer { name, algorithm: Alg::EdDSA, key: EncodingKey::from_ed_der(document.as_ref()) }
}

/// The document of a set.
pub(super) fn jwks(signers: &[&Signer]) -> Vec<u8> {
    let keys: Vec<Value> = signers.iter().map(|signer| signer.jwk()).collect();
    json!({ "keys": keys }).to_string().into_bytes()
}

pub(super) fn rules() -> Rules {
    Rules {
        issuer: ISSUER.into(),
        audiences: vec![RESOURCE.into(), "invoices".into()],
        leeway: 60,
        principal_claim: "sub".into(),
    }
}

/// Claims that are good.
pub(super) fn claims() -> Value {
    json!({
        "iss": ISSUER,
        "aud": RESOURCE,
        "sub": "anna",
        "iat": NOW - 10,
        "exp": NOW + 300,
        "scope": "read:invoices",
    })
}

/// Good claims with some of them changed; null takes one out.
pub(super) fn claims_with(changes: &Value) -> Value {
    let mut claims = claims();
    let fields = claims.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            fields.remove(name);
        } else {
            fields.insert(name.clone(), value.clone());
        }
    }
    claims
}

/// A source of keys that answers as it is told, and counts.
#[derive(Clone, Default)]
pub(super) struct Script {
    /// What comes next; the last goes on. `None` is a failure.
    answers: Arc<Mutex<VecDeque<Option<Vec<u8>>>>>,
    takes: Arc<Mutex<Duration>>,
    asked: Arc<AtomicUsize>,
}

impl Script {
    pub(super) fn of(answers: impl IntoIterator<Item = Option<Vec<u8>>>) -> Self {
        Self { answers: Arc::new(Mutex::new(answers.into_iter().collect())), ..Self::default() }
    }

    pub(super) fn taking(self, time: Duration) -> Self {
        *self.takes.lock().unwrap() = time;
        self
    }

    pub(super) fn now_answer(&self, answer: Option<Vec<u8>>) {
        *self.answers.lock().unwrap() = VecDeque::from([answer]);
    }

    pub(super) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    pub(super) async fn next(&self) -> Result<Vec<u8>, String> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let takes = *self.takes.lock().unwrap();
        tokio::time::sleep(takes).await;
        let mut answers = self.answers.lock().unwrap();
        let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
        answer.flatten().ok_or_else(|| "down".to_owned())
    }
}

impl Fetch for Script {
    fn fetch(&self) -> Pin<Box<dyn Future<Output = Result<Vec<u8>, String>> + Send + '_>> {
        Box::pin(self.next())
    }
}

/// What checks tokens by a set that never changes.
pub(super) fn jwt(signers: &[&Signer]) -> Jwt {
    let document = jwks(signers);
    let set = KeySet::parse(&document).unwrap();
    let keys = KeySource::new(Script::of([Some(document)]), Duration::from_mins(10), Some(set));
    Jwt { keys, algorithms: ALL.map(|(_, algorithm)| algorithm).to_vec() }
}

pub(super) async fn check(jwt: &Jwt, token: &str) -> Result<Caller, Refused> {
    jwt.authenticate(token, &rules(), || NOW).await
}

/// What is logged of a token that isn't valid.
pub(super) fn detail(refused: Result<Caller, Refused>) -> String {
    match refused {
        Err(Refused::Invalid { detail, .. }) => detail,
        other => panic!("{other:?}"),
    }
}

pub(super) fn is_unavailable(answer: &Result<Caller, Refused>) -> bool {
    matches!(answer, Err(Refused::Unavailable { .. }))
}
