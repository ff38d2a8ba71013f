//! API keys: whoever holds one is its principal.
//!
//! A key is `mcp_<id>_<secret>`, where the secret is 256 bits of the operating system's randomness
//! in base64url. The file of keys has the SHA-256 of each, so that reading the file gives nobody a
//! key:
//!
//! ```toml
//! [[key]]
//! id = "anna"
//! principal = "customer:17"
//! hash = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
//! scopes = ["read:invoices.where(customer_id = 17)"]
//! expires = "2027-01-31T00:00:00Z"  # optional
//! note = "for the spring campaign"  # optional
//! ```
//!
//! A plain SHA-256 is enough, and takes a microsecond: slow hashes and salts are there for what
//! people think up and use twice, and nobody finds 256 random bits by trying. That is why only
//! keys of this form are read, which people don't think up. The scope `"*"` is every scope.
//!
//! - [`form`] makes keys and knows them by their form; [`file`] reads the file, and names
//!   everything that is wrong with it; [`write`](mod@write) adds to it.
//! - [`watch`] holds the keys in force and looks at the file again, at most once a second.

mod create;
mod date;
mod file;
mod form;
mod watch;
#[cfg_attr(not(feature = "cli"), allow(dead_code, reason = "the command line adds to a file"))]
mod write;

#[cfg(test)]
mod tests;

pub use create::ApiKeys;
pub(crate) use form::has_form;
pub(crate) use watch::KeyFile;
#[cfg(feature = "cli")]
pub(crate) use write::{NewKey, append};
