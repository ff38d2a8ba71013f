//! The state of a question: what an answer has to come back with.
//!
//! A state says which call was asked about and until when the answer counts, in 105 bytes under
//! a MAC (HMAC-SHA256), as base64url. The client keeps it; the server keeps nothing for a question
//! that nobody answers.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | the version of this form |
//! | 8 | the end of its life, in seconds since 1970, big endian |
//! | 16 | a random name |
//! | 3 × 16 | the caller, the tool and its version, the arguments: each under the key, with the name |
//! | 32 | the MAC of all that |
//!
//! What it is bound to is under the key too, since a plain digest of few possible arguments, such
//! as a PIN, could be turned back by trying all of them.

use std::fmt;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::call::ToolCall;
use crate::canonical::canonical;
use crate::store::spent::Nonce;

/// How long an answer counts.
pub(super) const LIFE: Duration = Duration::from_mins(5);
/// How far the clocks of machines that share a key may be apart.
const SKEW: Duration = Duration::from_mins(1);
const VERSION: u8 = 1;
const MAC: usize = 32;
const BINDING: usize = 16;
const BOUND: usize = 25 + 3 * BINDING;

/// What signs states. Its key is never shown.
#[derive(Clone)]
pub(super) struct Seal(Hmac<Sha256>);

/// A state that is right for its call: what is left is to see that it was not used before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Genuine {
    pub(super) nonce: Nonce,
    pub(super) expiry: u64,
}

/// Why a state isn't right for a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// Not of this form, or not signed with this key.
    Forged,
    Expired,
    Caller,
    Tool,
    Arguments,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Forged => "it is not this server's",
            Self::Expired => "it has expired",
            Self::Caller => "it is another caller's",
            Self::Tool => "it is for another tool, or another version of it",
            Self::Arguments => "it is for other arguments",
        })
    }
}

impl Seal {
    /// Keys of any length will do; [`MIN_KEY`](super::MIN_KEY) is asked for elsewhere.
    pub(super) fn new(key: &[u8]) -> Option<Self> {
        Hmac::new_from_slice(key).ok().map(Self)
    }

    /// The state of a question about a call, asked at `now`, in seconds since 1970.
    pub(super) fn issue(&self, call: &ToolCall, nonce: Nonce, now: u64) -> String {
        let expiry = now.saturating_add(LIFE.as_secs());
        let mut state = Vec::with_capacity(BOUND + MAC);
        state.push(VERSION);
        state.extend_from_slice(&expiry.to_be_bytes());
        state.extend_from_slice(&nonce);
        for binding in self.bindings(call, nonce) {
            state.extend_from_slice(&binding);
        }
        let mac = self.mac(&[b"state", &state]);
        state.extend_from_slice(&mac.finalize().into_bytes());
        BASE64_URL_SAFE_NO_PAD.encode(state)
    }

    /// Whether a state is of a question about this very call.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub(super) fn verify(&self, state: &str, call: &ToolCall, now: u64) -> Result<Genuine, Wrong> {
        // The length first: what is longer isn't worth decoding.
        let longest = (BOUND + MAC).div_ceil(3) * 4;
        let decoded = (state.len() <= longest).then(|| BASE64_URL_SAFE_NO_PAD.decode(state));
        let decoded = decoded.and_then(Result::ok).ok_or(Wrong::Forged)?;
        let (bound, mac) = decoded.split_at_checked(BOUND).ok_or(Wrong::Forged)?;
        // Takes the same time whatever is wrong.
        self.mac(&[b"state", bound]).verify_slice(mac).map_err(|_| Wrong::Forged)?;
        let (version, rest) = bound.split_first_chunk::<1>().ok_or(Wrong::Forged)?;
        let (expiry, rest) = rest.split_first_chunk::<8>().ok_or(Wrong::Forged)?;
        let (nonce, rest) = rest.split_first_chunk::<16>().ok_or(Wrong::Forged)?;
        if *version != [VERSION] {
            return Err(Wrong::Forged);
        }
        let expected = self.bindings(call, *nonce);
        let named = [Wrong::Caller, Wrong::Tool, Wrong::Arguments];
        for ((found, expected), wrong) in rest.chunks_exact(BINDING).zip(expected).zip(named) {
            if found != expected {
                return Err(wrong);
            }
        }
        let expiry = u64::from_be_bytes(*expiry);
        // One from the future is of a clock that has been set back since.
        let latest = now.saturating_add(LIFE.as_secs() + SKEW.as_secs());
        if expiry <= now || expiry > latest {
            return Err(Wrong::Expired);
        }
        Ok(Genuine { nonce: *nonce, expiry })
    }

    /// What a state is bound to.
    fn bindings(&self, call: &ToolCall, nonce: Nonce) -> [[u8; BINDING]; 3] {
        let tool = call.tool();
        let caller = call.context().caller().principal();
        let arguments = canonical(call.arguments());
        [
            self.binding(&[b"caller", &nonce, caller.as_bytes()]),
            self.binding(&[b"tool", &nonce, tool.name().as_bytes(), tool.version().as_bytes()]),
            self.binding(&[b"arguments", &nonce, arguments.as_bytes()]),
        ]
    }

    fn binding(&self, parts: &[&[u8]]) -> [u8; BINDING] {
        let mac = self.mac(parts).finalize().into_bytes();
        let mut binding = [0; BINDING];
        binding.copy_from_slice(&mac[..BINDING]);
        binding
    }

    /// The parts with their lengths, so that no two lists of parts read the same.
    fn mac(&self, parts: &[&[u8]]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac
    }
}
