//! `audit verify|show|export`: the audit log, for the people who answer for it.

mod chain;
mod filter;
mod lines;
mod verify;

use std::collections::VecDeque;
use std::io::{BufWriter, ErrorKind, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Common, configured, print, stored, usage};
use crate::audit::view::View;
use crate::audit::{Log, open_log};
use crate::config::Settings;
use crate::error::Error;
use crate::records;
use crate::server::Server;
use filter::{Filter, FilterArgs};

/// The exit code of a log that isn't what was written.
const UNSOUND: u8 = 20;

pub(super) const EXIT_CODES: &str = "\
Exit codes: 0 the log is what was written, 20 it isn't, 1 it can't be read.";

#[derive(Args)]
pub(super) struct Audit {
    #[command(subcommand)]
    command: AuditCommand,
}

#[derive(Subcommand)]
enum AuditCommand {
    /// Check every record, the chain of their hashes, and the signatures of its checkpoints.
    #[command(after_help = EXIT_CODES)]
    Verify(verify::Verify),
    /// Show what was called, by whom, and what came of it, the newest last; with --id, the whole
    /// chain of calls that it belongs to.
    Show(Show),
    /// Print records as JSON, one in a line, the newest last.
    Export(Export),
}

#[derive(Args)]
struct Show {
    #[command(flatten)]
    filter: FilterArgs,
    /// How many at most: the newest of them.
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    limit: usize,
    #[command(flatten)]
    from: From,
}

#[derive(Args)]
struct Export {
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    from: From,
}

/// Which log.
#[derive(Args)]
struct From {
    /// The log: a file of JSON lines, or a store's file. Without it, the one that the
    /// settings name.
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    #[command(flatten)]
    common: Common,
}

impl From {
    /// Those of a server that serves, with the paths of its files.
    fn settings(&self, server: Server) -> Result<Settings, Error> {
        let server = stored(configured(server, &self.common, Vec::new())?);
        records::placed(server.settings(), server.name()).map_err(Error::settings)
    }

    fn open(&self, settings: &Settings) -> Result<(PathBuf, Box<dyn Log>), Error> {
        let path = self.log.clone().or_else(|| settings.audit_file().map(PathBuf::from));
        let path = path.ok_or_else(|| {
            Error::settings(
                "by the settings the audit log is in no file: name one with --log, or set \
                 `audit.log`",
            )
        })?;
        let log = open_log(&path).map_err(Error::settings)?;
        Ok((path, log))
    }
}

pub(super) fn run(server: Server, audit: Audit) -> Result<u8, Error> {
    match audit.command {
        AuditCommand::Verify(verify) => verify::run(server, &verify),
        AuditCommand::Show(show) => {
            let settings = show.from.settings(server)?;
            let filter = match Filter::new(&show.filter, &settings.clock) {
                Ok(filter) => filter,
                Err(problem) => return Ok(usage(&problem)),
            };
            let (_, log) = show.from.open(&settings)?;
            let (text, read) = match &show.filter.id {
                Some(id) => chain::told(&*log, id, &filter, show.limit),
                None => told(&*log, &filter, show.limit),
            };
            print(&text)?;
            Ok(code(read))
        }
        AuditCommand::Export(export) => {
            let settings = export.from.settings(server)?;
            let filter = match Filter::new(&export.filter, &settings.clock) {
                Ok(filter) => filter,
                Err(problem) => return Ok(usage(&problem)),
            };
            let (_, log) = export.from.open(&settings)?;
            self::export(&*log, &filter, std::io::stdout().lock())
        }
    }
}

/// The exit code of a log that was read: what is wrong with it goes to stderr.
fn code(read: Result<(), String>) -> u8 {
    match read {
        Ok(()) => 0,
        Err(flaws) => {
            eprintln!("{flaws}\nthe log isn't what was written: see `audit verify`");
            UNSOUND
        }
    }
}

/// Each body that can be read. What can't is `audit verify`'s matter.
fn each(log: &dyn Log, mut look: impl FnMut(View, &[u8]) -> ControlFlow<()>) -> Result<(), String> {
    log.records(1, &mut |kept| match kept.body {
        Some(body) => match View::read(&body) {
            Ok(view) => look(view, &body),
            Err(_) => ControlFlow::Continue(()),
        },
        None => ControlFlow::Continue(()),
    })
}

/// The newest calls and refusals, a line each: a call by its outcome, or by its intent where it
/// has none.
fn told(log: &dyn Log, filter: &Filter, limit: usize) -> (String, Result<(), String>) {
    let mut shown: VecDeque<View> = VecDeque::new();
    let read = each(log, |view, _| {
        if let Some(intent) = view.intent {
            shown.retain(|one| one.seq != intent);
        }
        if filter.takes(&view) {
            shown.push_back(view);
            if shown.len() > limit {
                shown.pop_front();
            }
        }
        ControlFlow::Continue(())
    });
    let text = if shown.is_empty() {
        "no record is like that\n".to_owned()
    } else {
        shown.iter().map(lines::line).collect()
    };
    (text, read)
}

fn export(log: &dyn Log, filter: &Filter, to: impl Write) -> Result<u8, Error> {
    let mut to = BufWriter::new(to);
    let mut failed = None;
    let read = each(log, |view, body| {
        if !filter.takes(&view) {
            return ControlFlow::Continue(());
        }
        match to.write_all(body).and_then(|()| to.write_all(b"\n")) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    });
    match failed.map_or_else(|| to.flush(), Err) {
        // Who reads it has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(0),
        Err(error) => Err(Error::serve(error)),
        Ok(()) => Ok(code(read)),
    }
}

#[cfg(test)]
mod tests;
