//! Making, recognising and refusing files.

use std::fs;

use super::*;
use crate::store::once::OnceOp;
use crate::store::suite::{begin, seal, step};

fn refused(path: &Path) -> String {
    SqliteJournal::open(path, clock(), signs()).err().expect("it must not open")
}

#[tokio::test]
async fn what_is_wrong_with_a_place_is_said() {
    let place = Place::new();
    let folder = place.folder.path();
    let text = refused(&folder.join("none").join("store.db"));
    assert_eq!(text, format!("the store's folder {} doesn't exist", folder.join("none").display()));
    let text = refused(folder);
    assert_eq!(text, format!("the store {} is not a file", folder.display()));
}

#[tokio::test]
async fn a_file_of_somebody_else_is_left_as_it_is() {
    let place = Place::new();
    let path = place.path();

    fs::write(&path, "not a database, and long enough to be looked at".repeat(30)).unwrap();
    assert_eq!(refused(&path), format!("the file {} is not a store", path.display()));
    fs::remove_file(&path).unwrap();

    place.raw().execute_batch("CREATE TABLE theirs (x)").unwrap();
    let before = fs::read(&path).unwrap();
    let another = format!("the file {} is another program's database, not a store", path.display());
    assert_eq!(refused(&path), another);
    assert_eq!(fs::read(&path).unwrap(), before);
    place.raw().pragma_update(None, "application_id", 77).unwrap();
    assert_eq!(refused(&path), another);
}

#[tokio::test]
async fn a_newer_version_is_left_as_it_is() {
    let place = Place::new();
    drop(place.open());
    place.raw().pragma_update(None, "user_version", 2).unwrap();
    let path = place.path();
    let text = format!("the store {} has version 2; this program knows version 1", path.display());
    assert_eq!(refused(&path), text);
    assert_eq!(SqliteLog::open(&path).err(), Some(text));
}

#[tokio::test]
async fn a_log_is_read_only_where_there_is_one() {
    let place = Place::new();
    let path = place.path();
    let none = SqliteLog::open(&path).err().unwrap();
    assert_eq!(none, format!("there is no store at {}", path.display()));
    assert!(!path.exists());
    fs::write(&path, "").unwrap();
    let empty = SqliteLog::open(&path).err().unwrap();
    assert_eq!(empty, format!("the store {} is empty", path.display()));
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_may_read_anything() {
    use std::os::unix::fs::PermissionsExt;

    let place = Place::new();
    let journal = place.open();
    step(&journal, [1; 32], OnceOp::Begin(begin("a"))).await;
    crate::store::suite::record(&journal, crate::store::suite::intent("a", place.clock.now()))
        .await;
    seal(&journal).await;
    // Carried out after the chores of the write before it.
    seal(&journal).await;
    let mut seen = Vec::new();
    let mut folders = vec![place.folder.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let (path, mode) = {
                let entry = entry.unwrap();
                (entry.path(), entry.metadata().unwrap().permissions().mode() & 0o777)
            };
            let expected = if path.is_dir() { 0o700 } else { 0o600 };
            assert_eq!(mode, expected, "{}", path.display());
            seen.push(path.file_name().unwrap().to_string_lossy().into_owned());
            if path.is_dir() {
                folders.push(path);
            }
        }
    }
    for ending in ["", "-wal", "-shm", ".checkpoint", ".writers"] {
        assert!(seen.contains(&format!("store.db{ending}")), "{ending}: {seen:?}");
    }
    assert_eq!(seen.len(), 6, "{seen:?}");
}

#[tokio::test]
async fn it_is_as_durable_as_it_says() {
    let place = Place::new();
    let connection = file::open(&place.path()).unwrap();
    let text = |name| connection.pragma_query_value(None, name, |row| row.get::<_, String>(0));
    let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    assert_eq!(text("journal_mode").unwrap(), "wal");
    assert_eq!(number("synchronous").unwrap(), 2, "FULL");
    assert_eq!(number("secure_delete").unwrap(), 1);
}

/// Each would take the other for gone otherwise, and close what it left open.
#[cfg(unix)]
#[tokio::test]
async fn processes_know_of_each_other_by_whatever_name_they_call_the_file() {
    let place = Place::new();
    let journal = place.open();
    step(&journal, [1; 32], OnceOp::Begin(begin("a"))).await;
    let link = place.folder.path().join("link.db");
    std::os::unix::fs::symlink(place.path(), &link).unwrap();
    let other = SqliteJournal::open(&link, place.clock.clone(), signs()).unwrap();
    assert_eq!((place.count("writers"), place.count("keys")), (2, 1));
    drop(other);
}

/// Others may be making the file, or tidying it up, on a disk that is busy; calls don't wait as long.
#[test]
fn a_start_waits_longer_for_others_than_a_call() {
    let place = Place::new();
    let waits = |connection: &Connection| {
        connection.pragma_query_value(None, "busy_timeout", |row| row.get::<_, i64>(0)).unwrap()
    };
    assert_eq!(waits(&super::super::file::open(&place.path()).unwrap()), 10_000);
    let writer = Writer::open(&place.path(), place.clock.clone(), signs()).unwrap();
    assert_eq!(waits(&writer.connection), 2_000);
}

#[test]
fn several_processes_make_one_file() {
    for _ in 0..20 {
        let place = Place::new();
        std::thread::scope(|threads| {
            let opening: Vec<_> = (0..8).map(|_| threads.spawn(|| drop(place.open()))).collect();
            for one in opening {
                one.join().unwrap();
            }
        });
        assert_eq!(place.count("meta"), 1);
    }
}
