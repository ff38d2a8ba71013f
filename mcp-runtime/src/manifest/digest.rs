//! The one number that stands for a manifest.

use std::fmt::Write;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::model::Manifest;

/// `sha256:` and the digest of everything but the digest.
///
/// Of plain sorted JSON rather than of the canonical text that calls have: a reviewer can make the
/// same bytes with `jq -cS`.
pub(super) fn digest(manifest: &Manifest) -> String {
    // Strings, numbers and values are all that it holds, so this can't fail.
    let mut all = serde_json::to_value(manifest).unwrap_or_default();
    if let Value::Object(all) = &mut all {
        all.remove("digest");
    }
    // Whether a map keeps its members sorted is decided by a feature that any crate can turn on.
    all.sort_all_objects();
    let mut text = String::from("sha256:");
    for byte in Sha256::digest(all.to_string()) {
        // Writing to a string doesn't fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
