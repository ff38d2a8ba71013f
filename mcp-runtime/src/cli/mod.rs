//! The command line of every server: `serve`, `list`, `call`, `key new`, `check`, `manifest`,
//! `audit`.

mod audit;
mod banner;
mod key;
mod lock;
mod manifest;
mod output;
mod signals;

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use futures_util::future::BoxFuture;
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use tracing::Level;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::prelude::*;

use crate::adapter::outcome_json;
use crate::app::App;
use crate::config::table::{SETTINGS, read_env, read_toml};
use crate::config::{LogFormat, Settings, StorePlace};
use crate::error::{Error, ToolError};
use crate::json::inspect;
use crate::server::Server;
use crate::validate::nearest;

/// The settings file that is read where none is named.
const CONFIG: &str = "mcp.toml";
/// The exit code of a command line that isn't valid; also clap's.
const USAGE: u8 = 2;
/// The exit code of a call that the tool answered with an error.
const TOOL_ERROR: u8 = 3;

#[derive(Parser)]
#[command(
    subcommand_negates_reqs = true,
    args_conflicts_with_subcommands = true,
    after_help = "Exit codes: 0 success, 1 the server cannot start or stopped with an error, \
                  2 the command line is not valid, 3 the tool answered with an error.",
    after_long_help = long_help()
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: Serve,
}

/// The settings, for those who ask for the long help.
fn long_help() -> String {
    let mut text = String::from("Settings, by their key in mcp.toml and their variable:\n");
    for setting in SETTINGS {
        let _ = write!(
            text,
            "\n  {} ({}), default {}\n      {}\n",
            setting.key,
            setting.env(),
            setting.default,
            setting.doc,
        );
    }
    text.push_str(
        "\nExit codes: 0 success, 1 the server cannot start or stopped with an error, \
         2 the command line is not valid, 3 the tool answered with an error.",
    );
    text
}

#[derive(Subcommand)]
enum Command {
    /// Serve the tools, over HTTP unless --stdio is given. This is what happens without a command.
    Serve(Serve),
    /// List the tools.
    List {
        /// Print the answer to tools/list instead.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        common: Common,
    },
    /// Call one tool and print its result as a client would receive it.
    Call {
        /// The tool's name.
        tool: String,
        /// The arguments, as a JSON object; `-` reads them from stdin.
        #[arg(default_value = "{}")]
        arguments: String,
        /// Confirm the call, where the tool asks for it: the person at the command line says yes.
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        common: Common,
    },
    /// Make API keys.
    Key(key::Key),
    /// Check the settings and every tool's contract, and serve nothing; with --lock, compare the
    /// contract with one that was kept.
    #[command(after_help = lock::EXIT_CODES)]
    Check {
        #[command(flatten)]
        lock: lock::LockArgs,
        #[command(flatten)]
        common: Common,
    },
    /// Look at the audit log.
    Audit(audit::Audit),
    /// Print the contract: who may call which tool, under which policies, with which schemas.
    Manifest {
        #[command(flatten)]
        options: manifest::Options,
        #[command(flatten)]
        common: Common,
    },
}

#[derive(Args)]
struct Serve {
    /// Serve one client over stdin and stdout.
    #[arg(long, conflicts_with = "http")]
    stdio: bool,
    /// The address to listen on, such as 127.0.0.1:8080.
    #[arg(long, value_name = "ADDR")]
    http: Option<String>,
    /// Listen on an address that isn't loopback although nobody is authenticated.
    #[arg(long)]
    allow_unauthenticated_network: bool,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
struct Common {
    /// The settings file. Without it, mcp.toml in the working directory, where there is one.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Serve {
    /// The flags that stand for settings.
    fn flags(&self) -> Vec<(&'static str, toml::Value)> {
        let address = self.http.iter().map(|address| ("--http", address.as_str().into()));
        let open = self
            .allow_unauthenticated_network
            .then_some(("--allow-unauthenticated-network", true.into()));
        address.chain(open).collect()
    }
}

impl Server {
    /// Runs the server's command line: `serve` (the default), `list`, `call TOOL JSON`, `key new`,
    /// `check`, `manifest`, `audit verify|show|export`.
    ///
    /// `serve` listens on `127.0.0.1:8080`, or on stdin and stdout with `--stdio`. On SIGTERM or
    /// SIGINT it takes nothing more on, lets running calls finish within the setting `grace`, and
    /// logs what it had to cut off; a second signal ends it at once. When serving ends, the process
    /// exits with 0 and doesn't come back here, so that no `blocking` tool can hold it up.
    ///
    /// Settings come from `mcp.toml`, `MCP_RUNTIME_…` variables and flags. Logs go to stderr.
    /// Where no `tracing` subscriber is set, one is.
    ///
    /// The process exits with 2 after a command line that isn't valid, with 3 after a `call` that
    /// the tool answered with an error, and with 10, 11 or 12 after a `check --lock` that found
    /// tightening, widening or breaking changes, and with 20 after an `audit` command that found a
    /// log that isn't what was written.
    ///
    /// # Errors
    ///
    /// A setting that isn't known or valid, a server that was put together wrongly (see
    /// [`Server::build`]), an address that can't be listened on.
    pub async fn run(self) -> Result<(), Error> {
        let code = running(self).await?;
        if code != 0 {
            std::process::exit(code.into());
        }
        Ok(())
    }
}

/// See [`crate::life`].
fn running(server: Server) -> BoxFuture<'static, Result<u8, Error>> {
    Box::pin(run(server, std::env::args_os().collect()))
}

async fn run(server: Server, arguments: Vec<std::ffi::OsString>) -> Result<u8, Error> {
    let command =
        Cli::command().name(server.name().to_owned()).version(server.version().to_owned());
    let parsed = command.try_get_matches_from(arguments).and_then(|m| Cli::from_arg_matches(&m));
    let cli = match parsed {
        Ok(cli) => cli,
        // Prints help and versions too, each to its own stream with its own code.
        Err(error) => error.exit(),
    };
    match cli.command.unwrap_or(Command::Serve(cli.serve)) {
        Command::Serve(serve) => {
            let server = stored(configured(server, &serve.common, serve.flags())?);
            log(server.settings());
            self::serve(server, serve.stdio).await?;
            let _ = std::io::stdout().flush();
            // Threads that are still at work, on a `blocking` tool or a read of stdin, would hold
            // up the end of the runtime.
            std::process::exit(0)
        }
        Command::List { json, common } => {
            let app = configured(server, &common, Vec::new())?.describe()?;
            print(&if json { banner::list_json(&app) } else { banner::list(&app) })?;
            Ok(0)
        }
        Command::Call { tool, arguments, yes, common } => {
            let server = stored(configured(server, &common, Vec::new())?);
            log(server.settings());
            let app = server.build()?;
            let called = call(&app, &tool, &arguments, yes).await;
            app.registry().records().seal().await;
            called
        }
        Command::Key(key) => key::run(server, key),
        Command::Audit(audit) => audit::run(server, audit),
        Command::Check { lock, common } => {
            let app = configured(server, &common, Vec::new())?.describe()?;
            if let Some(path) = &lock.lock {
                return lock::check(&app.manifest(), path, &lock);
            }
            print(&format!(
                "{} {}: {} tools, no problem found\n",
                app.name(),
                app.version(),
                app.tools().count()
            ))?;
            Ok(0)
        }
        Command::Manifest { options, common } => {
            let app = configured(server, &common, Vec::new())?.describe()?;
            manifest::run(&app.manifest(), &options)?;
            Ok(0)
        }
    }
}

/// The server with the settings of the file, then of the environment, then of the flags.
fn configured(
    server: Server,
    common: &Common,
    flags: Vec<(&'static str, toml::Value)>,
) -> Result<Server, Error> {
    let mut settings = server.settings().clone();
    let file = common.config.as_deref();
    if let Some(text) = config_file(file)? {
        let from = file.unwrap_or(Path::new(CONFIG)).display().to_string();
        read_toml(&mut settings, &text, &from)?;
    }
    read_env(&mut settings, utf8_environment())?;
    for (flag, value) in flags {
        for setting in SETTINGS.iter().filter(|setting| setting.flag == Some(flag)) {
            setting.set(&mut settings, &value, flag)?;
        }
    }
    Ok(server.with_settings(settings))
}

/// Where nobody says where records go, what is served or called from here keeps them.
fn stored(server: Server) -> Server {
    if !cfg!(feature = "sqlite") || server.settings().store.is_some() {
        return server;
    }
    let settings = Settings { store: Some(StorePlace::State), ..server.settings().clone() };
    server.with_settings(settings)
}

/// Variables that aren't UTF-8 are none of ours.
fn utf8_environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

/// The text of the named file, or of the default one where that exists.
fn config_file(named: Option<&Path>) -> Result<Option<String>, Error> {
    let path = named.unwrap_or(Path::new(CONFIG));
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::settings(format!("cannot read {}: {error}", path.display()))),
    }
}

/// Logs to stderr, unless the program has set a subscriber of its own.
fn log(settings: &Settings) {
    let filter = EnvFilter::new(&settings.log);
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // The SDK prints whole messages at its finer levels, with the secrets in them.
    let named = settings.log.contains("rmcp");
    let silent = filter_fn(move |line| {
        named || !line.target().starts_with("rmcp") || *line.level() <= Level::INFO
    });
    let _ = match settings.log_format {
        LogFormat::Text => lines.with_ansi(false).finish().with(silent).try_init(),
        LogFormat::Json => lines.json().finish().with(silent).try_init(),
    };
}

async fn serve(server: Server, stdio: bool) -> Result<(), Error> {
    let stop = CancellationToken::new();
    signals::cancel_on_signal(stop.clone())?;
    if stdio {
        return server.serve_stdio(stop.cancelled_owned()).await;
    }
    serve_http(server, stop).await
}

#[cfg(feature = "http")]
async fn serve_http(server: Server, stop: CancellationToken) -> Result<(), Error> {
    let built = server.finish()?;
    let app = built.app.clone();
    let ready = |address| {
        // A server whose stdout is closed serves on.
        let _ = print(&banner::listening(&app, address));
    };
    crate::adapter::serve_http(built, stop.cancelled_owned(), ready).await
}

#[cfg(not(feature = "http"))]
async fn serve_http(_: Server, _: CancellationToken) -> Result<(), Error> {
    Err(Error::settings("this server was built without HTTP: run it with --stdio"))
}

async fn call(app: &App, tool: &str, arguments: &str, yes: bool) -> Result<u8, Error> {
    let Some(info) = app.tools().find(|info| info.name() == tool) else {
        let names = app.tools().map(crate::tool::ToolInfo::name);
        let help = nearest(tool, names)
            .map_or_else(|| "see `list`".into(), |name| format!("did you mean `{name}`?"));
        return Ok(usage(&format!("no tool is named `{tool}`; {help}")));
    };
    let arguments = match arguments {
        "-" => read_stdin(app.settings().max_message)?,
        given => given.to_owned(),
    };
    if let Err(malformed) = inspect(arguments.as_bytes(), app.settings().json_limits()) {
        // What is no object at all would be told of messages and batches.
        let why = if arguments.trim_start().starts_with('{') {
            format!(": {}", malformed.message)
        } else {
            r#", such as '{"name": "Anna"}'"#.to_owned()
        };
        return Ok(usage(&format!("the arguments are not one JSON object{why}")));
    }
    let arguments: Value = serde_json::from_str(&arguments).map_err(Error::serve)?;
    let request = app.request(tool, arguments);
    let outcome = if yes { request.confirmed() } else { request }.await;
    if let Some(question) = outcome.as_ref().err().and_then(ToolError::as_question) {
        eprintln!("{}\n\nTo confirm it, add --yes.", question.message);
    }
    let code = if outcome.is_ok() { 0 } else { TOOL_ERROR };
    print(&format!("{:#}\n", outcome_json(outcome, info)))?;
    Ok(code)
}

fn usage(message: &str) -> u8 {
    eprintln!("error: {message}");
    USAGE
}

fn read_stdin(limit: usize) -> Result<String, Error> {
    let mut text = String::new();
    let limit = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    std::io::stdin().lock().take(limit).read_to_string(&mut text).map_err(Error::serve)?;
    Ok(text)
}

fn print(text: &str) -> Result<(), Error> {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).map_err(Error::serve)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::Store;

    #[test]
    fn the_command_line_keeps_records_unless_told_otherwise() {
        let place = |server: Server| stored(server).settings().store.clone();
        let unsaid = cfg!(feature = "sqlite").then_some(StorePlace::State);
        assert_eq!(place(Server::new("t", "1")), unsaid);
        let told = Server::new("t", "1").store(Store::memory());
        assert_eq!(place(told), Some(StorePlace::Memory));
    }
}
