//! The audit log: who called what, with which arguments, by which right, and what came of it.
//!
//! An *intent* is durable before the function runs, an *outcome* before the reply leaves. What is
//! refused before that is a single *refusal*.

mod body;
pub(crate) mod chain;
pub(crate) mod checkpoint;
mod cut;
mod date;
mod digest;
mod draft;
mod json;
mod key_file;
mod keys;
mod lines;
mod log;
mod open;
mod place;
mod recorder;
mod refusals;
mod said;
mod settings;
mod shown;
#[cfg(test)]
pub(crate) mod testing;
mod text;
#[cfg(any(test, feature = "cli", feature = "testing"))]
pub(crate) mod verify;
pub(crate) mod view;
mod within;

pub(crate) use checkpoint::with_suffix;
#[cfg(any(test, feature = "testing"))]
pub(crate) use digest::Digest;
#[cfg(test)]
pub(crate) use draft::Refusal;
pub(crate) use draft::{Draft, Erased, Intent, Outcome};
pub(crate) use key_file::{load_keys, read_keys};
pub(crate) use keys::{AuditKeys, Checkpoint};
pub(crate) use lines::Tear;
pub use lines::{AuditLine, AuditSink};
pub(crate) use log::{Kept, Log};
pub(crate) use open::open_log;
pub use place::AuditLog;
pub(crate) use place::open_place;
pub(crate) use recorder::{Recorder, Trail};
pub(crate) use refusals::Refused;
pub(crate) use settings::{AuditPlace, AuditSettings, SHORTEST};
#[cfg(any(test, feature = "testing"))]
pub(crate) use shown::Shown;
pub(crate) use within::within;

/// Two lowercase digits for each byte.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = Vec::with_capacity(2 * bytes.len());
    for byte in bytes {
        text.extend_from_slice(digits(*byte));
    }
    // Digits are always text.
    String::from_utf8(text).unwrap_or_default()
}

/// The two lowercase digits of a byte.
fn digits(byte: u8) -> &'static [u8; 2] {
    static DIGITS: [[u8; 2]; 256] = {
        let (digits, mut all, mut byte) = (b"0123456789abcdef", [[0; 2]; 256], 0);
        while byte < 256 {
            all[byte] = [digits[byte >> 4], digits[byte & 15]];
            byte += 1;
        }
        all
    };
    &DIGITS[usize::from(byte)]
}
