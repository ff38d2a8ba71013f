//! A server whose effects leave a trace outside of it: lines in a file, and rows of a database.
//!
//! `EFFECTS` names the directory.
#![allow(deprecated, reason = "tools for tests say no more than the test is about")]

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use mcp_runtime::rusqlite::Connection;
use mcp_runtime::{Context, Error, Server, State, ToolError, tool, tools};

/// Where effects leave their trace.
#[derive(Clone)]
struct Effects {
    directory: PathBuf,
    database: Arc<Mutex<Connection>>,
}

impl Effects {
    fn open(directory: PathBuf) -> Result<Self, mcp_runtime::rusqlite::Error> {
        let database = Connection::open(directory.join("effects.db"))?;
        database.pragma_update(None, "journal_mode", "wal")?;
        database.pragma_update(None, "synchronous", "full")?;
        database.busy_timeout(std::time::Duration::from_secs(5))?;
        database.execute("CREATE TABLE IF NOT EXISTS effects (name TEXT, call_id TEXT)", ())?;
        Ok(Self { directory, database: Arc::new(Mutex::new(database)) })
    }

    /// A line that is durable when this returns. The one before may be torn, and one without its
    /// end is none.
    fn append(&self, name: &str, call_id: &str) -> std::io::Result<()> {
        let path = self.directory.join("effects.txt");
        let mut file = OpenOptions::new().create(true).append(true).open(path)?;
        file.write_all(format!("\n{name} {call_id}.\n").as_bytes())?;
        file.sync_all()
    }
}

/// What a call did.
#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
struct Done {
    name: String,
    call_id: String,
}

/// Append a line: an effect that the server's records know nothing of.
#[tool(idempotent(required))]
async fn append(
    name: String,
    State(effects): State<Effects>,
    ctx: Context,
) -> Result<Done, ToolError> {
    let call_id = ctx.call_id().to_owned();
    effects.append(&name, &call_id).map_err(ToolError::internal)?;
    Ok(Done { name, call_id })
}

/// Append a line; what came of it can be found out.
#[tool(idempotent(required, reconcile = appended(name, effects)))]
async fn append_and_look(
    name: String,
    State(effects): State<Effects>,
    ctx: Context,
) -> Result<Done, ToolError> {
    append(name, State(effects), ctx).await
}

async fn appended(name: &str, effects: &Effects) -> Result<Option<Done>, ToolError> {
    let text = match std::fs::read_to_string(effects.directory.join("effects.txt")) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(ToolError::internal(error)),
    };
    let whole = text.lines().filter_map(|line| line.strip_suffix('.')?.split_once(' '));
    let line = whole.into_iter().find(|line| line.0 == name);
    Ok(line.map(|(name, call_id)| Done { name: name.to_owned(), call_id: call_id.to_owned() }))
}

/// Insert a row: an effect that is recorded together with it.
#[tool(idempotent(required, transaction))]
async fn insert(
    name: String,
    State(effects): State<Effects>,
    ctx: Context,
) -> Result<Done, ToolError> {
    let mut database = effects.database.lock().unwrap_or_else(PoisonError::into_inner);
    let call_id = ctx.call_id().to_owned();
    ctx.transaction(&mut database, |rows| {
        rows.execute("INSERT INTO effects VALUES (?1, ?2)", (&name, &call_id))
            .map_err(ToolError::internal)?;
        Ok(Done { name, call_id })
    })
}

/// Append a line after a while, whose beginning leaves a trace, too.
#[tool(idempotent, timeout = "30s")]
async fn append_slowly(
    name: String,
    /// Milliseconds.
    pause: u64,
    State(effects): State<Effects>,
    ctx: Context,
) -> Result<Done, ToolError> {
    std::fs::write(effects.directory.join("begun"), &name).map_err(ToolError::internal)?;
    tokio::time::sleep(std::time::Duration::from_millis(pause)).await;
    append(name, State(effects), ctx).await
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let directory = std::env::var_os("EFFECTS").ok_or_else(|| Error::start("set EFFECTS"))?;
    let effects = Effects::open(directory.into()).map_err(Error::start)?;
    Server::new("records", "1.0.0")
        .state(effects)
        .tools(tools![append, append_and_look, insert, append_slowly])
        .run()
        .await
}
