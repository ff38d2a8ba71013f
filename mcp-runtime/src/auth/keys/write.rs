//! New keys, and the file that takes them.

use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use toml::Value;

use super::file::{Keys, parse};
use super::form::{check_id, generate, hash, hash_text};

/// A key that is about to be made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewKey<'a> {
    pub(crate) id: &'a str,
    pub(crate) principal: &'a str,
    pub(crate) scopes: &'a [&'a str],
    pub(crate) expires: Option<&'a str>,
}

/// Makes a key and adds it to a file, which is made where there is none. Gives the key itself,
/// which is written nowhere.
///
/// # Errors
///
/// A key that the file couldn't be read with afterwards, a file that is wrong already, one that
/// can't be written.
pub(crate) fn append(path: &Path, new: NewKey<'_>) -> io::Result<String> {
    let draft = Draft::open(path)?;
    let old = match fs::read_to_string(&draft.target) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error),
    };
    sound(&old)?;
    let (entry, key) = make(new)?;
    let separator = if old.is_empty() || old.ends_with("\n\n") {
        ""
    } else if old.ends_with('\n') {
        "\n"
    } else {
        "\n\n"
    };
    let text = format!("{old}{separator}{entry}");
    sound(&text)?;
    draft.publish(&text)?;
    Ok(key)
}

/// Makes keys and a file of them. Gives their ids and the keys themselves.
///
/// # Errors
///
/// [`ErrorKind::AlreadyExists`] where the file is there; otherwise as [`append`].
pub(super) fn create(path: &Path, new: &[NewKey<'_>]) -> io::Result<Vec<(String, String)>> {
    let draft = Draft::open(path)?;
    if draft.target.try_exists()? {
        let problem = format!("{} exists already", path.display());
        return Err(io::Error::new(ErrorKind::AlreadyExists, problem));
    }
    let (mut text, mut keys) = (String::new(), Vec::new());
    for one in new {
        let (entry, key) = make(*one)?;
        text.push_str(if text.is_empty() { "" } else { "\n" });
        text.push_str(&entry);
        keys.push((one.id.to_owned(), key));
    }
    sound(&text)?;
    draft.publish(&text)?;
    Ok(keys)
}

/// The file's text for a new key, and the key.
fn make(new: NewKey<'_>) -> io::Result<(String, String)> {
    check_id(new.id).map_err(|form| invalid(format!("the id {form}")))?;
    let key = generate(new.id)?;
    let quoted = |text: &str| Value::from(text).to_string();
    let scopes: Vec<String> = new.scopes.iter().copied().map(quoted).collect();
    let mut entry = format!(
        "[[key]]\nid = {}\nprincipal = {}\nhash = {}\nscopes = [{}]\n",
        quoted(new.id),
        quoted(new.principal),
        quoted(&hash_text(&hash(&key))),
        scopes.join(", "),
    );
    if let Some(expires) = new.expires {
        let _ = writeln!(entry, "expires = {}", quoted(expires));
    }
    Ok((entry, key))
}

fn sound(text: &str) -> io::Result<Keys> {
    parse(text).map_err(|problems| invalid(problems.join("; ")))
}

fn invalid(problem: String) -> io::Error {
    io::Error::new(ErrorKind::InvalidInput, problem)
}

/// The next state of a file, beside it until it is whole. Its name is also the lock: of two
/// programs that write at a time, one is refused.
struct Draft {
    target: PathBuf,
    path: PathBuf,
    file: File,
    published: bool,
}

impl Draft {
    fn open(path: &Path) -> io::Result<Self> {
        // What a link leads to is replaced, not the link.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let mut name = target.file_name().ok_or(ErrorKind::InvalidInput)?.to_owned();
        name.push(".new");
        let path = target.with_file_name(name);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(|error| {
            let place = path.display();
            if error.kind() == ErrorKind::AlreadyExists {
                let problem = format!(
                    "{place} is there: another program writes this file now, or one was \
                     interrupted; remove it in that case"
                );
                return io::Error::new(ErrorKind::ResourceBusy, problem);
            }
            io::Error::new(error.kind(), format!("{place} can't be written: {error}"))
        })?;
        Ok(Self { target, path, file, published: false })
    }

    /// Puts the text in the file's place: a reader sees the old file or the new one, and so does
    /// whoever looks after a crash. A file that was there keeps its mode and its owner.
    fn publish(mut self, text: &str) -> io::Result<()> {
        if let Ok(old) = fs::metadata(&self.target) {
            #[cfg(unix)]
            self.give_to_owner(&old)?;
            self.file.set_permissions(old.permissions())?;
        }
        self.file.write_all(text.as_bytes())?;
        self.file.sync_all()?;
        fs::rename(&self.path, &self.target)?;
        self.published = true;
        #[cfg(unix)]
        if let Some(folder) = self.target.parent() {
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    }
}

#[cfg(unix)]
impl Draft {
    /// An administrator may add a key to the file of a service's own user, which has to be able to
    /// read it again.
    fn give_to_owner(&self, old: &fs::Metadata) -> io::Result<()> {
        use std::os::unix::fs::MetadataExt;
        let draft = self.file.metadata()?;
        let (user, group) = (old.uid(), old.gid());
        if (draft.uid(), draft.gid()) == (user, group) {
            return Ok(());
        }
        std::os::unix::fs::fchown(&self.file, Some(user), Some(group)).map_err(|error| {
            let place = self.target.display();
            let problem = format!(
                "{place} belongs to user {user} and group {group}, who could not read it any \
                 longer ({error}): run this as that user"
            );
            io::Error::new(error.kind(), problem)
        })
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.published {
            // What stays behind is named by the next attempt.
            let _ = fs::remove_file(&self.path);
        }
    }
}
