//! A JSON Web Key Set (RFC 7517), as far as it can verify.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::algorithm::{Algorithm, Material};
use super::json::object;

/// Keys of one set: issuers have a few, and old ones beside them.
const MAX_KEYS: usize = 100;
/// Bytes of the shortest modulus that is taken: 2048 bits (RFC 7518, section 3.3).
const MIN_MODULUS: usize = 256;
/// Bytes of the largest document.
pub(super) const MAX_DOCUMENT: usize = 1 << 20;

/// Those keys of a set that can verify a signature.
#[derive(Clone, Debug, Default)]
pub(super) struct KeySet(Vec<Arc<Key>>);

#[derive(Debug)]
pub(super) struct Key {
    id: Option<String>,
    /// The only one that it may be used with, where it says so.
    algorithm: Option<Algorithm>,
    material: Material,
}

/// What a set says about a token's key.
pub(super) enum Found {
    Key(Arc<Key>),
    /// It isn't there; a newer set may have it.
    Unknown,
    /// No newer set makes this good.
    Unfit(&'static str),
}

impl KeySet {
    /// Reads a set. Keys that can't verify what is taken here are left out, for an issuer may have
    /// them for other purposes.
    ///
    /// # Errors
    ///
    /// What isn't a set of keys, one of more than 100, one without any key of use.
    pub(super) fn parse(text: &[u8]) -> Result<Self, String> {
        let document = object(text, MAX_DOCUMENT)?;
        let keys = document.get("keys").and_then(Value::as_array).ok_or("it has no list `keys`")?;
        if keys.len() > MAX_KEYS {
            return Err(format!("it has more than {MAX_KEYS} keys"));
        }
        let usable: Vec<Arc<Key>> =
            keys.iter().filter_map(Value::as_object).filter_map(Key::read).map(Arc::new).collect();
        if usable.is_empty() {
            return Err("none of its keys can verify a signature that is taken here".into());
        }
        Ok(Self(usable))
    }

    /// The key of a token that names it, or doesn't.
    pub(super) fn find(&self, id: Option<&str>, algorithm: Algorithm) -> Found {
        let Some(id) = id else {
            return match self.0.as_slice() {
                [only] if only.fits(algorithm) => Found::Key(Arc::clone(only)),
                [_] => Found::Unfit("its algorithm isn't its key's"),
                _ => Found::Unfit("it names no key, and its issuer has several"),
            };
        };
        let mut named = self.0.iter().filter(|key| key.id.as_deref() == Some(id)).peekable();
        if named.peek().is_none() {
            return Found::Unknown;
        }
        named
            .find(|key| key.fits(algorithm))
            .map_or(Found::Unfit("its algorithm isn't its key's"), |key| {
                Found::Key(Arc::clone(key))
            })
    }
}

impl Key {
    fn read(jwk: &Map<String, Value>) -> Option<Self> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        if jwk.contains_key("use") && text("use") != Some("sig") {
            return None;
        }
        if let Some(operations) = jwk.get("key_ops") {
            operations.as_array()?.iter().find(|operation| *operation == "verify")?;
        }
        let algorithm = match jwk.get("alg") {
            None => None,
            // A key for another algorithm is of no use, whatever its kind.
            Some(_) => Some(Algorithm::named(text("alg")?)?),
        };
        let id = match jwk.get("kid") {
            None => None,
            Some(id) => Some(id.as_str()?.to_owned()),
        };
        Some(Self { id, algorithm, material: material(jwk)? })
    }

    fn fits(&self, algorithm: Algorithm) -> bool {
        self.material.fits(algorithm) && self.algorithm.is_none_or(|only| only == algorithm)
    }

    /// Whether a signature is this key's.
    pub(super) fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        self.fits(algorithm) && self.material.verifies(algorithm, message, signature)
    }
}

fn material(jwk: &Map<String, Value>) -> Option<Material> {
    let text = |name: &str| jwk.get(name).and_then(Value::as_str);
    let bytes = |name: &str| URL_SAFE_NO_PAD.decode(text(name)?).ok();
    let sized = |name: &str, size: usize| bytes(name).filter(|bytes| bytes.len() == size);
    let point = |size| Some([vec![4], sized("x", size)?, sized("y", size)?].concat());
    match (text("kty")?, text("crv")) {
        ("RSA", _) => {
            let unpadded = |bytes: Vec<u8>| -> Vec<u8> {
                bytes.into_iter().skip_while(|byte| *byte == 0).collect()
            };
            let (modulus, exponent) = (unpadded(bytes("n")?), unpadded(bytes("e")?));
            (modulus.len() >= MIN_MODULUS).then_some(Material::Rsa { modulus, exponent })
        }
        ("EC", Some("P-256")) => point(32).map(Material::P256),
        ("EC", Some("P-384")) => point(48).map(Material::P384),
        ("OKP", Some("Ed25519")) => sized("x", 32).map(Material::Ed25519),
        _ => None,
    }
}
