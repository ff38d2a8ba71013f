//! [`ApiKeys`]: for programs that make their own.

use std::io;
use std::path::Path;

use super::write::{NewKey, create};

/// Makes files of API keys, for [`Server::api_keys`](crate::Server::api_keys).
///
/// A key is `mcp_<id>_<secret>` with 256 random bits, and the file has its SHA-256 alone: a key is
/// shown once, when it is made. The command line makes one with `SERVER key new`.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ApiKeys;

impl ApiKeys {
    /// Makes a file with a key for each id, principal and list of scopes. Gives the ids and the
    /// keys themselves, in this order.
    ///
    /// Who shows the key is the *principal*: the name that everything about a caller is kept
    /// under. The scope `"*"` is every scope. Only the user of this process may read the file.
    ///
    /// ```
    /// # use mcp_runtime::ApiKeys;
    /// # let folder = std::env::temp_dir().join(format!("keys-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder)?;
    /// # let path = folder.join("keys.toml");
    /// if !path.exists() {
    ///     let keys = ApiKeys::create_file(
    ///         &path,
    ///         &[
    ///             ("anna", "customer:17", &["read:invoices.where(customer_id=17)"]),
    ///             ("books", "accountant", &["read:invoices", "write:payments"]),
    ///         ],
    ///     )?;
    ///     for (id, key) in keys {
    ///         println!("{id}: {key}");
    ///     }
    /// }
    /// # std::fs::remove_dir_all(folder)?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`AlreadyExists`](io::ErrorKind::AlreadyExists) where the file is there, `InvalidInput` for
    /// what can't be an id, a principal or a scope, and what the file system says.
    pub fn create_file(
        path: impl AsRef<Path>,
        keys: &[(&str, &str, &[&str])],
    ) -> io::Result<Vec<(String, String)>> {
        let new: Vec<NewKey<'_>> = keys
            .iter()
            .map(|&(id, principal, scopes)| NewKey { id, principal, scopes, expires: None })
            .collect();
        create(path.as_ref(), &new)
    }
}
