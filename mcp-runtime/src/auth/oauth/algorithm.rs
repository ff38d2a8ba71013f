//! The signatures that are taken.
//!
//! All of them are asymmetric: `none` and the `HS` family have no name here, so that no header can
//! ask for them. What verifies is `aws-lc-rs` by itself: the JWT crates around it choose their
//! cryptography by the features of a whole program, and panic where those disagree.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RsaParameters, RsaPublicKeyComponents,
    UnparsedPublicKey, VerificationAlgorithm,
};

/// A signature algorithm of RFC 7518, or RFC 8037 for the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    Rs256,
    Rs384,
    Rs512,
    Ps256,
    Ps384,
    Ps512,
    Es256,
    Es384,
    EdDsa,
}

/// Every algorithm, by the name that a header says.
pub(super) const ALL: [(&str, Algorithm); 9] = [
    ("RS256", Algorithm::Rs256),
    ("RS384", Algorithm::Rs384),
    ("RS512", Algorithm::Rs512),
    ("PS256", Algorithm::Ps256),
    ("PS384", Algorithm::Ps384),
    ("PS512", Algorithm::Ps512),
    ("ES256", Algorithm::Es256),
    ("ES384", Algorithm::Es384),
    ("EdDSA", Algorithm::EdDsa),
];

impl Algorithm {
    /// By its exact name: these are case-sensitive.
    pub(super) fn named(name: &str) -> Option<Self> {
        ALL.into_iter().find_map(|(known, algorithm)| (known == name).then_some(algorithm))
    }
}

/// The public part of a key, in the form that its algorithms take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Material {
    Rsa {
        modulus: Vec<u8>,
        exponent: Vec<u8>,
    },
    /// An uncompressed point.
    P256(Vec<u8>),
    P384(Vec<u8>),
    Ed25519(Vec<u8>),
}

impl Material {
    /// Whether a key is of the kind that an algorithm takes.
    pub(super) fn fits(&self, algorithm: Algorithm) -> bool {
        self.rsa(algorithm).is_some() || self.point(algorithm).is_some()
    }

    /// Whether a signature is this key's. A key never verifies what isn't of its kind.
    pub(super) fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        if let Some((parameters, key)) = self.rsa(algorithm) {
            return key.verify(parameters, message, signature).is_ok();
        }
        self.point(algorithm).is_some_and(|(verification, key)| {
            UnparsedPublicKey::new(verification, key).verify(message, signature).is_ok()
        })
    }

    fn rsa(
        &self,
        algorithm: Algorithm,
    ) -> Option<(&'static RsaParameters, RsaPublicKeyComponents<&[u8]>)> {
        let Self::Rsa { modulus, exponent } = self else { return None };
        let parameters = match algorithm {
            Algorithm::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
            Algorithm::Rs384 => &RSA_PKCS1_2048_8192_SHA384,
            Algorithm::Rs512 => &RSA_PKCS1_2048_8192_SHA512,
            Algorithm::Ps256 => &RSA_PSS_2048_8192_SHA256,
            Algorithm::Ps384 => &RSA_PSS_2048_8192_SHA384,
            Algorithm::Ps512 => &RSA_PSS_2048_8192_SHA512,
            Algorithm::Es256 | Algorithm::Es384 | Algorithm::EdDsa => return None,
        };
        Some((parameters, RsaPublicKeyComponents { n: modulus, e: exponent }))
    }

    fn point(&self, algorithm: Algorithm) -> Option<(&'static dyn VerificationAlgorithm, &[u8])> {
        match (self, algorithm) {
            (Self::P256(point), Algorithm::Es256) => Some((&ECDSA_P256_SHA256_FIXED, point)),
            (Self::P384(point), Algorithm::Es384) => Some((&ECDSA_P384_SHA384_FIXED, point)),
            (Self::Ed25519(point), Algorithm::EdDsa) => Some((&ED25519, point)),
            _ => None,
        }
    }
}
