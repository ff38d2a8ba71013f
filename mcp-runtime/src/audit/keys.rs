//! The key of an audit log: it makes digests of values, signs checkpoints, and proves that a note
//! about erased records is a server's.
//!
//! One secret of at least 32 bytes; what is made with it for one purpose is of no use for another.
//! Who reads the log can't find a value by trying, and who can write to the store can't sign what
//! he made of it: both hold against those alone who lack the key.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::chain::{Hash, Head, LogId};
use super::digest::Digest;

/// The key, as it is used.
#[derive(Clone)]
pub(crate) struct AuditKeys {
    values: Hmac<Sha256>,
    checkpoints: Hmac<Sha256>,
    erasures: Hmac<Sha256>,
}

/// A digest that is being made.
pub(super) struct Digesting(Hmac<Sha256>);

/// What a note says is erased, and where it stands: what its proof is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Erasure<'a> {
    pub(crate) log: LogId,
    /// The place of the note.
    pub(crate) seq: u64,
    pub(crate) bodies: &'a [(u64, u64)],
    pub(crate) through: Option<Head>,
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
        let values = of(b"mcp-runtime audit values v1")?;
        let checkpoints = of(b"mcp-runtime audit checkpoints v1")?;
        let erasures = of(b"mcp-runtime audit erasures v1")?;
        (secret.len() >= 32).then_some(Self { values, checkpoints, erasures })
    }

    /// The digest of a value.
    pub(crate) fn digest(&self, value: &[u8]) -> Digest {
        self.values.clone().chain_update(value).into()
    }

    /// The digest of a value that comes in parts.
    pub(super) fn digesting(&self) -> Digesting {
        Digesting(self.values.clone())
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

    /// That the holder of this key erased these records: nobody else can make a note that counts.
    pub(crate) fn prove(&self, erasure: Erasure<'_>) -> Hash {
        self.proving(erasure).finalize().into_bytes().into()
    }

    /// Whether the proof was made with this key, for this note.
    pub(crate) fn proven(&self, erasure: Erasure<'_>, proof: &Hash) -> bool {
        self.proving(erasure).verify_slice(proof).is_ok()
    }

    fn proving(&self, erasure: Erasure<'_>) -> Hmac<Sha256> {
        let Erasure { log, seq, bodies, through } = erasure;
        let mut proving = self.erasures.clone().chain_update(log).chain_update(seq.to_be_bytes());
        // How many there are, so that no other list has the same bytes.
        proving.update(&(bodies.len() as u64).to_be_bytes());
        for (from, to) in bodies {
            proving.update(&from.to_be_bytes());
            proving.update(&to.to_be_bytes());
        }
        if let Some(through) = through {
            proving.update(&through.seq.to_be_bytes());
            proving.update(&through.hash);
        }
        proving
    }

    fn signing(&self, log: LogId, head: Head, time: u64) -> Hmac<Sha256> {
        let signing = self.checkpoints.clone().chain_update(log);
        let signing = signing.chain_update(head.seq.to_be_bytes()).chain_update(head.hash);
        signing.chain_update(time.to_be_bytes())
    }
}

impl From<Hmac<Sha256>> for Digest {
    #[inline]
    fn from(hmac: Hmac<Sha256>) -> Self {
        Self::of(hmac.finalize().into_bytes().as_ref())
    }
}

impl Digesting {
    pub(super) fn update(&mut self, part: &[u8]) {
        self.0.update(part);
    }

    pub(super) fn finish(self) -> Digest {
        self.0.into()
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
    fn a_proof_counts_for_its_note_and_key_alone() {
        let keys = AuditKeys::new(&[7; 32]).unwrap();
        let head = Head { seq: 3, hash: [1; 32] };
        let bodies = [(5, 6), (8, 8)];
        let made = Erasure { log: [9; 16], seq: 10, bodies: &bodies, through: Some(head) };
        let proof = keys.prove(made);
        assert!(keys.proven(made, &proof));
        assert!(!AuditKeys::new(&[8; 32]).unwrap().proven(made, &proof));
        for other in [
            Erasure { log: [8; 16], ..made },
            Erasure { seq: 11, ..made },
            Erasure { bodies: &[(5, 6), (8, 9)], ..made },
            Erasure { bodies: &[(5, 6)], ..made },
            Erasure { through: None, ..made },
            Erasure { through: Some(Head { seq: 4, ..head }), ..made },
            Erasure { through: Some(Head { hash: [2; 32], ..head }), ..made },
        ] {
            assert!(!keys.proven(other, &proof), "{other:?}");
        }
    }

    #[test]
    fn digests_depend_on_the_key_and_a_short_key_is_none() {
        let (a, b) = (AuditKeys::new(&[7; 32]).unwrap(), AuditKeys::new(&[8; 32]).unwrap());
        assert_eq!(a.digest(b"4711"), a.digest(b"4711"));
        assert_ne!(a.digest(b"4711"), a.digest(b"4712"));
        assert_ne!(a.digest(b"4711"), b.digest(b"4711"));
        assert_eq!(a.digest(b"").to_string().len(), 32);
        assert!(AuditKeys::new(&[7; 31]).is_none());
    }
}
