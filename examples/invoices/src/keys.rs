//! The keys of the first start: an accountant's, and those of two customers of the sample.

use std::fmt;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use mcp_runtime::ApiKeys;
use tokio::time::{Instant, sleep};

/// How long to wait for another process that is making the same file.
const PATIENCE: Duration = Duration::from_secs(5);
const STEP: Duration = Duration::from_millis(10);

struct First {
    id: &'static str,
    principal: &'static str,
    scopes: &'static [&'static str],
    /// Whose it is and what it is for, in words.
    who: &'static str,
}

const FIRST: [First; 3] = [
    First {
        id: "accountant",
        principal: "accountant",
        scopes: &["admin:ledger"],
        who: "the accountant, who may do everything",
    },
    First {
        id: "nordwind",
        principal: "customer:1020",
        scopes: &["read:invoices.where(customer_id=1020)"],
        who: "Nordwind Logistik GmbH, customer 1020, who may read what is its own",
    },
    First {
        id: "kowalski",
        principal: "customer:1016",
        scopes: &["read:invoices.where(customer_id=1016)"],
        who: "Kowalski Transport Sp. z o.o., customer 1016, likewise",
    },
];

/// Keys that were just made. `Display` shows them, and nothing will show them again.
pub struct FirstKeys {
    file: PathBuf,
    /// In the order of [`FIRST`].
    keys: Vec<String>,
}

impl FirstKeys {
    /// Makes a file of keys where there is none; a file that is there is left alone.
    ///
    /// # Errors
    ///
    /// What the file system says.
    pub async fn make(file: &Path) -> io::Result<Option<Self>> {
        let wanted = FIRST.map(|first| (first.id, first.principal, first.scopes));
        let deadline = Instant::now() + PATIENCE;
        while !file.try_exists()? {
            match ApiKeys::create_file(file, &wanted) {
                Ok(made) => {
                    let keys = made.into_iter().map(|(_, key)| key).collect();
                    return Ok(Some(Self { file: file.to_owned(), keys }));
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => break,
                // Another process is making it.
                Err(error) if error.kind() == ErrorKind::ResourceBusy => {
                    if Instant::now() >= deadline {
                        return Err(error);
                    }
                    sleep(STEP).await;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }
}

impl fmt::Display for FirstKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.display();
        writeln!(f, "This is the first start, so API keys were made. They are shown this once:")?;
        writeln!(f, "{file} has only their hashes.")?;
        writeln!(f, "To call as one of them, paste its line into the shell that calls.")?;
        for (first, key) in FIRST.iter().zip(&self.keys) {
            writeln!(f, "\n  {}:\n    export KEY={key}", first.who)?;
        }
        writeln!(f, "\n`invoices key new --help` says how to make another. If these are lost,")?;
        writeln!(f, "remove the file: the next start makes new ones.\n")
    }
}

/// Without the keys.
impl fmt::Debug for FirstKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FirstKeys").field("file", &self.file).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;
    use tokio::task::JoinSet;

    use super::*;

    #[tokio::test]
    async fn keys_are_made_and_shown_once() {
        let directory = TempDir::new().unwrap();
        let file = directory.path().join("keys.toml");
        let first = FirstKeys::make(&file).await.unwrap().unwrap();
        let shown = first.to_string();
        let hidden = format!("{first:?}");
        let kept = std::fs::read_to_string(&file).unwrap();
        for (one, key) in FIRST.iter().zip(&first.keys) {
            assert!(key.starts_with(&format!("mcp_{}_", one.id)));
            assert!(shown.contains(&format!("    export KEY={key}\n")), "{shown}");
            assert!(!kept.contains(key) && !hidden.contains(key));
        }
        assert!(FirstKeys::make(&file).await.unwrap().is_none());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), kept);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn of_simultaneous_first_starts_one_makes_them() {
        let directory = TempDir::new().unwrap();
        let file = directory.path().join("keys.toml");
        let starts: JoinSet<_> = (0..8)
            .map(|_| {
                let file = file.clone();
                async move { FirstKeys::make(&file).await.unwrap().is_some() }
            })
            .collect();
        let made = starts.join_all().await;
        assert_eq!(made.iter().filter(|made| **made).count(), 1);
    }

    #[tokio::test]
    async fn a_folder_that_is_not_there_is_an_error() {
        let directory = TempDir::new().unwrap();
        let file = directory.path().join("mistyped/keys.toml");
        assert!(FirstKeys::make(&file).await.is_err());
    }
}
