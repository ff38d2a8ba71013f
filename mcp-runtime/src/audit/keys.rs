//! The key of an audit log: it makes digests of values, and signs checkpoints.
//!
//! One secret of at least 32 bytes; what is made with it for one purpose is of no use for another.
//! Who reads the log can't find a value by trying, and who can write to the store can't sign what
//! he made of it: both hold against those alone who lack the key.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::chain::{Hash, Head, LogId};
use super::hex;

/// A digest of a value has 16 bytes: enough to know it again, and half the room.
const DIGEST: usize = 16;

/// The key, as it is used.
#[derive(Clone)]
pub(crate) struct AuditKeys {
    values: Hmac<Sha256>,
    checkpoints: Hmac<Sha256>,
}

/// What a log comes to at some time, signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Checkpoint {
    pub(crate) head: Head,
    /// Milliseconds since 1970.
    pub(crate) time: u64,
    pub(crate) signature: Hash,
}

impl AuditKeys {
    /// From a secret; `None` where it is shorter than 32 bytes.
    pub(crate) fn new(secret: &[u8]) -> Option<Self> {
        let of = |purpose: &[u8]| {
            let mut derived = Hmac::<Sha256>::new_from_slice(secret).ok()?;
            derived.update(purpose);
            Hmac::new_from_slice(&derived.finalize().into_bytes()).ok()
        };
        let (values, checkpoints) =
            (of(b"mcp-runtime audit values v1")?, of(b"mcp-runtime audit checkpoints v1")?);
        (secret.len() >= 32).then_some(Self { values, checkpoints })
    }

    /// The digest of a value: 32 hexadecimal digits.
    pub(crate) fn digest(&self, value: &[u8]) -> String {
        hex(&self.values.clone().chain_update(value).finalize().into_bytes()[..DIGEST])
    }

    pub(crate) fn sign(&self, log: LogId, head: Head, time: SystemTime) -> Checkpoint {
        let time = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let time = u64::try_from(time).unwrap_or(u64::MAX);
        let signature = self.signing(log, head, time).finalize().into_bytes().into();
        Checkpoint { head, time, signature }
    }

    /// Whether a checkpoint was signed with this key, for this log.
    pub(crate) fn signed(&self, log: LogId, checkpoint: &Checkpoint) -> bool {
        let Checkpoint { head, time, signature } = checkpoint;
        self.signing(log, *head, *time).verify_slice(signature).is_ok()
    }

    fn signing(&self, log: LogId, head: Head, time: u64) -> Hmac<Sha256> {
        let signing = self.checkpoints.clone().chain_update(log);
        let signing = signing.chain_update(head.seq.to_be_bytes()).chain_update(head.hash);
        signing.chain_update(time.to_be_bytes())
    }
}

impl fmt::Debug for AuditKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuditKeys")
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_checkpoint_counts_for_its_log_head_time_and_key_alone() {
        let keys = AuditKeys::new(&[7; 32]).unwrap();
        let head = Head { seq: 3, hash: [1; 32] };
        let time = UNIX_EPOCH + Duration::from_millis(1_234);
        let made = keys.sign([9; 16], head, time);
        assert_eq!(made.time, 1_234);
        assert!(keys.signed([9; 16], &made));
        assert!(!keys.signed([8; 16], &made));
        assert!(!AuditKeys::new(&[8; 32]).unwrap().signed([9; 16], &made));
        for other in [
            Checkpoint { head: Head { seq: 4, ..head }, ..made.clone() },
            Checkpoint { head: Head { hash: [2; 32], ..head }, ..made.clone() },
            Checkpoint { time: 1_235, ..made.clone() },
            Checkpoint { signature: [0; 32], ..made },
        ] {
            assert!(!keys.signed([9; 16], &other));
        }
    }

    #[test]
    fn digests_depend_on_the_key_and_a_short_key_is_none() {
        let (a, b) = (AuditKeys::new(&[7; 32]).unwrap(), AuditKeys::new(&[8; 32]).unwrap());
        assert_eq!(a.digest(b"4711"), a.digest(b"4711"));
        assert_ne!(a.digest(b"4711"), a.digest(b"4712"));
        assert_ne!(a.digest(b"4711"), b.digest(b"4711"));
        assert_eq!(a.digest(b"").len(), 32);
        assert!(AuditKeys::new(&[7; 31]).is_none());
    }
}
