//! The manifest as it is: for programs, and for the lock.

use crate::manifest::Manifest;

pub(in crate::manifest) fn render(manifest: &Manifest) -> String {
    // Strings, numbers and values are all that it holds, so this can't fail.
    let mut text = serde_json::to_string_pretty(manifest).unwrap_or_default();
    text.push('\n');
    text
}
