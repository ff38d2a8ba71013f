//! The chain: each record's hash covers all records before it.
//!
//! `hₙ = SHA-256(hₙ₋₁ ‖ SHA-256(bodyₙ))`, so that the body of a record can be erased when its time is
//! over: its digest stays, and the chain holds. The first `h₀` names the log, so that no record of
//! one log passes for one of another.

use sha2::{Digest, Sha256};

/// A SHA-256.
pub(crate) type Hash = [u8; 32];

/// The name of a log: random, made with it.
pub(crate) type LogId = [u8; 16];

/// What the whole of a log comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// Of the last record; 0 where there is none.
    pub(crate) seq: u64,
    pub(crate) hash: Hash,
}

impl Head {
    /// Of a log without records.
    pub(crate) fn empty(log: LogId) -> Self {
        let hash = Sha256::new().chain_update(b"mcp-runtime audit log v1\0").chain_update(log);
        Self { seq: 0, hash: hash.finalize().into() }
    }

    /// With one record more, of which this is the digest.
    #[must_use]
    pub(crate) fn then(self, digest: &Hash) -> Self {
        let hash = Sha256::digest([self.hash, *digest].as_flattened());
        Self { seq: self.seq + 1, hash: hash.into() }
    }
}

/// The digest of a record's body.
pub(crate) fn digest(body: &[u8]) -> Hash {
    Sha256::digest(body).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heads_bytes_are_fixed() {
        let head = Head::empty([1; 16]).then(&digest(b"{}"));
        assert_eq!(crate::audit::hex(&head.hash), HEAD);
    }

    #[test]
    fn a_head_covers_every_record_and_the_name_of_its_log() {
        let of = |log: LogId, bodies: &[&str]| {
            let empty = Head::empty(log);
            bodies.iter().fold(empty, |head, body| head.then(&digest(body.as_bytes())))
        };
        let whole = of([1; 16], &["a", "b", "c"]);
        assert_eq!(whole.seq, 3);
        for other in [
            of([2; 16], &["a", "b", "c"]),
            of([1; 16], &["x", "b", "c"]),
            of([1; 16], &["a", "c", "b"]),
            of([1; 16], &["a", "b"]),
            of([1; 16], &["ab", "", "c"]),
        ] {
            assert_ne!(other.hash, whole.hash);
        }
    }

    const HEAD: &str = "681e9556f8f5846c630d4941a6fc546cb039193dbc7c00f120b0b9af6dd80f42";
}
