//! What a key looks like.

use std::io;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// What every key starts with, so that people and scanners for leaked secrets know it.
const PREFIX: &str = "mcp_";
/// Random bytes of a key.
const RANDOM: usize = 32;
/// As many characters of base64url, without padding.
const SECRET: usize = 43;
/// The longest id.
const MAX_ID: usize = 64;

/// The SHA-256 of a whole key, its prefix and id too.
pub(super) type Hash = [u8; 32];

pub(super) fn hash(key: &str) -> Hash {
    Sha256::digest(key).into()
}

/// A new key.
///
/// # Errors
///
/// The operating system has no random numbers.
pub(super) fn generate(id: &str) -> io::Result<String> {
    let mut random = [0; RANDOM];
    getrandom::fill(&mut random).map_err(io::Error::other)?;
    Ok(format!("{PREFIX}{id}_{}", URL_SAFE_NO_PAD.encode(random)))
}

/// Whether a credential is a key, be it a good one or not.
pub(crate) fn has_form(credential: &str) -> bool {
    id_of(credential).is_some()
}

/// The id of a credential that has the form of a key. The secret may have underscores too: it is
/// told by its length.
pub(super) fn id_of(credential: &str) -> Option<&str> {
    let rest = credential.strip_prefix(PREFIX)?;
    let (id, secret) = rest.split_at_checked(rest.len().checked_sub(SECRET + 1)?)?;
    let secret = secret.strip_prefix('_')?;
    (check_id(id).is_ok() && secret.bytes().all(is_base64url)).then_some(id)
}

/// What an id is, for an error that says so.
pub(super) const ID_FORM: &str = "must be 1 to 64 of letters, digits, `-` and `_`";

/// # Errors
///
/// A text that can't be a key's id.
pub(super) fn check_id(id: &str) -> Result<(), &'static str> {
    let fits = (1..=MAX_ID).contains(&id.len()) && id.bytes().all(is_base64url);
    if fits { Ok(()) } else { Err(ID_FORM) }
}

fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// A hash as the file has it.
pub(super) fn hash_text(hash: &Hash) -> String {
    use std::fmt::Write;
    hash.iter().fold(String::from("sha256:"), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

pub(super) fn read_hash(text: &str) -> Option<Hash> {
    let digits = text.strip_prefix("sha256:")?.as_bytes();
    let mut hash = Hash::default();
    if digits.len() != 2 * hash.len() {
        return None;
    }
    for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |at: usize| char::from(pair[at]).to_digit(16);
        *byte = u8::try_from(digit(0)? * 16 + digit(1)?).ok()?;
    }
    Some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_their_form_whatever_their_id() {
        for id in ["anna", "a", "a-b_c", "_", &"x".repeat(64)] {
            let key = generate(id).unwrap();
            assert_eq!(id_of(&key), Some(id), "{key}");
            assert_eq!(key.len(), 4 + id.len() + 1 + 43);
        }
        assert_ne!(generate("a").unwrap(), generate("a").unwrap());
    }

    #[test]
    fn nothing_else_is_a_key() {
        let secret = "A".repeat(43);
        for text in [
            String::new(),
            "mcp_".into(),
            "mcp_anna_hunter2".into(),
            format!("mcp_anna_{secret}A").replacen("anna", "", 1),
            format!("mcp__{secret}"),
            format!("mcp_{secret}"),
            format!("MCP_anna_{secret}"),
            format!("mcp_an.na_{secret}"),
            format!("mcp_{}_{secret}", "x".repeat(65)),
            format!("mcp_anna_{}!", &secret[1..]),
            format!("mcp_anna_{}ä", &secret[2..]),
            format!("mcp_änna_{secret}"),
            format!("anna_{secret}"),
        ] {
            assert_eq!(id_of(&text), None, "{text}");
        }
    }

    #[test]
    fn a_hash_round_trips_and_nothing_else_is_one() {
        let hash = hash("mcp_anna_secret");
        let text = hash_text(&hash);
        assert_eq!(read_hash(&text), Some(hash));
        assert_eq!(read_hash(&text.to_uppercase().replace("SHA256", "sha256")), Some(hash));
        let long = format!("{text}0");
        for bad in ["", "sha256:", &text[7..], &text[..70], &long, "sha256:zz", "md5:00"] {
            assert_eq!(read_hash(bad), None, "{bad}");
        }
        let sign = format!("sha256:{}", "+1".repeat(32));
        assert_eq!(read_hash(&sign), None);
    }
}
