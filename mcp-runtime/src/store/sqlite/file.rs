//! The file: made, recognised and set up.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use super::super::random;
use super::meta::Meta;
use crate::audit::chain::LogId;
use crate::exposure::warn_if_readable;

/// "mcpr": whose file it is.
const APPLICATION: i32 = 0x6d63_7072;
/// Of the tables below.
const VERSION: i32 = 1;
/// How long a write waits for one of another process.
const BUSY: Duration = Duration::from_secs(2);
/// How long an opening does: nobody's call waits for it, and each of the others' takes a few syncs
/// of a disk that may be busy.
const BUSY_AT_START: Duration = Duration::from_secs(10);
/// `SQLite` doesn't wait where two processes make the same file: as long, with pauses, we do.
const TRIES: u32 = 200;
const PAUSE: Duration = Duration::from_millis(50);
/// More than there are statements.
const STATEMENTS: usize = 48;

/// `records.note` is 1 of a note about erased records, and of an erased record the place of its note.
const SCHEMA: &str = "
CREATE TABLE meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    log BLOB NOT NULL,
    fence INTEGER NOT NULL,
    keys INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    start_seq INTEGER NOT NULL,
    start_hash BLOB NOT NULL,
    start_note INTEGER NOT NULL
) STRICT;
CREATE TABLE writers (id BLOB PRIMARY KEY) STRICT;
CREATE TABLE keys (
    key BLOB PRIMARY KEY,
    state INTEGER NOT NULL,
    doubted INTEGER NOT NULL,
    fence INTEGER NOT NULL,
    payload BLOB NOT NULL,
    version TEXT NOT NULL,
    call_id TEXT NOT NULL,
    since INTEGER NOT NULL,
    lease_until INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    response BLOB NOT NULL,
    writer BLOB NOT NULL
) STRICT;
CREATE INDEX keys_by_end ON keys (expires);
CREATE INDEX keys_by_writer ON keys (writer) WHERE state < 2;
CREATE TABLE records (
    seq INTEGER PRIMARY KEY,
    digest BLOB NOT NULL,
    body BLOB,
    expires INTEGER,
    note INTEGER NOT NULL
) STRICT;
CREATE INDEX records_by_end ON records (expires) WHERE body IS NOT NULL AND expires IS NOT NULL;
CREATE TABLE open_intents (seq INTEGER PRIMARY KEY, writer BLOB NOT NULL) STRICT;
CREATE TABLE checkpoints (
    seq INTEGER PRIMARY KEY,
    hash BLOB NOT NULL,
    time INTEGER NOT NULL,
    signature BLOB NOT NULL
) STRICT;
";

/// A path beside the store's.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Options for a new file that only its owner may read.
pub(super) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Opens the file to write to it; makes it where it isn't there. What follows waits as long for other
/// processes as this does, until [`is_open`].
pub(super) fn open(path: &Path) -> Result<Connection, String> {
    create(path)?;
    // Not made by SQLite, which would make it for everyone's eyes.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let found = |error| format!("the store {}: {error}", path.display());
    let mut connection = connect(path, flags).map_err(found)?;
    let is_new = recognise(&connection, path)?;
    set_up(&connection).map_err(found)?;
    if is_new {
        let log = random()?;
        tables(&mut connection, log).map_err(found)?;
        recognise(&connection, path)?;
    }
    Ok(connection)
}

/// From now on, writes are those of calls.
pub(super) fn is_open(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY)
}

/// Opens the file to read it.
pub(super) fn read(path: &Path) -> Result<Connection, String> {
    let found = |error| format!("the store {}: {error}", path.display());
    if !path.is_file() {
        return Err(format!("there is no store at {}", path.display()));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = connect(path, flags).map_err(found)?;
    if recognise(&connection, path)? {
        return Err(format!("the store {} is empty", path.display()));
    }
    Ok(connection)
}

fn create(path: &Path) -> Result<(), String> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder
        && !folder.is_dir()
    {
        return Err(format!("the store's folder {} doesn't exist", folder.display()));
    }
    match private(OpenOptions::new().write(true).create_new(true)).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let is_file = fs::metadata(path).is_ok_and(|metadata| metadata.is_file());
            if !is_file {
                return Err(format!("the store {} is not a file", path.display()));
            }
            warn_if_readable(path, "holds the keys of calls and the audit log");
            Ok(())
        }
        Err(error) => Err(format!("the store {} can't be made: {error}", path.display())),
    }
}

fn connect(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_AT_START)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

/// Whether the file is still empty. An error where it is another program's, or a newer version's.
fn recognise(connection: &Connection, path: &Path) -> Result<bool, String> {
    let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    let tables = || {
        let count = "SELECT count(*) FROM sqlite_master";
        connection.query_row(count, [], |row| row.get::<_, i64>(0))
    };
    let path = path.display();
    // At one instant: another process may be about to make it.
    let looked = connection
        .unchecked_transaction()
        .and_then(|_reading| Ok((number("application_id")?, number("user_version")?, tables()?)));
    match looked {
        Ok((APPLICATION, VERSION, _)) => Ok(false),
        Ok((0, 0, 0)) => Ok(true),
        Ok((APPLICATION, version, _)) => Err(format!(
            "the store {path} has version {version}; this program knows version {VERSION}"
        )),
        Ok(_) => Err(format!("the file {path} is another program's database, not a store")),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) => {
            Err(format!("the file {path} is not a store"))
        }
        Err(error) => Err(format!("the store {path}: {error}")),
    }
}

fn set_up(connection: &Connection) -> rusqlite::Result<()> {
    write_ahead(connection)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // Elsewhere than on macOS, fsync is what it says, and these change nothing.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    // Between groups, where an error is seen and nobody waits.
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update(None, "journal_size_limit", 64 << 20)?;
    // What is erased is overwritten.
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "trusted_schema", false)
}

fn write_ahead(connection: &Connection) -> rusqlite::Result<()> {
    let switch = || {
        connection
            .pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0))
    };
    let busy = |error: &rusqlite::Error| error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy);
    let mut mode = switch();
    for _ in 0..TRIES {
        if !mode.as_ref().is_err_and(busy) {
            break;
        }
        thread::sleep(PAUSE);
        mode = switch();
    }
    if mode? == "wal" {
        return Ok(());
    }
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CANTOPEN);
    let why = "its file system has no shared memory for a write-ahead log".to_owned();
    Err(rusqlite::Error::SqliteFailure(code, Some(why)))
}

fn tables(connection: &mut Connection, log: LogId) -> rusqlite::Result<()> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Unless another process was faster.
    if tx.pragma_query_value(None, "application_id", |row| row.get::<_, i32>(0))? == 0 {
        tx.execute_batch(SCHEMA)?;
        Meta::new(log).insert(&tx)?;
        tx.pragma_update(None, "application_id", APPLICATION)?;
        tx.pragma_update(None, "user_version", VERSION)?;
    }
    tx.commit()
}
