//! Files that others on the machine should not read.

use std::path::Path;

use tracing::warn;

/// Says so where everyone may read a file. Not an error: files that are mounted into a container
/// often are, where nobody else is there to read them.
pub(crate) fn warn_if_readable(path: &Path, what: &str) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(path).map_or(0, |metadata| metadata.permissions().mode());
        if mode & 0o004 != 0 {
            warn!("everyone on this machine may read {}, which {what}", path.display());
        }
    }
    #[cfg(not(unix))]
    let _ = (path, what);
}
