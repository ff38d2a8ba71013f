//! `key new`: makes an API key, keeps its hash, shows it once.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Common, configured, print};
use crate::access::unasked;
use crate::auth::{NewKey, append};
use crate::error::Error;
use crate::server::Server;

#[derive(Args)]
pub(super) struct Key {
    #[command(subcommand)]
    command: KeyCommand,
}

#[derive(Subcommand)]
enum KeyCommand {
    /// Make a key, add it to the file of keys, and print it: it is not shown again.
    New(New),
}

#[derive(Args)]
struct New {
    /// What the key is called, in the file and the log: letters, digits, `-` and `_`.
    #[arg(long)]
    id: String,
    /// Who shows the key: the name that everything about the caller is kept under.
    #[arg(long, value_name = "NAME")]
    principal: String,
    /// What the caller may do, such as `read:invoices.where(customer_id=17)`; `*` is everything.
    /// May be repeated. Without it, tools that are `public`.
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// When the key stops working, such as 2027-01-31T00:00:00Z. Without it, never.
    #[arg(long, value_name = "TIME")]
    expires: Option<String>,
    /// The file, which is made where there is none. Without it, the one that `auth.keys` names.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    common: Common,
}

pub(super) fn run(server: Server, key: Key) -> Result<u8, Error> {
    let KeyCommand::New(new) = key.command;
    let server = configured(server, &new.common, Vec::new())?;
    let file = new.file.or_else(|| server.settings().auth.keys.clone()).ok_or_else(|| {
        Error::settings("where does the key go? Name a file with --file, or set `auth.keys`")
    })?;
    let scopes: Vec<&str> = new.scopes.iter().map(String::as_str).collect();
    let (id, principal) = (new.id.as_str(), new.principal.as_str());
    let expires = new.expires.as_deref();
    let key = append(&file, NewKey { id, principal, scopes: &scopes, expires })
        .map_err(|error| Error::settings(format!("no key was made: {error}")))?;
    print(&format!("{key}\n")).inspect_err(|_| {
        eprintln!("the key was made and not shown: take `{id}` out of {}", file.display());
    })?;
    eprintln!("added `{id}` to {}; the key is not shown again", file.display());
    for hint in unasked(server.tool_defs(), &scopes) {
        eprintln!("note: {hint}");
    }
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::{Auth, AuthSettings};
    use crate::clock::Clock;

    fn new(file: Option<PathBuf>) -> Key {
        Key {
            command: KeyCommand::New(New {
                id: "anna".into(),
                principal: "customer:17".into(),
                scopes: vec!["read:invoices".into()],
                expires: None,
                file,
                common: Common { config: None },
            }),
        }
    }

    #[test]
    fn a_key_goes_to_the_named_file_or_to_that_of_the_settings() {
        let folder = tempfile::tempdir().unwrap();
        let (named, set) = (folder.path().join("named.toml"), folder.path().join("set.toml"));
        let server = || Server::new("t", "1").api_keys(&set);
        assert_eq!(run(server(), new(Some(named.clone()))).unwrap(), 0);
        assert!(named.exists() && !set.exists());
        assert_eq!(run(server(), new(None)).unwrap(), 0);
        let keys = AuthSettings { keys: Some(set.clone()), ..AuthSettings::default() };
        assert!(matches!(Auth::build(&keys, &Clock::system()), Ok(Some(_))));
        let twice = run(server(), new(None)).unwrap_err().to_string();
        assert!(twice.contains("another key has this id"), "{twice}");
        let nowhere = run(Server::new("t", "1"), new(None)).unwrap_err().to_string();
        assert!(nowhere.contains("--file") && nowhere.contains("`auth.keys`"), "{nowhere}");
    }
}
